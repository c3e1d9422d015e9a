package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.LocalHost;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What bash makes of a text, and texts to try it with. */
final class Bash {
    /** What a shell, a scheduler or a JSON parser could stumble over. */
    private static final List<String> TRAPS = List.of(
            "'",
            "\"",
            "\\",
            "$",
            "`",
            "$(id)",
            "${HOME}",
            "~",
            "*",
            "?",
            "[a]",
            "{a,b}",
            "!",
            "!!",
            "#",
            "&",
            ";",
            "|",
            "<",
            ">",
            "(",
            ")",
            "=",
            "%",
            "%j",
            "\t",
            " ",
            "  ",
            "-",
            "--",
            "-n",
            "\\n",
            "$'\\x41'",
            "''",
            "'\\''",
            "a=b",
            "ä",
            "京",
            "😀",
            "\u00a0",
            "\u200b",
            "\u2028",
            "e\u0301",
            "\u0007",
            "\u001b[31m",
            "\u007f");

    private Bash() {}

    static CommandResult run(Host host, String script) {
        return host.run(Command.of("bash", "-c", script).withCap(4 << 20));
    }

    /** Runs a script that must succeed, in this user's home. */
    static String output(String script) {
        try (Host host = new LocalHost()) {
            return new String(run(host, script).orThrow().stdoutBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The values of variables after a script, in order: of arrays, each element. */
    static List<String> values(String script, String... variables) {
        StringBuilder print = new StringBuilder();
        for (String variable : variables) {
            print.append("for v in \"${").append(variable).append("[@]}\"; do printf '%s\\0' \"$v\"; done\n");
        }
        String all = output(script + "\n" + print);
        return all.isEmpty()
                ? List.of()
                : List.of(all.substring(0, all.length() - 1).split("\0", -1));
    }

    /** An odd text of one line, without control characters if it is to be clean. */
    static String oddLine(Random random, boolean clean) {
        StringBuilder text = new StringBuilder();
        int parts = 1 + random.nextInt(8);
        for (int i = 0; i < parts; i++) {
            String part = random.nextInt(4) == 0
                    ? Character.toString(' ' + 1 + random.nextInt(94))
                    : TRAPS.get(random.nextInt(TRAPS.size()));
            text.append(part);
        }
        String line = clean ? text.toString().replaceAll("\\p{Cntrl}", "_") : text.toString();
        return line.isBlank() ? "x" + line : line;
    }

    /** An odd text with line breaks. */
    static String oddText(Random random) {
        List<String> lines = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            lines.add(oddLine(random, false));
        }
        return String.join("\n", lines) + "\n".repeat(random.nextInt(3));
    }
}
