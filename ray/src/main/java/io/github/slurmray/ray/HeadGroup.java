package io.github.slurmray.ray;

import java.util.Optional;

/** The node that Ray's head runs on; it takes work like any other. Immutable. */
public final class HeadGroup {
    private final NodeShape shape;
    private final Optional<String> partition;

    private HeadGroup(Builder b) {
        this.shape = b.shape();
        this.partition = b.partition();
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

    /** Returns the group in words, such as {@code head in small: 2 CPUs, 3G}. */
    @Override
    public String toString() {
        return "head" + partition.map(p -> " in " + p).orElse("") + ": " + shape;
    }

    /** Builds a {@link HeadGroup}. Not safe for use by many threads. */
    public static final class Builder extends GroupBuilder<Builder> {
        private Builder() {}

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
        public HeadGroup build() {
            return new HeadGroup(this);
        }
    }
}
