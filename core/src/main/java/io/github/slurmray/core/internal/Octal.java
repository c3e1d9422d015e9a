package io.github.slurmray.core.internal;

import java.nio.charset.StandardCharsets;

/** A way to hand text to a shell past whatever stands between and treats some characters specially. */
public final class Octal {
    private Octal() {}

    /**
     * Writes text so that {@code printf %b} gives it back, in printable ASCII without backslashes (but for the octal
     * form's own), exclamation marks and single quotes.
     *
     * @param text any text without NUL
     * @return the text, with the special characters in the form {@code \\0nnn}
     */
    public static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 64);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= ' ' && b < 127 && b != '\\' && b != '!' && b != '\'';
            if (plain) {
                encoded.append((char) b);
            } else {
                encoded.append("\\0")
                        .append(Integer.toOctalString((b & 0xff) | 0x200).substring(1));
            }
        }
        return encoded.toString();
    }

    /**
     * Tells whether text is printable ASCII or spaces only.
     *
     * @param text any text
     * @return true if nothing in it depends on an encoding or a line's end
     */
    public static boolean isPlain(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 127);
    }
}
