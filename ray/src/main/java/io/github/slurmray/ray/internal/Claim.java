package io.github.slurmray.ray.internal;

/** By what right a handle watches a cluster. */
enum Claim {
    /** It launched the cluster: closing it ends the cluster. */
    LAUNCHED,
    /** It has taken the cluster over: closing it gives the cluster back. */
    ATTACHED,
    /** It only looks: it renews nothing, and closing it changes nothing. */
    OBSERVED
}
