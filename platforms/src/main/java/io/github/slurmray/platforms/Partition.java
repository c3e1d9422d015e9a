package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A partition of a site as far as it is known; what isn't known is empty, and no rule guesses it.
 *
 * @param name as {@code --partition} takes it
 * @param maxTime the longest time limit of a job
 * @param maxNodes the most nodes of one job
 * @param cpusPerNode the CPUs that one job can have of a node
 * @param memoryPerNode the memory that one job can have of a node
 * @param gpusPerNode the GPUs that one job can have of a node; 0 means that there are none
 */
public record Partition(
        String name,
        Optional<WallTime> maxTime,
        OptionalInt maxNodes,
        OptionalInt cpusPerNode,
        Optional<Memory> memoryPerNode,
        OptionalInt gpusPerNode) {
    /** Checks the parts. */
    public Partition {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(maxTime, "maxTime");
        Objects.requireNonNull(maxNodes, "maxNodes");
        Objects.requireNonNull(cpusPerNode, "cpusPerNode");
        Objects.requireNonNull(memoryPerNode, "memoryPerNode");
        Objects.requireNonNull(gpusPerNode, "gpusPerNode");
    }
}
