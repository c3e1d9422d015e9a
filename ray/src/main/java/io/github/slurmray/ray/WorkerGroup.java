package io.github.slurmray.ray;

import io.github.slurmray.core.Memory;
import io.github.slurmray.slurm.SbatchScript;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Nodes of one kind that run Ray workers. Immutable. */
public final class WorkerGroup {
    private final String name;
    private final int nodes;
    private final NodeShape shape;
    private final @Nullable String partition;

    private WorkerGroup(Builder b) {
        this.name = b.name;
        this.nodes = b.nodes;
        this.shape = new NodeShape(b.cpus, b.gpus, Optional.ofNullable(b.memory), Optional.ofNullable(b.objectStore));
        this.partition = b.partition;
    }

    /**
     * Starts a builder.
     *
     * @param name the group's name, letters, digits, {@code _ - .}
     * @return a fresh builder
     * @throws IllegalArgumentException if the name has another form
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Returns the group's name.
     *
     * @return such as {@code cpu}
     */
    public String name() {
        return name;
    }

    /**
     * Returns how many nodes the group has; the head's node isn't among them.
     *
     * @return at least 1; 1 by default
     */
    public int nodes() {
        return nodes;
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

    /** Builds a {@link WorkerGroup}. Not safe for use by many threads. */
    public static final class Builder {
        private final String name;
        private int nodes = 1;
        private int cpus = 1;
        private int gpus;
        private @Nullable Memory memory;
        private @Nullable Memory objectStore;
        private @Nullable String partition;

        private Builder(String name) {
            if (!name.matches("[A-Za-z0-9_.-]{1,64}")) {
                throw new IllegalArgumentException(
                        "a worker group's name has 1 to 64 letters, digits and _ - ., but was '" + name + "'");
            }
            this.name = name;
        }

        /**
         * Sets how many nodes the group has; the head's node isn't among them.
         *
         * @param nodes at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder nodes(int nodes) {
            this.nodes = NodeShape.atLeastOne(nodes, "nodes");
            return this;
        }

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
        public WorkerGroup build() {
            return new WorkerGroup(this);
        }
    }
}
