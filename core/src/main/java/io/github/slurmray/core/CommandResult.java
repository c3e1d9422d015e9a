package io.github.slurmray.core;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a finished command left behind: its exit status or the signal that ended it, and the bytes of both streams.
 *
 * <p>Immutable. A status other than 0 is a result like any other; only {@link #orThrow()} makes an exception of it.
 */
public final class CommandResult {
    private static final int QUOTED_LINES = 8;

    private final String host;
    private final String command;
    private final int status;
    private final @Nullable String signal;
    private final byte[] stdout;
    private final byte[] stderr;
    private final boolean truncated;

    private CommandResult(
            String host,
            String command,
            int status,
            @Nullable String signal,
            byte[] stdout,
            byte[] stderr,
            boolean truncated) {
        this.host = Objects.requireNonNull(host, "host");
        this.command = Objects.requireNonNull(command, "command");
        this.status = status;
        this.signal = signal;
        this.stdout = stdout.clone();
        this.stderr = stderr.clone();
        this.truncated = truncated;
    }

    /**
     * Returns the result of a command that exited.
     *
     * @param host where it ran, as {@link Host#name()} says it
     * @param command the command as it may be shown, see {@link Command#description()}
     * @param status its exit status
     * @param stdout the bytes of its standard output
     * @param stderr the bytes of its standard error
     * @param truncated whether a stream was longer than the command's cap and the rest was dropped
     * @return the result
     */
    public static CommandResult exited(
            String host, String command, int status, byte[] stdout, byte[] stderr, boolean truncated) {
        return new CommandResult(host, command, status, null, stdout, stderr, truncated);
    }

    /**
     * Returns the result of a command that a signal ended.
     *
     * @param host where it ran
     * @param command the command as it may be shown
     * @param signal the signal's name without SIG, such as {@code TERM}
     * @param stdout the bytes of its standard output
     * @param stderr the bytes of its standard error
     * @param truncated whether a stream was longer than the command's cap and the rest was dropped
     * @return the result
     */
    public static CommandResult killed(
            String host, String command, String signal, byte[] stdout, byte[] stderr, boolean truncated) {
        return new CommandResult(
                host, command, 128, Objects.requireNonNull(signal, "signal"), stdout, stderr, truncated);
    }

    /**
     * Tells whether the command exited with status 0.
     *
     * @return true if it did
     */
    public boolean ok() {
        return signal == null && status == 0;
    }

    /**
     * Returns the exit status.
     *
     * @return empty if a signal ended the command
     */
    public OptionalInt status() {
        return signal == null ? OptionalInt.of(status) : OptionalInt.empty();
    }

    /**
     * Returns the signal that ended the command, without SIG.
     *
     * @return empty if it exited by itself
     */
    public Optional<String> signal() {
        return Optional.ofNullable(signal);
    }

    /**
     * Returns the bytes of standard output.
     *
     * @return a copy
     */
    public byte[] stdoutBytes() {
        return stdout.clone();
    }

    /**
     * Returns the bytes of standard error.
     *
     * @return a copy
     */
    public byte[] stderrBytes() {
        return stderr.clone();
    }

    /**
     * Returns standard output as UTF-8 text; what isn't UTF-8 becomes U+FFFD.
     *
     * @return the text, as it came
     */
    public String stdout() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    /**
     * Returns standard error as UTF-8 text; what isn't UTF-8 becomes U+FFFD.
     *
     * @return the text, as it came
     */
    public String stderr() {
        return new String(stderr, StandardCharsets.UTF_8);
    }

    /**
     * Returns the lines of standard output.
     *
     * @return none if it is empty
     */
    public List<String> lines() {
        return stdout().lines().toList();
    }

    /**
     * Tells whether a stream was longer than the command's cap, so that its rest was dropped.
     *
     * @return true if something is missing
     */
    public boolean truncated() {
        return truncated;
    }

    /**
     * Returns this result if the command succeeded.
     *
     * @return this
     * @throws CommandFailedException if its status is not 0 or a signal ended it
     */
    public CommandResult orThrow() {
        if (!ok()) {
            throw new CommandFailedException(this);
        }
        return this;
    }

    /**
     * Says in a few lines what ran where and how it ended, with the last lines of standard error (of standard output,
     * where standard error is empty).
     *
     * @return text for a message
     */
    public String describe() {
        String end = signal == null ? "exit status " + status : "signal " + signal;
        String said = stderr.length == 0 ? stdout() : stderr();
        List<String> lines = said.lines().filter(l -> !l.isBlank()).toList();
        String tail = String.join("\n  ", lines.subList(Math.max(0, lines.size() - QUOTED_LINES), lines.size()));
        return command + " on " + host + ": " + end + (tail.isEmpty() ? "" : "\n  " + tail);
    }

    @Override
    public String toString() {
        return describe();
    }
}
