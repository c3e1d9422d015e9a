package io.github.slurmray.core;

import org.jspecify.annotations.Nullable;

/** The calling thread was interrupted; its interrupt flag is set again. */
public class InterruptedCallException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#UNKNOWN_EFFECT}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public InterruptedCallException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.UNKNOWN_EFFECT);
    }
}
