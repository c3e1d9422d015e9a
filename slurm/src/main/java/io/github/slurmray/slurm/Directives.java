package io.github.slurmray.slurm;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How sbatch reads {@code #SBATCH} lines, turned around: what may stand in one, and how it is quoted (Slurm's
 * src/sbatch/opt.c, get_argument).
 */
final class Directives {
    /** Older versions copy an argument into a buffer of BUFSIZ bytes. */
    private static final int MAX_VALUE_BYTES = 4096;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(?:-[a-z0-9]+)*");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:,+@%=\\[\\]-]+");

    private static final Map<String, String> SETTERS = Map.ofEntries(
            Map.entry("job-name", "jobName"),
            Map.entry("account", "account"),
            Map.entry("partition", "partition"),
            Map.entry("time", "time"),
            Map.entry("nodes", "nodes"),
            Map.entry("ntasks-per-node", "ntasksPerNode"),
            Map.entry("cpus-per-task", "cpusPerTask"),
            Map.entry("mem", "mem"),
            Map.entry("gres", "gres"),
            Map.entry("output", "output"),
            Map.entry("error", "error"),
            Map.entry("array", "array"),
            Map.entry("dependency", "dependency"),
            Map.entry("mail-type", "mail"),
            Map.entry("mail-user", "mail"),
            Map.entry("comment", "comment"),
            Map.entry("requeue", "requeue"),
            Map.entry("no-requeue", "requeue"),
            Map.entry("open-mode", "appendOutput"));

    private static final Set<String> NOT_FOR_SCRIPTS =
            Set.of("parsable", "quiet", "verbose", "wait", "test-only", "wrap", "help", "usage", "version", "clusters");

    private Directives() {}

    /** Writes one directive. */
    static String line(String option, String value) {
        return "#SBATCH --" + option + (value.isEmpty() ? "" : "=" + quote(value));
    }

    /** In double quotes, where sbatch takes only the backslash and the double quote specially. */
    static String quote(String value) {
        return PLAIN.matcher(value).matches()
                ? value
                : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    static void checkValue(String option, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("--" + option + " needs a value, but was empty");
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("--" + option
                    + " can't hold a line break or another control character, but was '" + visible(value) + "'");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new IllegalArgumentException("--" + option + " holds half of a character: '" + visible(value) + "'");
        }
        if (value.getBytes(StandardCharsets.UTF_8).length > MAX_VALUE_BYTES) {
            throw new IllegalArgumentException("--" + option + " can have at most " + MAX_VALUE_BYTES
                    + " bytes, but starts with '" + value.substring(0, 60) + "' and has "
                    + value.getBytes(StandardCharsets.UTF_8).length);
        }
    }

    static void checkOtherOption(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "an option is named as in sbatch(1), without '--', such as 'constraint', but was '" + visible(name)
                            + "'");
        }
        String setter = SETTERS.get(name);
        if (setter != null) {
            throw new IllegalArgumentException("--" + name + " has a setter of its own: " + setter + "(…)");
        }
        if (NOT_FOR_SCRIPTS.contains(name)) {
            throw new IllegalArgumentException(
                    "--" + name + " changes what sbatch answers, so it can't stand in a script for a SlurmClient");
        }
    }

    /** sbatch reads directives up to the first line that is neither empty nor a comment. */
    static void checkBody(String body) {
        int bad = body.indexOf('\0');
        if (bad >= 0 || body.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("a script can't hold "
                    + (bad >= 0 ? "NUL bytes" : "carriage returns, which sbatch refuses: end lines with \\n only"));
        }
        for (String line : (Iterable<String>) body.lines()::iterator) {
            if (line.startsWith("#SBATCH") || line.startsWith("#SLURM") || line.startsWith("#PBS")) {
                throw new IllegalArgumentException(
                        "sbatch would read this line of the body as a directive, so use a setter or option(…): '" + line
                                + "'");
            }
            if (!line.isBlank() && !line.stripLeading().startsWith("#")) {
                return;
            }
        }
    }

    private static String visible(String value) {
        StringBuilder s = new StringBuilder();
        value.chars()
                .forEach(c -> s.append(
                        Character.isISOControl(c)
                                ? String.format(Locale.ROOT, "\\u%04x", c)
                                : String.valueOf((char) c)));
        return s.toString();
    }
}
