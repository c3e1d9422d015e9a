package io.github.slurmray.ray;

import io.github.slurmray.core.Memory;
import io.github.slurmray.slurm.SbatchScript;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What the builders of head and worker groups have in common: the request of each node, and the partition. */
abstract class GroupBuilder<B extends GroupBuilder<B>> {
    private OptionalInt cpus = OptionalInt.empty();
    private int gpus;
    private @Nullable Memory memory;
    private @Nullable Memory objectStore;
    private @Nullable String partition;

    GroupBuilder() {}

    abstract B self();

    NodeShape shape() {
        return new NodeShape(cpus, gpus, Optional.ofNullable(memory), Optional.ofNullable(objectStore));
    }

    /** Returns what was said so far, in words. */
    @Override
    public String toString() {
        return shape() + partition().map(p -> ", in " + p).orElse("");
    }

    Optional<String> partition() {
        return Optional.ofNullable(partition);
    }

    /**
     * Sets the partition. One job has one, so all groups that say it must say the same.
     *
     * @param partition as {@code --partition} takes it; by default another group says it, or the site decides
     * @return this builder
     * @throws IllegalArgumentException if it is empty or has control characters
     */
    public B partition(String partition) {
        SbatchScript.builder().partition(partition); // which knows what can stand in a script
        this.partition = partition;
        return self();
    }

    /**
     * Sets the CPUs of each node, for Slurm and for Ray.
     *
     * @param cpus at least 1; by default what the site gives with the GPUs or with its whole nodes, else 1
     * @return this builder
     * @throws IllegalArgumentException if it is less
     */
    public B cpus(int cpus) {
        this.cpus = OptionalInt.of(NodeShape.atLeastOne(cpus, "cpus"));
        return self();
    }

    /**
     * Sets the GPUs of each node, for Slurm and for Ray.
     *
     * @param gpus at least 0; 0 by default
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public B gpus(int gpus) {
        this.gpus = NodeShape.notNegative(gpus, "gpus");
        return self();
    }

    /**
     * Sets the memory of each node. Ray's own limits follow from it: where it isn't known, Ray takes what it believes
     * the node to have, which inside a job is often too much.
     *
     * @param memory as {@code --mem} takes it; by default what the site gives with the GPUs, else Slurm decides
     * @return this builder
     */
    public B memory(Memory memory) {
        this.memory = Objects.requireNonNull(memory, "memory");
        return self();
    }

    /**
     * Sets how much of the memory is Ray's object store; needs {@link #memory}.
     *
     * @param objectStore at least 75 MiB and at most the memory; 30 % of it by default, which is Ray's own rule
     * @return this builder
     */
    public B objectStore(Memory objectStore) {
        this.objectStore = Objects.requireNonNull(objectStore, "objectStore");
        return self();
    }
}
