package io.github.slurmray.slurm;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;

/**
 * Slurm's controller or its database can't be reached, or the host has no Slurm, or another one than the job is in;
 * nothing was changed by the call.
 */
public class SlurmUnavailableException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    private final String slurmSays;

    /**
     * Creates the exception.
     *
     * @param message what failed and what to do
     * @param slurmSays Slurm's own words
     * @param retry {@link Retry#SAFE}, or {@link Retry#POINTLESS} where the host has no Slurm commands, or those of
     *     another Slurm cluster
     */
    public SlurmUnavailableException(String message, String slurmSays, Retry retry) {
        super(message, null, retry);
        this.slurmSays = slurmSays;
    }

    /**
     * Returns Slurm's own words.
     *
     * @return such as {@code Unable to contact slurm controller (connect failure)}
     */
    public String slurmSays() {
        return slurmSays;
    }
}
