package io.github.slurmray.ray;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import org.jspecify.annotations.Nullable;

/** A cluster's dashboard couldn't be published though that was required; its job was ended. */
public class PublishFailedException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message what happened and the way out
     * @param cause the cause, if there is one
     */
    public PublishFailedException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.POINTLESS);
    }
}
