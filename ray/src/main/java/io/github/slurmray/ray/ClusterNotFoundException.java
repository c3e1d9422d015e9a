package io.github.slurmray.ray;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import org.jspecify.annotations.Nullable;

/** There is no cluster of this id on the host, or it was never submitted. */
public class ClusterNotFoundException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public ClusterNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.POINTLESS);
    }
}
