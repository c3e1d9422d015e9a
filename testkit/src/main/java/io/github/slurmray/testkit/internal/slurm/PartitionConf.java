package io.github.slurmray.testkit.internal.slurm;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A partition as slurm.conf describes it.
 *
 * @param name its name
 * @param nodes the names of its nodes, in slurm.conf's order
 * @param nodeList the same as a host list
 * @param isDefault whether jobs that name none go here
 * @param maxTime the longest time limit, empty if there is none
 * @param defaultTime the time limit of jobs that set none, empty if it is the longest
 * @param minNodes the least nodes of a job
 * @param maxNodes the most nodes of a job, empty if there is no limit
 * @param defMemPerCpu MB for each CPU of a job that asks for no memory
 * @param defMemPerNode MB on each node of a job that asks for no memory
 * @param hasOwnMemory whether these two are the partition's own, and not the cluster's
 * @param maxMemPerNode the most MB on a node
 * @param priorityTier jobs of a higher one go first
 * @param oversubscribe how nodes may be shared; EXCLUSIVE gives each job whole nodes
 * @param state UP, DOWN, DRAIN or INACTIVE
 * @param allowAccounts who may submit to it, empty if all may
 */
record PartitionConf(
        String name,
        List<String> nodes,
        String nodeList,
        boolean isDefault,
        Optional<Duration> maxTime,
        Optional<Duration> defaultTime,
        int minNodes,
        OptionalInt maxNodes,
        OptionalLong defMemPerCpu,
        OptionalLong defMemPerNode,
        boolean hasOwnMemory,
        OptionalLong maxMemPerNode,
        int priorityTier,
        String oversubscribe,
        String state,
        List<String> allowAccounts) {
    PartitionConf {
        nodes = List.copyOf(nodes);
        allowAccounts = List.copyOf(allowAccounts);
    }

    boolean exclusive() {
        return oversubscribe.startsWith("EXCLUSIVE");
    }
}
