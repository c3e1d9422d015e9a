package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Finding.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Holds a request against one partition of a site. */
final class PartitionRules {
    private static final String PER_NODE_CPUS = "--cpus-per-task × --ntasks-per-node";

    /** What a job, or a node of it, can have at most. */
    private static final List<Limit<?>> LIMITS = List.of(
            new Limit<>("partition-time", "--time", "allows", "/maxTime", ResourceRequest::time, (p, r) -> p.maxTime()),
            new Limit<>(
                    "partition-nodes",
                    "--nodes",
                    "allows",
                    "/maxNodes",
                    r -> Optional.of((long) r.nodes()),
                    (p, r) -> count(p.maxNodes())),
            new Limit<>(
                    "node-cpus",
                    PER_NODE_CPUS,
                    "has",
                    "/cpusPerNode",
                    r -> count(r.cpusPerNode()),
                    (p, r) -> count(p.cpusPerNode())),
            new Limit<>(
                    "node-memory",
                    "--mem",
                    "gives",
                    "/memory",
                    ResourceRequest::memoryPerNode,
                    PartitionRules::memoryPerNode),
            new Limit<>(
                    "node-gpus",
                    "--gres",
                    "has",
                    "/gpus/perNode",
                    r -> Optional.of(r.gpusPerNode()).filter(n -> n > 0),
                    (p, r) -> isSlice(p, r) ? Optional.empty() : count(p.gpus().perNode())),
            new Limit<>(
                    "node-disk",
                    "--gres",
                    "gives",
                    "/localDisk/maxPerNode",
                    ResourceRequest::diskPerNode,
                    (p, r) -> p.localDisk().maxPerNode()));

    /** What all of a job can have at most; of interest once each of its nodes is within its own limits. */
    private static final List<Limit<?>> TOTALS = List.of(
            new Limit<>(
                    "job-cpus",
                    "CPUs of the job",
                    "allows",
                    "/maxCpus",
                    r -> count(r.cpusPerNode()).map(n -> times(n, r.nodes())),
                    (p, r) -> count(p.maxCpus())),
            new Limit<>(
                    "job-gpus",
                    "GPUs of the job",
                    "allows",
                    "/gpus/maxPerJob",
                    r -> Optional.of(times(r.gpusPerNode(), r.nodes())).filter(n -> n > 0),
                    (p, r) -> isSlice(p, r)
                            ? p.gpus().slice().flatMap(s -> count(s.maxPerJob()))
                            : count(p.gpus().maxPerJob())),
            new Limit<>(
                    "job-memory",
                    "memory of the job",
                    "allows",
                    "/memory/perJob",
                    r -> r.memoryPerNode().map(m -> new Memory(times(m.bytes(), r.nodes()))),
                    (p, r) -> p.memory().perJob()),
            new Limit<>(
                    "gpu-cpus",
                    PER_NODE_CPUS,
                    "allows for these GPUs",
                    "/gpus/maxCpusPerGpu",
                    r -> count(r.cpusPerNode()).filter(n -> r.gpusPerNode() > 0),
                    PartitionRules::cpusForGpus));

    private final Platform site;
    private final Partition partition;
    private final ResourceRequest asked;
    private final List<Finding> findings = new ArrayList<>();

    private PartitionRules(Platform site, Partition partition, ResourceRequest asked) {
        this.site = site;
        this.partition = partition;
        this.asked = asked;
    }

    static List<Finding> check(Platform site, Partition partition, ResourceRequest asked) {
        PartitionRules rules = new PartitionRules(site, partition, asked);
        rules.access();
        LIMITS.forEach(rules::atMost);
        rules.atLeast("partition-min-nodes", "--nodes", "/minNodes", asked.nodes(), partition.minNodes());
        rules.gpuType();
        rules.noDisk();
        if (rules.findings.stream().noneMatch(f -> f.severity() == Severity.ERROR)) {
            TOTALS.forEach(rules::atMost);
            long gpus = times(asked.gpusPerNode(), asked.nodes());
            rules.atLeast(
                    "job-gpus-min",
                    "GPUs of the job",
                    "/gpus/minPerJob",
                    gpus,
                    partition.gpus().minPerJob());
            rules.wholeNodes();
            rules.memoryFollows();
        }
        return rules.findings;
    }

    private <T extends Comparable<T>> void atMost(Limit<T> limit) {
        Optional<T> value = limit.asked.apply(asked);
        Optional<T> most = limit.most.apply(partition, asked);
        if (value.isEmpty() || most.isEmpty() || value.get().compareTo(most.get()) <= 0) {
            return;
        }
        String where = limit.rule.startsWith("node-") ? "a node of " + partition : partition.toString();
        List<String> others = site.partitions().values().stream()
                .filter(p -> limit.most
                        .apply(p, asked)
                        .filter(l -> l.compareTo(value.get()) >= 0)
                        .isPresent())
                .map(Partition::name)
                .sorted()
                .toList();
        add(
                limit.rule,
                limit.option,
                value.get(),
                where + " " + limit.verb + " at most ",
                most.get(),
                others.isEmpty()
                        ? "no partition of " + site.name() + " is known to take it"
                        : "this fits in " + String.join(", ", others),
                limit.fact);
    }

    private void atLeast(String rule, String option, String fact, long value, OptionalInt least) {
        if (least.isPresent() && value < least.getAsInt()) {
            add(
                    rule,
                    option,
                    value,
                    partition + " takes at least ",
                    least.getAsInt(),
                    "ask for " + least.getAsInt() + " or take another partition",
                    fact);
        }
    }

    private void add(
            String rule, String option, Object value, String claim, Object limit, String nearest, String fact) {
        findings.add(Finding.error(rule, option + "=" + value + ": " + claim + limit + "; " + nearest)
                .about(option, value)
                .limit(limit, nearest)
                .from(site.sourceOf(pointer(fact))));
    }

