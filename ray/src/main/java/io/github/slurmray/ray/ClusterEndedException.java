package io.github.slurmray.ray;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.slurm.JobState;

/** A cluster's job has ended, so what was asked of the cluster can't be done. */
public class ClusterEndedException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    private final transient JobState.Ended state;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param message what was asked and how the job ended
     * @param state how the job ended
     */
    public ClusterEndedException(String message, JobState.Ended state) {
        super(message, null, Retry.POINTLESS);
        this.state = state;
    }

    /**
     * Returns how the job ended.
     *
     * @return the outcome, as Slurm says it
     */
    public JobState.Ended state() {
        return state;
    }
}
