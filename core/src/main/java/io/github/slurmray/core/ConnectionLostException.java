package io.github.slurmray.core;

import org.jspecify.annotations.Nullable;

/** The connection broke while something was under way, so what it did is not known. */
public class ConnectionLostException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#UNKNOWN_EFFECT}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public ConnectionLostException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.UNKNOWN_EFFECT);
    }
}
