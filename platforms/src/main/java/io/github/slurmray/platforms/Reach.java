package io.github.slurmray.platforms;

/** A way from outside a site to a port on a compute node. */
public enum Reach {
    /** The login node opens a connection to the compute node's address, and its sshd allows forwarding. */
    LOGIN_FORWARD,
    /** SSH onto a compute node where one has a job. */
    NODE_SSH,
    /** A job opens an SSH connection to a machine outside, and a reverse forward on it. */
    REVERSE_FORWARD,
    /** A step beside the job's others carries the streams: {@code srun --overlap}. */
    OVERLAP_STEP
}
