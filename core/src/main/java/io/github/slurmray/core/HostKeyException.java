package io.github.slurmray.core;

import org.jspecify.annotations.Nullable;

/** The host's key is unknown, revoked, or another than the one on record: it may not be the host it claims to be. */
public class HostKeyException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public HostKeyException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.POINTLESS);
    }
}
