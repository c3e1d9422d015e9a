package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import java.util.Optional;

/** How much memory a job of a partition can have, and how it asks. Immutable; what isn't known is empty. */
public final class MemoryRules {
    private final Optional<Memory> perNode;
    private final Optional<Memory> perJob;
    private final Optional<Memory> followsCpus;
    private final Optional<Memory> followsGpus;
    private final Optional<Memory> defaultPerCpu;
    private final Optional<Memory> suggestedPerGpu;

    MemoryRules(Section s) {
        this.perNode = s.memory("perNode");
        this.perJob = s.memory("perJob");
        this.followsCpus = s.memory("followsCpus");
        this.followsGpus = s.memory("followsGpus");
        this.defaultPerCpu = s.memory("defaultPerCpu");
        this.suggestedPerGpu = s.memory("suggestedPerGpu");
    }

    /**
     * Returns the most of a job on one node.
     *
     * @return empty if it isn't known
     */
    public Optional<Memory> perNode() {
        return perNode;
    }

    /**
     * Returns the most of a job.
     *
     * @return empty if it isn't known
     */
    public Optional<Memory> perJob() {
        return perJob;
    }

    /**
     * Returns the memory that each CPU brings, so that none is to be asked for.
     *
     * @return empty if memory doesn't follow CPUs
     */
    public Optional<Memory> followsCpus() {
        return followsCpus;
    }

    /**
     * Returns the memory that each GPU brings, so that none is to be asked for.
     *
     * @return empty if memory doesn't follow GPUs
     */
    public Optional<Memory> followsGpus() {
        return followsGpus;
    }

    /**
     * Returns what a job that doesn't say gets for each CPU ({@code DefMemPerCPU}).
     *
     * @return empty if it isn't known
     */
    public Optional<Memory> defaultPerCpu() {
        return defaultPerCpu;
    }

    /**
     * Returns what to ask for with each GPU.
     *
     * @return empty if nothing is suggested
     */
    public Optional<Memory> suggestedPerGpu() {
        return suggestedPerGpu;
    }
}
