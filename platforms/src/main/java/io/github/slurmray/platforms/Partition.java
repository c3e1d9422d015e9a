package io.github.slurmray.platforms;

import io.github.slurmray.core.WallTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** A partition of a site. Immutable; what isn't known is empty, and no rule guesses it. */
public final class Partition {
    private final String name;
    private final List<NodeType> nodeTypes;
    private final Optional<String> login;
    private final Optional<Boolean> isDefault;
    private final Optional<Allocation> allocation;
    private final Optional<WallTime> defaultTime;
    private final Optional<WallTime> maxTime;
    private final OptionalInt minNodes;
    private final OptionalInt maxNodes;
    private final OptionalInt cpusPerNode;
    private final OptionalInt maxCpus;
    private final MemoryRules memory;
    private final GpuRules gpus;
    private final DiskRules localDisk;
    private final Optional<Boolean> openToAnyone;
    private final Optional<String> accessCondition;
    private final OptionalInt maxSubmitted;
    private final OptionalInt maxRunning;
    private final Optional<String> note;

    Partition(String name, Section s, Map<String, NodeType> types) {
        this.name = name;
        this.nodeTypes = s.someOf("nodeTypes", "nodeTypes", types);
        this.login = s.text("login");
        this.isDefault = s.flag("default");
        this.allocation = s.constant("allocation", Allocation.class);
        this.defaultTime = s.time("defaultTime");
        this.maxTime = s.time("maxTime");
        this.minNodes = s.number("minNodes", 1);
        this.maxNodes = s.number("maxNodes", 1);
        this.cpusPerNode = s.number("cpusPerNode", 1);
        this.maxCpus = s.number("maxCpus", 1);
        this.memory = new MemoryRules(s.part("memory"));
        this.gpus = new GpuRules(s.part("gpus"));
        this.localDisk = new DiskRules(s.part("localDisk"));
        this.openToAnyone = s.part("access").flag("anyone");
        this.accessCondition = s.part("access").text("condition");
        this.maxSubmitted = s.number("maxSubmitted", 1);
        this.maxRunning = s.number("maxRunning", 1);
        this.note = s.text("note");
    }

    /**
     * Returns its name.
     *
     * @return as {@code --partition} takes it
     */
    public String name() {
        return name;
    }

    /**
     * Returns the kinds of nodes that it has.
     *
     * @return empty if they aren't known
     */
    public List<NodeType> nodeTypes() {
        return nodeTypes;
    }

    /**
     * Returns the group of login nodes to submit from.
     *
     * @return a key of {@link Platform#logins()}; empty if any will do, or it isn't known
     */
    public Optional<String> login() {
        return login;
    }

    /**
     * Tells whether it is taken if a job names none.
     *
     * @return false unless it is known
     */
    public boolean isDefault() {
        return isDefault.orElse(false);
    }

    /** Tells whether it is known not to be the default. */
    boolean isNoDefault() {
        return !isDefault.orElse(true);
    }

    /**
     * Returns what a job gets whole.
     *
     * @return empty if it isn't known
     */
    public Optional<Allocation> allocation() {
        return allocation;
    }

    /**
     * Returns the time limit of a job that doesn't say one ({@code DefaultTime}).
     *
     * @return empty if it isn't known; Slurm then takes the longest
     */
    public Optional<WallTime> defaultTime() {
        return defaultTime;
    }

    /**
     * Returns the longest time limit of a job.
     *
     * @return empty if it isn't known
     */
    public Optional<WallTime> maxTime() {
        return maxTime;
    }

    /**
     * Returns the least nodes of a job.
     *
     * @return at least 1
     */
    public OptionalInt minNodes() {
        return minNodes;
    }

    /**
     * Returns the most nodes of a job.
     *
     * @return at least 1
     */
    public OptionalInt maxNodes() {
        return maxNodes;
    }

    /**
     * Returns the CPUs of a node that jobs can have.
     *
     * @return at least 1
     */
    public OptionalInt cpusPerNode() {
        return cpusPerNode;
    }

    /**
     * Returns the most CPUs of a job.
     *
     * @return at least 1
     */
    public OptionalInt maxCpus() {
        return maxCpus;
    }

    /**
     * Returns the limits and rules of memory.
     *
     * @return whose parts may be empty
     */
    public MemoryRules memory() {
        return memory;
    }

    /**
     * Returns the limits and rules of GPUs.
     *
     * @return whose parts may be empty
     */
    public GpuRules gpus() {
        return gpus;
    }

    /**
     * Returns the limits and rules of local disk.
     *
     * @return whose parts may be empty
     */
    public DiskRules localDisk() {
        return localDisk;
    }

    /**
     * Tells whether everybody may use it.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> openToAnyone() {
        return openToAnyone;
    }

    /**
     * Returns what is needed to use it, or what it is for.
     *
     * @return in words
     */
    public Optional<String> accessCondition() {
        return accessCondition;
    }

    /**
     * Returns the most jobs that wait or run at a time: of a user, or of an account or otherwise where the
     * {@link #note()} says so; often a site doesn't say whose.
     *
     * @return with each element of an array as a job
     */
    public OptionalInt maxSubmitted() {
        return maxSubmitted;
    }

    /**
     * Returns the most jobs that run at a time, counted as for {@link #maxSubmitted()}.
     *
     * @return with each element of an array as a job
     */
    public OptionalInt maxRunning() {
        return maxRunning;
    }

    /**
     * Returns what else there is to say.
     *
     * @return empty if nothing
     */
    public Optional<String> note() {
        return note;
    }

    /** What a job gets whole. */
    public enum Allocation {
        /** Whole nodes, and pays for them. */
        NODE,
        /** Cores and memory, each by itself. */
        CORE,
        /** Cores, which bring their memory. */
        CORE_MEMORY,
        /** GPUs, which bring their memory. */
        GPU
    }

    /**
     * Tells whether memory comes with CPUs or GPUs, so that {@code --mem} has no place.
     *
     * @return false if that isn't known
     */
    public boolean memoryFollows() {
        boolean byAllocation = allocation
                .filter(a -> a == Allocation.CORE_MEMORY || a == Allocation.GPU)
                .isPresent();
        return byAllocation
                || memory.followsCpus().isPresent()
                || memory.followsGpus().isPresent();
    }

    /** Returns where one of its facts stands in the site's file. */
    String pointer(String fact) {
        return SiteFacts.below("/partitions", name) + fact;
    }

    /** Whether a job gets GPUs, with what they bring, and so at least one. */
    boolean isByGpu() {
        return allocation.filter(a -> a == Allocation.GPU).isPresent();
    }

    /** What memory comes with where it {@linkplain #memoryFollows follows}. */
    String memoryComesWith() {
        return isByGpu() || memory.followsGpus().isPresent() ? "GPUs" : "CPUs";
    }

    /** Whether a job gets, and pays, whole nodes. */
    boolean isByNode() {
        return allocation.filter(a -> a == Allocation.NODE).isPresent();
    }

    /** Returns what is the same, and known, of all kinds of its nodes. */
    <T> Optional<T> ofEachNode(Function<NodeType, Optional<T>> fact) {
        List<Optional<T>> all = nodeTypes.stream().map(fact).distinct().toList();
        return all.size() == 1 ? all.get(0) : Optional.empty();
    }

    /** Whether a request is for parts of a GPU that this partition has. */
    boolean isSlice(Optional<String> gpuType) {
        return gpus.slice()
                .flatMap(GpuRules.Slice::type)
                .filter(t -> gpuType.filter(t::equals).isPresent())
                .isPresent();
    }

    @Override
    public String toString() {
        return "partition " + name;
    }
}
