package io.github.slurmray.ray;

import io.github.slurmray.slurm.SubmissionUndecidedException;
import org.jspecify.annotations.Nullable;

/**
 * A launch was broken off (its thread was interrupted, its connection lost), and it isn't known whether the cluster has
 * a job. Launching <em>the same plan</em> again is safe at any time: it takes the job if there is one.
 *
 * <p>An exception that was serialized and read back has no plan; its message has the cluster's id, by which
 * {@link RayClusters#attach} finds the job.
 */
public class LaunchUndecidedException extends SubmissionUndecidedException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable LaunchPlan plan;

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
     * @throws IllegalStateException if this exception was read back from its serialized form
     */
    public LaunchPlan plan() {
        if (plan == null) {
            throw new IllegalStateException("a plan can't be serialized, so this exception has lost it; "
                    + "RayClusters.attach(id) finds the job, or says that there is none");
        }
        return plan;
    }
}
