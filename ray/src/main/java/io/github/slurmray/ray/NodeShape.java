package io.github.slurmray.ray;

import io.github.slurmray.core.Memory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What one node of a group is asked for.
 *
 * @param cpus for Slurm and for Ray, at least 1; empty if the site says what goes with the GPUs or its whole nodes,
 *     else 1
 * @param gpus for Slurm and for Ray, at least 0
 * @param memory all of the node's memory; empty if Slurm decides
 * @param objectStore the part of it that is Ray's object store; empty for Ray's own rule, 30 % of it
 */
public record NodeShape(OptionalInt cpus, int gpus, Optional<Memory> memory, Optional<Memory> objectStore) {
    /** The smallest object store with which Ray starts: 75 MiB. */
    public static final Memory SMALLEST_OBJECT_STORE = Memory.ofMiB(75);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is too small, the object store is larger than the memory, or there is an
     *     object store but no memory
     */
    public NodeShape {
        cpus.ifPresent(n -> atLeastOne(n, "cpus"));
        notNegative(gpus, "gpus");
        if (objectStore.isPresent() && memory.isEmpty()) {
            throw new IllegalArgumentException("the object store (" + objectStore.get()
                    + ") is a part of the memory: say how much that is with memory(…)");
        }
        if (objectStore.isPresent() && objectStore.get().compareTo(SMALLEST_OBJECT_STORE) < 0) {
            throw new IllegalArgumentException("the object store must be at least " + SMALLEST_OBJECT_STORE
                    + ", or Ray won't start, but was " + objectStore.get());
        }
        if (memory.isPresent() && objectStore.isPresent() && objectStore.get().compareTo(memory.get()) > 0) {
            throw new IllegalArgumentException("the object store (" + objectStore.get()
                    + ") can't be larger than the memory (" + memory.get() + ")");
        }
    }

    /** Returns the request in words, such as {@code 8 CPUs, 2 GPUs, 16G (5G of it object store)}. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        cpus.ifPresent(n -> parts.add(n + (n == 1 ? " CPU" : " CPUs")));
        if (gpus > 0) {
            parts.add(gpus + (gpus == 1 ? " GPU" : " GPUs"));
        }
        memory.ifPresent(m -> parts.add(
                m + objectStore.map(s -> " (" + s + " of it object store)").orElse("")));
        return parts.isEmpty() ? "what the site gives" : String.join(", ", parts);
    }

    static int atLeastOne(int n, String name) {
        if (n < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, but was " + n);
        }
        return n;
    }

    static int notNegative(int n, String name) {
        if (n < 0) {
            throw new IllegalArgumentException(name + " can't be negative, but was " + n);
        }
        return n;
    }

    /**
     * Returns what holds both: the larger of each. A homogeneous job asks for it on every node.
     *
     * @param other another shape
     * @return the shape
     */
    public NodeShape largest(NodeShape other) {
        return new NodeShape(
                max(cpus, other.cpus),
                Math.max(gpus, other.gpus),
                max(memory, other.memory),
                max(objectStore, other.objectStore));
    }

    private static OptionalInt max(OptionalInt a, OptionalInt b) {
        return IntStream.concat(a.stream(), b.stream()).max();
    }

    private static Optional<Memory> max(Optional<Memory> a, Optional<Memory> b) {
        return Stream.concat(a.stream(), b.stream()).max(Comparator.naturalOrder());
    }
}
