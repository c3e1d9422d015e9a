package io.github.slurmray.ray;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import org.jspecify.annotations.Nullable;

/** A cluster wasn't ready in time; it goes on, and may still become ready. */
public class NotReadyException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#SAFE}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public NotReadyException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.SAFE);
    }
}
