package io.github.slurmray.ray;

import io.github.slurmray.slurm.SubmissionUndecidedException;

/**
 * A launch was broken off (its thread was interrupted, its connection lost), and it isn't known whether the cluster has
 * a job. Launching <em>the same plan</em> again is safe at any time: it takes the job if there is one.
 */
public class LaunchUndecidedException extends SubmissionUndecidedException {
    private static final long serialVersionUID = 1L;

    private final transient LaunchPlan plan;

    /**
     * Creates the exception; {@link #retry()} is {@link io.github.slurmray.core.Retry#UNKNOWN_EFFECT}.
     *
     * @param message what is known, and what to do
     * @param plan what was launched
     * @param cause what Slurm's client said of the submission
     */
    public LaunchUndecidedException(String message, LaunchPlan plan, SubmissionUndecidedException cause) {
        super(message, cause.token(), cause);
        this.plan = plan;
    }

    /**
     * Returns what was launched, to be launched again.
     *
     * @return the plan
     */
    public LaunchPlan plan() {
        return plan;
    }
}
