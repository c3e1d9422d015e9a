package io.github.slurmray.core;

import org.jspecify.annotations.Nullable;

/** No connection to the host could be opened: its name doesn't resolve, or nothing answers there in time. */
public class HostUnreachableException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#SAFE}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public HostUnreachableException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.SAFE);
    }
}
