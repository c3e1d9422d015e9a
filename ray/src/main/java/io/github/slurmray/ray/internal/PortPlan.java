package io.github.slurmray.ray.internal;

/**
 * The ports that a cluster may use on each node: blocks of {@code stride} ports from {@code first} to {@code last}, one
 * block a cluster and node.
 *
 * <p>Below Linux's ephemeral ports (from 32768), so that an outgoing connection can't take one. The first twelve of a
 * block serve Ray's services (facts of Ray's documentation, "Configuring Ray: Ports"); the others are for workers and
 * drivers, each of which listens on one. However many CPUs a node has, it has four blocks to choose from, so that the
 * clusters on it can be apart.
 *
 * @param first the lowest port
 * @param last the highest port
 * @param stride how many ports a block has
 */
record PortPlan(int first, int last, int stride) {
    private static final int SERVICES = 12;
    private static final int FEWEST_FOR_WORKERS = 88;
    // one worker a CPU, as many again that are starting or idle with another environment, and the drivers
    private static final int WORKERS_PER_CPU = 4;
    private static final int FIRST = 10_000;
    private static final int LAST = 31_999;
    private static final int FEWEST_BLOCKS = 4;

    static PortPlan forCpus(int cpus) {
        long wanted = SERVICES + Math.max(FEWEST_FOR_WORKERS, (long) WORKERS_PER_CPU * cpus);
        return new PortPlan(FIRST, LAST, (int) Math.min(wanted, (LAST - FIRST + 1) / FEWEST_BLOCKS));
    }
}
