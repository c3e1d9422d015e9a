package io.github.slurmray.ray;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import org.jspecify.annotations.Nullable;

/** A job hadn't ended when the wait for it was over. The job goes on. */
public class RayJobTimeoutException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#SAFE}.
     *
     * @param message which job, how long, and what was last known
     * @param cause why the last look failed, if it did
     */
    public RayJobTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.SAFE);
    }
}
