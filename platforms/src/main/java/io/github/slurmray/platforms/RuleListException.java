package io.github.slurmray.platforms;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import org.jspecify.annotations.Nullable;

/**
 * A list of firewall rules can't be read; the message has the format, the JSON pointer, the value and what was
 * expected.
 */
public class RuleListException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message format, JSON pointer, value and what was expected
     * @param cause the cause, if there is one
     */
    public RuleListException(String message, @Nullable Throwable cause) {
        super(message, cause, Retry.POINTLESS);
    }
}
