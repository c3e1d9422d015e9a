package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.internal.Octal;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The frame around one command, which keeps apart what the command says and what the login shell's start-up files say.
 *
 * <p>A server hands a command to the user's login shell, whichever that is. The text that it gets here makes it replace
 * itself with {@code /bin/sh}, which goes to the home directory, prints a random marker on both streams, together with
 * its process id on standard output, and then runs the command. Everything before the markers is noise.
 *
 * <p>The text is one line without backslashes or exclamation marks, since csh and fish treat these specially even
 * between single quotes. A command that has any of them goes over in the octal form of {@code printf %b}. So it works
 * where the login shell is one of sh, bash, dash, ksh, zsh, csh, tcsh and fish. The marker is written in two halves
 * that only {@code echo} joins: a shell that traces its input can't be mistaken for it.
 */
final class Frame {
    /** The kernel takes no longer single argument (MAX_ARG_STRLEN), and the login shell gets the text as one. */
    static final int MAX_REQUEST = 131_071;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final String left;
    private final String right;

    Frame() {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        String hex = HexFormat.of().formatHex(random);
        this.left = hex.substring(0, 16);
        this.right = hex.substring(16);
    }

    /**
     * Returns the text for the login shell.
     *
     * @throws IllegalArgumentException if it would be longer than a kernel takes
     */
    byte[] request(String command) {
        boolean plain = Octal.isPlain(command) && command.indexOf('\\') < 0 && command.indexOf('!') < 0;
        String text = "exec /bin/sh -c 'cd;echo " + left + "\"\"" + right + "E >&2;echo " + left + "\"\"" + right
                + "O $$;eval \"shift;" + (plain ? "$1" : "$(printf %b \"$1\")") + "\"' sh '"
                + (plain ? command.replace("'", "'\\''") : Octal.encode(command)) + "'";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_REQUEST) {
            throw new IllegalArgumentException("the command has " + bytes.length + " bytes, more than the "
                    + MAX_REQUEST + " that a shell can be handed: feed long texts to its standard input");
        }
        return bytes;
    }

    /** What precedes the process id, and that a newline, on standard output. */
    byte[] outMarker() {
        return (left + right + "O ").getBytes(StandardCharsets.US_ASCII);
    }

    /** What precedes a newline on standard error. */
    byte[] errMarker() {
        return (left + right + "E").getBytes(StandardCharsets.US_ASCII);
    }
}
