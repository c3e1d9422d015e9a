package io.github.slurmray.core;

import org.jspecify.annotations.Nullable;

/** The host refused every identity that was offered. */
public class AuthenticationException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public AuthenticationException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.POINTLESS);
    }
}
