package io.github.slurmray.slurm;

import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.ProtocolException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The answer of one of our scripts, taken apart: what stands before the first section is noise. */
final class Sections {
    private final String described;
    private final Map<String, String> byName;

    private Sections(String described, Map<String, String> byName) {
        this.described = described;
        this.byName = byName;
    }

    /**
     * Takes an answer apart.
     *
     * @throws ProtocolException if it isn't there to its end
     */
    static Sections of(CommandResult result, String nonce) {
        Map<String, String> byName = new LinkedHashMap<>();
        String text = result.stdout();
        Matcher header = Pattern.compile("(?:\\A|\\n)=" + Pattern.quote(nonce) + "= (\\S+)\\n")
                .matcher(text);
        String name = "";
        int from = 0;
        while (header.find()) {
            byName.put(name, text.substring(from, header.start()));
            name = header.group(1);
            from = header.end();
        }
        byName.put(name, text.substring(from));
        if (result.truncated() || !name.equals("end")) {
            throw new ProtocolException(
                    "the answer stops in the middle" + (result.truncated() ? " (it is too long): " : ": ")
                            + result.describe(),
                    null);
        }
        return new Sections(result.describe(), byName);
    }

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /** The section without line breaks at its end. */
    String text(String name) {
        String text = byName.get(name);
        if (text == null) {
            throw new ProtocolException("the answer has no part '" + name + "': " + described, null);
        }
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '\n') {
            end--;
        }
        return text.substring(0, end);
    }

    int number(String name) {
        return optionalNumber(name)
                .orElseThrow(() -> new ProtocolException(
                        "'" + text(name) + "' is no number for '" + name + "': " + described, null))
                .intValue();
    }

    Optional<Long> optionalNumber(String name) {
        String text = text(name);
        return text.matches("-?\\d{1,15}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }
}
