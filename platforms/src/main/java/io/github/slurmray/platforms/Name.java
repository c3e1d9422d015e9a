package io.github.slurmray.platforms;

/**
 * The alphabet of the names that go into scripts, commands and slurm.conf as they are: those of partitions, node types,
 * types of GPUs and network interfaces. And that of texts for people, which are one line.
 */
final class Name {
    /** What a name looks like. */
    static final String FORM = "letters, digits, _ . and -, the first one no . or -, and 64 of them at most";

    /** One line that isn't blank, without control characters and those that change the direction of a text. */
    static final String LINE = "(?=.*\\S)[^\\p{C}\\p{Zl}\\p{Zp}]+";

    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}";

    private Name() {}

    static boolean fits(String text) {
        return text.matches(NAME);
    }

    /** Returns the text with a question mark for what isn't safe to show, and cut where it is longer than that. */
    static String shown(String text, int longest) {
        String cut = text.length() > longest ? text.substring(0, longest) + "…" : text;
        return cut.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
    }
}
