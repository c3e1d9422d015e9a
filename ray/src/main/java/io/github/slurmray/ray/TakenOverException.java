package io.github.slurmray.ray;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import org.jspecify.annotations.Nullable;

/** Another handle has taken the cluster over, so this one may not end or detach it, and has not. */
public class TakenOverException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public TakenOverException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.POINTLESS);
    }
}
