package io.github.slurmray.ray;

import java.util.Optional;

/** Nodes of one kind that run Ray workers. Immutable. */
public final class WorkerGroup {
    private final String name;
    private final int nodes;
    private final NodeShape shape;
    private final Optional<String> partition;

    private WorkerGroup(Builder b) {
        this.name = b.name;
        this.nodes = b.nodes;
        this.shape = b.shape();
        this.partition = b.partition();
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
        return partition;
    }

    /**
     * Returns what each node is asked for.
     *
     * @return CPUs, GPUs and memory
     */
    public NodeShape shape() {
        return shape;
    }

    /** Returns the group in words, such as {@code cpu, 2 nodes: 2 CPUs, 3G}. */
    @Override
    public String toString() {
        return name + ", " + nodes + (nodes == 1 ? " node" : " nodes")
                + partition.map(p -> " in " + p).orElse("") + ": " + shape;
    }

    /** Builds a {@link WorkerGroup}. Not safe for use by many threads. */
    public static final class Builder extends GroupBuilder<Builder> {
        private final String name;
        private int nodes = 1;

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

        @Override
        Builder self() {
            return this;
        }

        /**
         * Builds.
         *
         * @return the group
         * @throws IllegalArgumentException if the object store is larger than the memory
         */
        public WorkerGroup build() {
            return new WorkerGroup(this);
        }
    }
}
