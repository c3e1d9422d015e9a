package io.github.slurmray.platforms;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import org.jspecify.annotations.Nullable;

/** A site file can't be read; the message names the file, the JSON pointer, the value and what was expected. */
public class PlatformFileException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message file, JSON pointer, value and what was expected
     * @param cause the cause, if there is one
     */
    public PlatformFileException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.POINTLESS);
    }
}
