package io.github.slurmray.core;

import org.jspecify.annotations.Nullable;

/** The other side answered something that can't be understood; the message quotes it. */
public class ProtocolException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public ProtocolException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.POINTLESS);
    }
}
