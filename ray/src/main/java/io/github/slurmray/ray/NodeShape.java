package io.github.slurmray.ray;

import io.github.slurmray.core.Memory;
import java.util.Comparator;
import java.util.Optional;

/**
 * What one node of a group is asked for.
 *
 * @param cpus for Slurm and for Ray, at least 1
 * @param gpus for Slurm and for Ray, at least 0
 * @param memory all of the node's memory; empty if Slurm decides
 * @param objectStore the part of it that is Ray's object store; empty for Ray's own rule, 30 % of it
 */
public record NodeShape(int cpus, int gpus, Optional<Memory> memory, Optional<Memory> objectStore) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is too small, or the object store is larger than the memory
     */
    public NodeShape {
        atLeastOne(cpus, "cpus");
        if (memory.isPresent() && objectStore.isPresent() && objectStore.get().compareTo(memory.get()) > 0) {
            throw new IllegalArgumentException("the object store (" + objectStore.get()
                    + ") can't be larger than the memory (" + memory.get() + ")");
        }
    }

    static int atLeastOne(int n, String name) {
        if (n < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, but was " + n);
        }
        return n;
    }

    /** What holds both: the larger of each. A homogeneous job asks for it on every node. */
    NodeShape largest(NodeShape other) {
        return new NodeShape(
                Math.max(cpus, other.cpus),
                Math.max(gpus, other.gpus),
                max(memory, other.memory),
                max(objectStore, other.objectStore));
    }

    private static Optional<Memory> max(Optional<Memory> a, Optional<Memory> b) {
        return java.util.stream.Stream.concat(a.stream(), b.stream()).max(Comparator.naturalOrder());
    }
}
