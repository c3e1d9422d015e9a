package io.github.slurmray.core;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A command to run on a {@link Host}: POSIX shell text, what is fed to it, how long it may take and how much it may
 * say.
 *
 * <p>Immutable; the {@code with…} methods return copies. {@link #of} quotes each word, so arguments may hold anything
 * but NUL. A secret belongs into {@link #stdin}, never into the text: everybody on the machine can read the arguments
 * of everybody's processes.
 */
public final class Command {
    /** How long a command may take unless it says otherwise: one minute. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(1);

    /** How many bytes of each stream are kept unless the command says otherwise: 16 MiB. */
    public static final int DEFAULT_CAP = 16 << 20;

    private final String text;
    private final String description;
    private final byte[] stdin;
    private final Duration timeout;
    private final int cap;

    private Command(String text, String description, byte[] stdin, Duration timeout, int cap) {
        this.text = text;
        this.description = description;
        this.stdin = stdin;
        this.timeout = timeout;
        this.cap = cap;
    }

    /**
     * Returns a command of a program and its arguments, each quoted.
     *
     * @param words the program and its arguments
     * @return the command
     * @throws IllegalArgumentException if there is no word, or one holds a NUL
     */
    public static Command of(String... words) {
        return of(Arrays.asList(words));
    }

    /**
     * Returns a command of a program and its arguments, each quoted.
     *
     * @param words the program and its arguments
     * @return the command
     * @throws IllegalArgumentException if there is no word, or one holds a NUL
     */
    public static Command of(List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("a command needs at least one word");
        }
        String text = words.stream().map(Shell::quote).collect(Collectors.joining(" "));
        return shell(text);
    }

    /**
     * Returns a command of POSIX shell text, as it stands. Quote what comes from outside with {@link Shell#quote}.
     *
     * @param text the text, which {@code /bin/sh} will run
     * @return the command
     * @throws IllegalArgumentException if it holds a NUL
     */
    public static Command shell(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a shell can't take a NUL byte, but the command holds one");
        }
        String firstLine = text.lines().findFirst().orElse("");
        String shown = firstLine.length() > 120 || text.lines().count() > 1
                ? firstLine.substring(0, Math.min(120, firstLine.length())) + " …"
                : firstLine;
        return new Command(text, shown, new byte[0], DEFAULT_TIMEOUT, DEFAULT_CAP);
    }

    /**
     * Returns a copy that messages and logs call by another name.
     *
     * @param description what to show in place of the text
     * @return the copy
     */
    public Command describedAs(String description) {
        return new Command(text, Objects.requireNonNull(description, "description"), stdin, timeout, cap);
    }

    /**
     * Returns a copy that is fed these bytes on its standard input, and then its end.
     *
     * @param stdin the bytes
     * @return the copy
     */
    public Command withStdin(byte[] stdin) {
        return new Command(text, description, stdin.clone(), timeout, cap);
    }

    /**
     * Returns a copy that is fed this text on its standard input, as UTF-8, and then its end.
     *
     * @param stdin the text
     * @return the copy
     */
    public Command withStdin(String stdin) {
        return withStdin(stdin.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns a copy that may take this long.
     *
     * @param timeout more than zero
     * @return the copy
     * @throws IllegalArgumentException if it is zero or negative
     */
    public Command withTimeout(Duration timeout) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("a timeout must be more than zero, but was " + timeout);
        }
        return new Command(text, description, stdin, timeout, cap);
    }

    /**
     * Returns a copy that keeps this much of each stream; the rest is read and dropped.
     *
     * @param bytes at least 0
     * @return the copy
     * @throws IllegalArgumentException if it is negative
     */
    public Command withCap(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a cap can't be negative, but was " + bytes);
        }
        return new Command(text, description, stdin, timeout, bytes);
    }

    /**
     * Returns the shell text.
     *
     * @return the text that {@code /bin/sh} runs
     */
    public String text() {
        return text;
    }

    /**
     * Returns what messages and logs call this command.
     *
     * @return one short line
     */
    public String description() {
        return description;
    }

    /**
     * Returns what is fed to standard input.
     *
     * @return a copy, empty by default
     */
    public byte[] stdin() {
        return stdin.clone();
    }

    /**
     * Returns how long the command may take.
     *
     * @return {@link #DEFAULT_TIMEOUT} by default
     */
    public Duration timeout() {
        return timeout;
    }

    /**
     * Returns how many bytes of each stream are kept.
     *
     * @return {@link #DEFAULT_CAP} by default
     */
    public int cap() {
        return cap;
    }

    @Override
    public String toString() {
        return description;
    }
}
