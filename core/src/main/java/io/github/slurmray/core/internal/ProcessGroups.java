package io.github.slurmray.core.internal;

import java.util.Collection;
import java.util.stream.Collectors;

/** The shell text that ends process groups. */
public final class ProcessGroups {
    private ProcessGroups() {}

    /**
     * Returns shell text that tells process groups to end with SIGTERM, gives them two seconds, and then ends what is
     * left with SIGKILL. It returns as soon as nothing is left, where zombies count for nothing if {@code ps} knows
     * them: in many containers nobody asks for them, or seldom.
     *
     * @param groups ids of process groups, at least one
     * @return text for {@code /bin/sh}
     */
    public static String end(Collection<Long> groups) {
        String all = groups.stream().map(g -> "-" + g).collect(Collectors.joining(" "));
        // -s, since "kill -TERM -- -1" is not understood by every shell's own kill; a fraction of a second is not
        // POSIX, but all sleeps that one meets have it; ps takes long where there are many processes, so now and then
        return "i=0; alive() { for g in " + all + "; do "
                + "kill -s 0 -- $g && { [ $((i % 4)) -ne 1 ] || living; } && return; done; return 1; }; "
                + "living() { s=$(ps -A -o pgid= -o stat= | sed -n \"s/^ *${g#-}  *//p\"); "
                + "[ -z \"$s\" ] || printf '%s\\n' \"$s\" | grep -q '^[^Z]'; }; "
                + "for g in " + all + "; do kill -s TERM -- $g; done; "
                + "while alive && [ $i -lt 20 ]; do i=$((i+1)); sleep 0.1; done 2>/dev/null; "
                + "alive && for g in " + all + "; do kill -s KILL -- $g; done; :";
    }
}
