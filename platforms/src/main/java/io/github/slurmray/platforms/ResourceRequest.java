package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a job needs, in no site's words: nodes, and CPUs, GPUs, memory and local disk of each. Immutable. */
public final class ResourceRequest {
    private final int nodes;
    private final @Nullable Long cpusPerNode;
    private final long gpusPerNode;
    private final @Nullable String gpuType;
    private final @Nullable Memory memoryPerNode;
    private final @Nullable Memory diskPerNode;
    private final @Nullable WallTime time;

    private ResourceRequest(Builder b) {
        this.nodes = b.nodes;
        this.cpusPerNode = b.cpusPerNode;
        this.gpusPerNode = b.gpusPerNode;
        this.gpuType = b.gpuType;
        this.memoryPerNode = b.memoryPerNode;
        this.diskPerNode = b.diskPerNode;
        this.time = b.time;
    }

    /**
     * Starts a request for one node.
     *
     * @return a fresh builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts a request like this one.
     *
     * @return a builder
     */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.nodes = nodes;
        b.cpusPerNode = cpusPerNode;
        b.gpusPerNode = gpusPerNode;
        b.gpuType = gpuType;
        b.memoryPerNode = memoryPerNode;
        b.diskPerNode = diskPerNode;
        b.time = time;
        return b;
    }

    /**
     * Returns the nodes.
     *
     * @return at least 1
     */
    public int nodes() {
        return nodes;
    }

    /**
     * Returns the CPUs of each node.
     *
     * @return empty if the site shall say
     */
    public OptionalLong cpusPerNode() {
        return cpusPerNode == null ? OptionalLong.empty() : OptionalLong.of(cpusPerNode);
    }

    /**
     * Returns the GPUs of each node.
     *
     * @return 0 if none
     */
    public long gpusPerNode() {
        return gpusPerNode;
    }

    /**
     * Returns the type of GPUs.
     *
     * @return as {@code --gres} names it; empty for the partition's own
     */
    public Optional<String> gpuType() {
        return Optional.ofNullable(gpuType);
    }

    /**
     * Returns the memory of each node.
     *
     * @return empty if the site shall say
     */
    public Optional<Memory> memoryPerNode() {
        return Optional.ofNullable(memoryPerNode);
    }

    /**
     * Returns the local disk of each node.
     *
     * @return empty if none is needed
     */
    public Optional<Memory> diskPerNode() {
        return Optional.ofNullable(diskPerNode);
    }

    /**
     * Returns the time limit.
     *
     * @return empty if the site shall say
     */
    public Optional<WallTime> time() {
        return Optional.ofNullable(time);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ResourceRequest other && asMap().equals(other.asMap());
    }

    @Override
    public int hashCode() {
        return asMap().hashCode();
    }

    /** Returns such as {@code {nodes=2, cpusPerNode=8, gpusPerNode=0}}. */
    @Override
    public String toString() {
        return asMap().toString();
    }

    private Map<String, Object> asMap() {
        Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("nodes", nodes);
        cpusPerNode().ifPresent(n -> parts.put("cpusPerNode", n));
        parts.put("gpusPerNode", gpusPerNode);
        gpuType().ifPresent(t -> parts.put("gpuType", t));
        memoryPerNode().ifPresent(m -> parts.put("memoryPerNode", m));
        diskPerNode().ifPresent(d -> parts.put("diskPerNode", d));
        time().ifPresent(t -> parts.put("time", t));
        return parts;
    }

    /** Builds a {@link ResourceRequest}. Not safe for use by many threads. */
    public static final class Builder {
        private static final Pattern TYPE = Pattern.compile("[\\w.-]*[A-Za-z_.-][\\w.-]*");

        private int nodes = 1;
        private @Nullable Long cpusPerNode;
        private long gpusPerNode;
        private @Nullable String gpuType;
        private @Nullable Memory memoryPerNode;
        private @Nullable Memory diskPerNode;
        private @Nullable WallTime time;

        private Builder() {}

        private static long atLeast(long least, long n, String name) {
            if (n < least) {
                throw new IllegalArgumentException(name + " must be at least " + least + ", but was " + n);
            }
            return n;
        }

        /**
         * Sets the number of nodes, by default 1.
         *
         * @param count at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder nodes(int count) {
            this.nodes = (int) atLeast(1, count, "nodes");
            return this;
        }

        /**
         * Sets the CPUs of each node; by default the site says how many go with the GPUs or the node.
         *
         * @param count at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder cpusPerNode(int count) {
            this.cpusPerNode = atLeast(1, count, "cpusPerNode");
            return this;
        }

        /**
         * Sets the GPUs of each node, by default 0.
         *
         * @param count at least 0
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder gpusPerNode(int count) {
            this.gpusPerNode = atLeast(0, count, "gpusPerNode");
            return this;
        }

        /**
         * Sets the type of GPUs; by default the partition's own.
         *
         * @param type as {@code --gres} names it, such as {@code a100}
         * @return this builder
         * @throws IllegalArgumentException if it isn't a name with a letter, of letters, digits and {@code . _ -}
         */
        public Builder gpuType(String type) {
            if (!TYPE.matcher(type).matches()) {
                throw new IllegalArgumentException(
                        "gpuType must be as --gres names it, such as a100, but was '" + type + "'");
            }
            this.gpuType = type;
            return this;
        }

        /**
         * Sets the memory of each node; by default the site says.
         *
         * @param amount all of a node's
         * @return this builder
         */
        public Builder memoryPerNode(Memory amount) {
            this.memoryPerNode = Objects.requireNonNull(amount, "amount");
            return this;
        }

        /**
         * Sets the local disk of each node; by default none is asked for.
         *
         * @param amount of a node
         * @return this builder
         */
        public Builder diskPerNode(Memory amount) {
            this.diskPerNode = Objects.requireNonNull(amount, "amount");
            return this;
        }

        /**
         * Sets the time limit; by default the site says.
         *
         * @param limit which Slurm rounds up to whole minutes
         * @return this builder
         */
        public Builder time(WallTime limit) {
            this.time = Objects.requireNonNull(limit, "limit");
            return this;
        }

        /**
         * Builds.
         *
         * @return the request
         */
        public ResourceRequest build() {
            return new ResourceRequest(this);
        }
    }
}
