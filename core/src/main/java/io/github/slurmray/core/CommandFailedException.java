package io.github.slurmray.core;

import java.util.Objects;

/** A command ended with a status other than 0, or by a signal. */
public class CommandFailedException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    private final transient CommandResult result;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param result what the command left
     */
    public CommandFailedException(CommandResult result) {
        super(result.describe(), null, Retry.POINTLESS);
        this.result = Objects.requireNonNull(result, "result");
    }

    /**
     * Returns what the command left.
     *
     * @return its status and both streams
     */
    public CommandResult result() {
        return result;
    }
}
