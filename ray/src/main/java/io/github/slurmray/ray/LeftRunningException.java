package io.github.slurmray.ray;

import io.github.slurmray.core.SlurmRayException;

/**
 * A handle was closed, but its cluster could be neither ended nor given back. It goes on until its lease runs out (to
 * its time limit, if it was detached), or another handle ends it.
 */
public class LeftRunningException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception; {@link #retry()} is the cause's.
     *
     * @param message what is left, and the way out
     * @param cause why
     */
    public LeftRunningException(String message, SlurmRayException cause) {
        super(message, cause, cause.retry());
    }
}