    private String pointer(String fact) {
        return SiteFacts.below("/partitions", partition.name()) + fact;
    }

    private void access() {
        if (partition.openToAnyone().orElse(true) || site.hasAccessTo(partition)) {
            return;
        }
        String condition = partition.accessCondition().orElse("it isn't open to everybody");
        findings.add(Finding.error(
                        "partition-access",
                        "--partition=" + partition.name() + ": " + condition
                                + "; if you may use it, say so with Platform.withAccessTo(\"" + partition.name()
                                + "\")")
                .about("--partition", partition.name())
                .from(site.sourceOf(pointer("/access"))));
    }

    private void gpuType() {
        Optional<String> has = partition.gpus().type();
        Optional<String> wanted = asked.gpuType();
        if (has.isEmpty() || wanted.isEmpty() || has.equals(wanted) || isSlice(partition, asked)) {
            return;
        }
        String types = partition
                .gpus()
                .slice()
                .flatMap(GpuRules.Slice::type)
                .map(s -> has.get() + " and " + s)
                .orElse(has.get());
        String option = "--gres=gpu:" + wanted.get();
        findings.add(Finding.error("gpu-type", option + ": " + partition + " has " + types)
                .about("--gres", "gpu:" + wanted.get())
                .limit(types, "ask for " + types)
                .from(site.sourceOf(pointer("/gpus/type"))));
    }

    private void noDisk() {
        if (asked.diskPerNode().isPresent()
                && !partition.localDisk().requestable().orElse(true)) {
            add(
                    "node-disk",
                    "--gres",
                    asked.diskPerNode().get(),
                    "a node of " + partition + " gives none but ",
                    partition.localDisk().automatic().map(Memory::toString).orElse("0"),
                    "leave it out",
                    "/localDisk");
        }
    }

    private void wholeNodes() {
        OptionalInt whole = partition.cpusPerNode();
        boolean byNode = partition.isByNode();
        if (byNode && whole.isPresent() && asked.cpusPerNode().orElse(whole.getAsInt()) < whole.getAsInt()) {
            findings.add(Finding.note(
                            "whole-nodes",
                            PER_NODE_CPUS + "=" + asked.cpusPerNode().getAsLong() + ": " + partition
                                    + " gives and bills whole nodes of " + whole.getAsInt() + " CPUs")
                    .about(PER_NODE_CPUS, asked.cpusPerNode().getAsLong())
                    .from(site.sourceOf(pointer("/allocation"))));
        }
    }

    private void memoryFollows() {
        if (partition.memoryFollows() && asked.memoryPerNode().isPresent()) {
            Memory wanted = asked.memoryPerNode().get();
            String by = partition
                            .allocation()
                            .filter(a -> a == Partition.Allocation.GPU)
                            .isPresent()
                    ? "GPUs"
                    : "CPUs";
            findings.add(Finding.warning(
                            "memory-follows",
                            "--mem=" + wanted + ": in " + partition + " memory comes with the " + by
                                    + memoryPerNode(partition, asked)
                                            .map(m -> ", here " + m)
                                            .orElse("")
                                    + "; leave --mem out")
                    .about("--mem", wanted)
                    .from(site.sourceOf(pointer("/memory"))));
        }
    }

    private static boolean isSlice(Partition p, ResourceRequest r) {
        return p.isSlice(r.gpuType());
    }

    /** The memory that a job of this request can have on a node. */
    private static Optional<Memory> memoryPerNode(Partition p, ResourceRequest r) {
        MemoryRules memory = p.memory();
        if (isSlice(p, r)) {
            return p.gpus().slice().flatMap(GpuRules.Slice::memory);
        }
        if (memory.followsGpus().isPresent() && r.gpusPerNode() > 0) {
            return memory.followsGpus().map(m -> new Memory(times(m.bytes(), r.gpusPerNode())));
        }
        if (memory.followsCpus().isPresent() && r.cpusPerNode().isPresent()) {
            return memory.followsCpus()
                    .map(m -> new Memory(times(m.bytes(), r.cpusPerNode().getAsLong())));
        }
        return memory.perNode().or(() -> memory.perJob().isPresent() ? Optional.empty() : largestNode(p));
    }

    private static Optional<Memory> largestNode(Partition p) {
        List<Memory> all =
                p.nodeTypes().stream().flatMap(t -> t.usableMemory().stream()).toList();
        boolean allKnown = all.size() == p.nodeTypes().size();
        return allKnown ? all.stream().max(Memory::compareTo) : Optional.empty();
    }

    private static Optional<Long> cpusForGpus(Partition p, ResourceRequest r) {
        if (isSlice(p, r)) {
            return p.gpus().slice().flatMap(s -> count(s.maxCpus()));
        }
        return count(p.gpus().maxCpusPerGpu()).map(n -> times(n, r.gpusPerNode()));
    }

    private static Optional<Long> count(OptionalInt n) {
        return n.isPresent() ? Optional.of((long) n.getAsInt()) : Optional.empty();
    }

    private static Optional<Long> count(OptionalLong n) {
        return n.isPresent() ? Optional.of(n.getAsLong()) : Optional.empty();
    }

    /** Multiplies numbers that aren't negative; what is too large for a long is the largest long. */
    private static long times(long a, long b) {
        return Math.multiplyHigh(a, b) == 0 && a * b >= 0 ? a * b : Long.MAX_VALUE;
    }

    private record Limit<T extends Comparable<T>>(
            String rule,
            String option,
            String verb,
            String fact,
            Function<ResourceRequest, Optional<T>> asked,
            BiFunction<Partition, ResourceRequest, Optional<T>> most) {}
}
