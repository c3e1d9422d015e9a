package io.github.slurmray.ray;

import io.github.slurmray.core.Memory;
import io.github.slurmray.slurm.SbatchScript;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The node that Ray's head runs on; it takes work like any other. Immutable. */
public final class HeadGroup {
    private final NodeShape shape;
    private final @Nullable String partition;

    private HeadGroup(Builder b) {
        this.shape = new NodeShape(b.cpus, b.gpus, Optional.ofNullable(b.memory), Optional.ofNullable(b.objectStore));
        this.partition = b.partition;
    }

    /**
     * Starts a builder.
     *
     * @return a fresh builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the partition.
     *
     * @return empty if this group doesn't say it
     */
    public Optional<String> partition() {
        return Optional.ofNullable(partition);
    }

    /**
     * Returns what each node is asked for.
     *
     * @return CPUs, GPUs and memory
     */
    public NodeShape shape() {
        return shape;
    }

    /** Builds a {@link HeadGroup}. Not safe for use by many threads. */
    public static final class Builder {
        private int cpus = 1;
        private int gpus;
        private @Nullable Memory memory;
        private @Nullable Memory objectStore;
        private @Nullable String partition;

        private Builder() {}

        /**
         * Sets the partition. One job has one, so all groups that say it must say the same.
         *
         * @param partition as {@code --partition} takes it; by default another group says it, or the site decides
         * @return this builder
         * @throws IllegalArgumentException if it is empty or has control characters
         */
        public Builder partition(String partition) {
            SbatchScript.builder().partition(partition); // which knows what can stand in a script
            this.partition = partition;
            return this;
        }

        /**
         * Sets the CPUs of each node, for Slurm and for Ray.
         *
         * @param cpus at least 1; 1 by default
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder cpus(int cpus) {
            this.cpus = NodeShape.atLeastOne(cpus, "cpus");
            return this;
        }

        /**
         * Sets the GPUs of each node, for Slurm and for Ray.
         *
         * @param gpus at least 0; 0 by default
         * @return this builder
         * @throws IllegalArgumentException if it is negative
         */
        public Builder gpus(int gpus) {
            this.gpus = NodeShape.notNegative(gpus, "gpus");
            return this;
        }

        /**
         * Sets the memory of each node. Ray's own limits follow from it: without it, Ray takes what it believes the
         * node to have, which inside a job is often too much.
         *
         * @param memory as {@code --mem} takes it; by default Slurm decides
         * @return this builder
         */
        public Builder memory(Memory memory) {
            this.memory = Objects.requireNonNull(memory, "memory");
            return this;
        }

        /**
         * Sets how much of the memory is Ray's object store; needs {@link #memory}.
         *
         * @param objectStore at least 75 MiB and at most the memory; 30 % of it by default, which is Ray's own rule
         * @return this builder
         */
        public Builder objectStore(Memory objectStore) {
            this.objectStore = Objects.requireNonNull(objectStore, "objectStore");
            return this;
        }

        /**
         * Builds.
         *
         * @return the group
         * @throws IllegalArgumentException if the object store is smaller than 75 MiB or larger than the memory, or the
         *     memory isn't set
         */
        public HeadGroup build() {
            return new HeadGroup(this);
        }
    }
}
