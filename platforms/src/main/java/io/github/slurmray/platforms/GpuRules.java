package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import java.util.Optional;
import java.util.OptionalInt;

/** How many GPUs a job of a partition can have, and how it asks. Immutable; what isn't known is empty. */
public final class GpuRules {
    private final OptionalInt perNode;
    private final Optional<Request> request;
    private final Optional<String> type;
    private final Optional<Boolean> typed;
    private final OptionalInt minPerJob;
    private final OptionalInt maxPerJob;
    private final OptionalInt maxCpusPerGpu;
    private final OptionalInt suggestedCpusPerGpu;
    private final Optional<Slice> slice;

    GpuRules(Section s) {
        this.perNode = s.number("perNode", 0);
        this.request = s.constant("request", Request.class);
        this.type = s.gresType("type");
        this.typed = s.flag("typed");
        this.minPerJob = s.number("minPerJob", 0);
        this.maxPerJob = s.number("maxPerJob", 1);
        this.maxCpusPerGpu = s.number("maxCpusPerGpu", 1);
        this.suggestedCpusPerGpu = suggested(s, maxCpusPerGpu);
        this.slice = Optional.of(s.part("slice")).filter(Section::isPresent).map(GpuRules::slice);
    }

    /**
     * Returns the most of a job on one node.
     *
     * @return 0 if the partition has none
     */
    public OptionalInt perNode() {
        return perNode;
    }

    /**
     * Returns how they are asked for.
     *
     * @return empty if it isn't known
     */
    public Optional<Request> request() {
        return request;
    }

    /**
     * Returns their type, as {@code --gres} names it.
     *
     * @return empty if they have {@linkplain #isUntyped() no types}, or it isn't known
     */
    public Optional<String> type() {
        return type;
    }

    /**
     * Tells whether Slurm there knows no types of GPUs, so that none can be asked for.
     *
     * @return false unless it is known
     */
    public boolean isUntyped() {
        return !typed.orElse(true);
    }

    /**
     * Returns the least of a job.
     *
     * @return empty if it isn't known
     */
    public OptionalInt minPerJob() {
        return minPerJob;
    }

    /**
     * Returns the most of a job.
     *
     * @return empty if it isn't known
     */
    public OptionalInt maxPerJob() {
        return maxPerJob;
    }

    /**
     * Returns the most CPUs for each.
     *
     * @return empty if it isn't known
     */
    public OptionalInt maxCpusPerGpu() {
        return maxCpusPerGpu;
    }

    /**
     * Returns the CPUs to ask for with each.
     *
     * @return {@link #maxCpusPerGpu()} unless something else is suggested
     */
    public OptionalInt suggestedCpusPerGpu() {
        return suggestedCpusPerGpu;
    }

    /**
     * Returns the part of a GPU that can be asked for instead.
     *
     * @return empty if there is none
     */
    public Optional<Slice> slice() {
        return slice;
    }

    /** How GPUs are asked for. */
    public enum Request {
        /** With {@code --gres=gpu:TYPE:N}. */
        GRES,
        /** With {@code --gpus-per-node=N}. */
        GPUS_PER_NODE
    }

    /**
     * A part of a GPU.
     *
     * @param type as {@code --gres} names it
     * @param maxPerJob the most of a job
     * @param maxCpus the most CPUs of a job that has one
     * @param memory the memory that it brings
     */
    public record Slice(Optional<String> type, OptionalInt maxPerJob, OptionalInt maxCpus, Optional<Memory> memory) {}

    private static Slice slice(Section s) {
        return new Slice(s.gresType("type"), s.number("maxPerJob", 1), s.number("maxCpus", 1), s.memory("memory"));
    }

    private static OptionalInt suggested(Section s, OptionalInt most) {
        OptionalInt suggested = s.number("suggestedCpusPerGpu", 1);
        return suggested.isPresent() ? suggested : most;
    }
}
