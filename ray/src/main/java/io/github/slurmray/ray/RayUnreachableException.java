package io.github.slurmray.ray;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import org.jspecify.annotations.Nullable;

/** Ray's dashboard gave no answer: no connection, a broken one, or none in time. It says nothing about the cluster. */
public class RayUnreachableException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#SAFE}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public RayUnreachableException(String message, @Nullable Throwable cause) {
        this(message, cause, Retry.SAFE);
    }

    /**
     * Creates the exception for a call that may have had an effect.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     * @param retry whether to do the same again
     */
    public RayUnreachableException(String message, @Nullable Throwable cause, Retry retry) {
        super(message, cause, retry);
    }
}
