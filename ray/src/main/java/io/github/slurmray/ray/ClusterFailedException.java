package io.github.slurmray.ray;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import org.jspecify.annotations.Nullable;

/** A cluster couldn't come up; the message has the cause and the end of the log that shows it. Its job ends itself. */
public class ClusterFailedException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public ClusterFailedException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.POINTLESS);
    }
}
