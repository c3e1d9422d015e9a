package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Memory;
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
