package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Finding;
import io.github.slurmray.ray.NodeShape;
import java.util.Optional;

/**
 * How a node's memory is told to Ray, which otherwise would take what it believes the whole node to have.
 *
 * @param tasks the bytes that Ray may promise to tasks and actors
 * @param objectStore the bytes of the object store, which lies in shared memory and counts as the job's
 */
record RayMemory(long tasks, long objectStore) {
    // Ray's own rule for the object store (Ray's documentation, "Memory Management")
    private static final int OBJECT_STORE_PERCENT = 30;
    private static final long SMALLEST_OBJECT_STORE = NodeShape.SMALLEST_OBJECT_STORE.bytes();
    // the rest is for Ray's own processes: raylet, agents, and on the head the GCS and the dashboard
    private static final int TASKS_PERCENT = 60;

    // Measured in the lab, a head without work: Ray 2.60 takes 630 to 780 MiB and is killed at the start in 600,
    // Ray 2.43 takes 400 and is killed in 300.
    static final Memory LEAST = Memory.ofGiB(1);
    private static final Memory HOPELESS = Memory.ofMiB(400);

    /** What is to be said of a node's memory, if it is little. */
    static Optional<Finding> tooLittle(Memory memory) {
        if (memory.compareTo(LEAST) >= 0) {
            return Optional.empty();
        }
        String words = "memory(" + memory + "): Ray's own processes take up to " + LEAST
                + " of a node before there is any work, and a process that goes over the job's memory is killed; say more";
        return Optional.of(
                memory.compareTo(HOPELESS) < 0
                        ? Finding.error("memory-small", words)
                        : Finding.warning("memory-small", words));
    }

    static Optional<RayMemory> of(NodeShape shape) {
        return shape.memory().map(memory -> {
            long store = shape.objectStore().map(Memory::bytes).orElse(byDefault(memory));
            long tasks = Math.max(1, Math.min(memory.bytes() / 100 * TASKS_PERCENT, memory.bytes() - store));
            return new RayMemory(tasks, store);
        });
    }

    private static long byDefault(Memory memory) {
        return Math.max(SMALLEST_OBJECT_STORE, memory.bytes() / 100 * OBJECT_STORE_PERCENT);
    }
}
