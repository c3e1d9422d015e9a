package io.github.slurmray.core;

/** Quoting for POSIX shells: the one function that every word on its way to a shell goes through. */
public final class Shell {
    private Shell() {}

    /**
     * Returns the word in a form that a POSIX shell reads back as exactly this word.
     *
     * <p>Words of harmless characters stay as they are, so that generated scripts stay readable; all others are put
     * between single quotes.
     *
     * @param word any text, newlines included
     * @return the quoted word, never empty
     * @throws IllegalArgumentException if it holds a NUL, which no shell can pass on
     */
    public static String quote(String word) {
        if (word.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a shell can't take a NUL byte, but a word holds one");
        }
        if (!word.isEmpty() && word.chars().allMatch(Shell::harmless)) {
            return word;
        }
        return "'" + word.replace("'", "'\\''") + "'";
    }

    // '~' and '=' are missing on purpose: at a word's start or after '=' a shell may expand or assign
    private static boolean harmless(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "_-./:,+@%".indexOf(c) >= 0;
    }
}
