package io.github.slurmray.core;

import org.jspecify.annotations.Nullable;

/** A command took longer than its timeout; its process group was told to end. */
public class CommandTimeoutException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#UNKNOWN_EFFECT}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public CommandTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.UNKNOWN_EFFECT);
    }
}
