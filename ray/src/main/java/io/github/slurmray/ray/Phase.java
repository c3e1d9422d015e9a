package io.github.slurmray.ray;

/** Where a cluster is in its life; it only moves on. */
public enum Phase {
    /** The job waits in Slurm's queue. */
    PENDING,
    /** The job runs, and its nodes are joining. */
    STARTING,
    /** All nodes are alive in Ray, the dashboard answers, and jobs are accepted. */
    READY,
    /** The job has begun to end. */
    ENDING,
    /** Slurm says that the job has ended. */
    ENDED
}
