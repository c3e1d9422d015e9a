package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.SbatchScript;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
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
     * What a script asks for. GPUs of several types are counted together, under the first's type; a disk GRES in GB.
     */
    static ResourceRequest of(SbatchScript script, Optional<String> diskGres) {
        Builder b = new Builder();
        script.nodes().ifPresent(n -> b.nodes = n);
        if (script.cpusPerTask().isPresent() || script.ntasksPerNode().isPresent()) {
            b.cpusPerNode = (long) script.cpusPerTask().orElse(1)
                    * script.ntasksPerNode().orElse(1);
        }
        script.mem().ifPresent(m -> b.memoryPerNode = m);
        script.time().ifPresent(t -> b.time = t);
        script.gres().stream().filter(g -> g.name().equals("gpu")).forEach(g -> b.gpus(g.count(), g.type()));
        script.directive("gpus-per-node").ifPresent(b::gpusPerNode);
        script.gres().stream()
                .filter(g -> diskGres.filter(g.name()::equals).isPresent())
                .forEach(g -> b.diskPerNode = Memory.ofGiB(g.count()));
        return b.build();
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

    /** Builds a {@link ResourceRequest}. Not safe for use by many threads. */
    public static final class Builder {
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

        private void gpus(long count, Optional<String> type) {
            gpusPerNode += count;
            if (gpuType == null) {
                gpuType = type.orElse(null);
            }
        }

        private void gpusPerNode(String option) {
            int colon = option.lastIndexOf(':');
            String count = option.substring(colon + 1);
            if (count.matches("\\d{1,9}")) {
                gpus(Long.parseLong(count), colon < 0 ? Optional.empty() : Optional.of(option.substring(0, colon)));
            }
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
         */
        public Builder gpuType(String type) {
            this.gpuType = Objects.requireNonNull(type, "type");
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
