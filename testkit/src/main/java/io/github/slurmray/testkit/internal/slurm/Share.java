package io.github.slurmray.testkit.internal.slurm;

import java.util.Map;

/**
 * What a job has of one node.
 *
 * @param node its name
 * @param cpus how many CPUs
 * @param memoryMb how much memory
 * @param gres which generic resources
 * @param tasks how many tasks run here
 */
record Share(String node, int cpus, long memoryMb, Map<String, Integer> gres, int tasks) {
    Share {
        gres = Gres.copy(gres);
    }
}
