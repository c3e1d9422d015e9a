package io.github.slurmray.platforms;

/** How a port on a compute node can be reached from outside the site. */
public enum Reach {
    /** The login node can open a connection to the compute node's address, and its sshd allows forwarding. */
    LOGIN_FORWARD,
    /** A job can open an SSH connection to a machine outside, and a reverse forward on it. */
    REVERSE_FORWARD
}
