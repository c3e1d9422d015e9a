package io.github.slurmray.testkit.internal.slurm;

import java.util.List;
import java.util.Map;

/**
 * A node as slurm.conf describes it.
 *
 * @param name its name
 * @param cpus logical CPUs
 * @param threadsPerCore CPUs that can only be given together
 * @param coresPerSocket cores in each socket
 * @param sockets sockets
 * @param memoryMb RealMemory
 * @param gres counts by {@code name:type}, or {@code name} where there is no type
 * @param features what --constraint may ask for
 * @param weight nodes with less are taken first
 */
record NodeConf(
        String name,
        int cpus,
        int threadsPerCore,
        int coresPerSocket,
        int sockets,
        long memoryMb,
        Map<String, Integer> gres,
        List<String> features,
        int weight) {
    NodeConf {
        gres = Gres.copy(gres);
        features = List.copyOf(features);
    }
}
