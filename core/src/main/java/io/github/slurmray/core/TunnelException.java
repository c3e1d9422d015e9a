package io.github.slurmray.core;

import org.jspecify.annotations.Nullable;

/** A tunnel could not be opened: the far side refused it or its port is taken. */
public class TunnelException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public TunnelException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.POINTLESS);
    }
}
