package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.platforms.Finding.Severity;
import io.github.slurmray.slurm.Gres;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/** Holds what a job amounts to against its partition. */
final class PartitionRules {
    /** The most of something, and where that stands in the site's file. */
    private record Limit<T>(T most, String pointer) {}

    /** An amount in the script's words: in a message, and as an option and its value where one option says it. */
    private record Words(String message, Optional<String> option, String value) {
        static Words of(String option, Object value) {
            return new Words(option + "=" + value, Optional.of(option), value.toString());
        }

        static Words ofTotal(String what, Object value) {
            return new Words(what + "=" + value, Optional.empty(), value.toString());
        }
    }

    private record Rule<T extends Comparable<T>>(
            String name,
            String verb,
            Function<JobAmount, Optional<T>> asked,
            Function<JobAmount, Optional<Limit<T>>> limit,
            Function<JobAmount, Function<T, Words>> words) {}

    /** What a job, or a node of it, can have at most. */
    private static final List<Rule<?>> LIMITS = List.of(
            new Rule<WallTime>(
                    "partition-time",
                    "allows",
                    JobAmount::time,
                    a -> a.partition().maxTime().map(t -> new Limit<>(t, at(a, "/maxTime"))),
                    a -> t -> Words.of("--time", t)),
            new Rule<Long>(
                    "partition-nodes",
                    "allows",
                    a -> Optional.of((long) a.nodes()),
                    a -> limit(a, a.partition().maxNodes(), "/maxNodes"),
                    a -> n -> Words.of("--nodes", n)),
            new Rule<Long>(
                    "node-cpus",
                    "has",
                    a -> Boxed.of(a.cpus()),
                    a -> limit(a, a.partition().cpusPerNode(), "/cpusPerNode"),
                    a -> n -> cpus(a, n)),
            new Rule<Memory>(
                    "node-memory",
                    "gives",
                    JobAmount::memory,
                    PartitionRules::memoryPerNode,
                    a -> m -> Words.of("--mem", m)),
            new Rule<Long>(
                    "node-gpus",
                    "has",
                    a -> positive(a.gpus()),
                    a -> limit(a, a.partition().gpus().perNode(), "/gpus/perNode"),
                    a -> n -> Words.of(a.gpuOption(), a.gpusInWords(n))),
            new Rule<Memory>(
                    "node-disk",
                    "gives",
                    JobAmount::disk,
                    a -> a.partition()
                            .localDisk()
                            .maxPerNode()
                            .map(m -> new Limit<>(m, at(a, "/localDisk/maxPerNode"))),
                    a -> d -> Words.of("--gres", a.diskInWords())));

    /** What all of a job can have at most; of interest once each of its nodes is within its own limits. */
    private static final List<Rule<?>> TOTALS = List.of(
            new Rule<Long>(
                    "job-cpus",
                    "allows",
                    a -> Boxed.of(a.cpusHeld()).map(n -> JobAmount.times(n, a.nodes())),
                    a -> limit(a, a.partition().maxCpus(), "/maxCpus"),
                    a -> n -> Words.ofTotal("CPUs of the job", n)),
            new Rule<Long>(
                    "job-gpus",
                    "allows",
                    a -> positive(JobAmount.times(a.gpusHeld().orElse(0), a.nodes())),
                    a -> limit(a, a.partition().gpus().maxPerJob(), "/gpus/maxPerJob"),
                    a -> n -> Words.ofTotal("GPUs of the job", n)),
            new Rule<Long>(
                    "job-gpus",
                    "allows",
                    a -> positive(JobAmount.times(a.slices(), a.nodes())),
                    a -> slice(a).flatMap(s -> limit(a, s.maxPerJob(), "/gpus/slice/maxPerJob")),
                    a -> n -> Words.ofTotal("slices of GPUs of the job", n)),
            new Rule<Memory>(
                    "job-memory",
                    "allows",
                    a -> a.memory().map(m -> JobAmount.times(m, a.nodes())),
                    a -> a.partition().memory().perJob().map(m -> new Limit<>(m, at(a, "/memory/perJob"))),
                    a -> m -> Words.ofTotal("memory of the job", m)),
            new Rule<Long>(
                    "gpu-cpus",
                    "allows for these GPUs",
                    a -> Boxed.of(a.cpus()),
                    PartitionRules::cpusForGpus,
                    a -> n -> cpus(a, n)));

    private final JobAmount asked;
    private final Platform site;
    private final Partition partition;
    private final Supplier<List<String>> others;
    private final List<Finding> findings = new ArrayList<>();

    private PartitionRules(JobAmount asked, Supplier<List<String>> others) {
        this.asked = asked;
        this.site = asked.site();
        this.partition = asked.partition();
        this.others = others;
    }

    /**
     * Holds an amount against its partition.
     *
     * @param others the names of the site's partitions that would take it
     */
    static List<Finding> check(JobAmount asked, Supplier<List<String>> others) {
        PartitionRules rules = new PartitionRules(asked, others);
        rules.access();
        LIMITS.forEach(rules::atMost);
        rules.atLeast(
                "partition-min-nodes",
                Words.of("--nodes", asked.nodes()),
                asked.nodes(),
                asked.partition().minNodes(),
                "/minNodes");
        rules.gpuTypes();
        rules.noDisk();
        if (rules.findings.stream().noneMatch(f -> f.severity() == Severity.ERROR)) {
            TOTALS.forEach(rules::atMost);
            rules.leastGpus();
            rules.wholeNodes();
            rules.memoryFollows();
            rules.purpose();
        }
        rules.otherGres();
        rules.findings.addAll(asked.unread());
        return rules.findings;
    }

    private <T extends Comparable<T>> void atMost(Rule<T> rule) {
        Optional<T> value = rule.asked.apply(asked);
        Optional<Limit<T>> limit = rule.limit.apply(asked);
        if (value.isEmpty()
                || limit.isEmpty()
                || value.get().compareTo(limit.get().most()) <= 0) {
            return;
        }
        String where = rule.name.startsWith("node-") ? "a node of " + partition : partition.toString();
        T most = limit.get().most();
        String atMost = most.equals(0L) ? "none" : "at most " + most;
        List<String> taking = others.get();
        String fits = "this fits in " + String.join(", ", taking);
        add(
                rule.name,
                rule.words.apply(asked).apply(value.get()),
                where + " " + rule.verb + " " + atMost + (taking.isEmpty() ? "" : "; " + fits),
                most,
                taking.isEmpty() ? "at most " + most : fits,
                limit.get().pointer());
    }

    private void atLeast(String rule, Words words, long value, OptionalInt least, String fact) {
        if (least.isPresent() && value < least.getAsInt()) {
            String nearest = "ask for " + least.getAsInt() + " or take another partition";
            add(
                    rule,
                    words,
                    partition + " takes at least " + least.getAsInt() + "; " + nearest,
                    least.getAsInt(),
                    nearest,
                    at(asked, fact));
        }
    }

    private void add(String rule, Words words, String claim, Object limit, String nearest, String pointer) {
        Finding finding = Finding.error(rule, words.message() + ": " + claim);
        findings.add((words.option().isPresent()
                        ? finding.about(words.option().get(), words.value())
                        : finding.amount(words.value()))
                .limit(limit, nearest)
                .from(site.sourceOf(pointer)));
    }

    private static String at(JobAmount a, String fact) {
        return a.partition().pointer(fact);
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
                .from(site.sourceOf(at(asked, "/access"))));
    }

    private void purpose() {
        partition
                .accessCondition()
                .filter(c -> partition.openToAnyone().orElse(true))
                .map(c -> Finding.note("partition-purpose", "--partition=" + partition.name() + ": " + c)
                        .about("--partition", partition.name())
                        .from(site.sourceOf(at(asked, "/access"))))
                .ifPresent(findings::add);
    }

    private void gpuTypes() {
        GpuRules gpus = partition.gpus();
        if (gpus.perNode().orElse(1) == 0) {
            return;
        }
        TreeSet<String> others = new TreeSet<>(asked.gpuTypes());
        gpus.type().ifPresent(others::remove);
        for (String wanted : others) {
            String value = asked.gpuOption().equals("--gres") ? "gpu:" + wanted : wanted;
            String option = asked.gpuOption() + "=" + value;
            Finding finding;
            if (gpus.type().isPresent()) {
                String has = gpus.slice()
                        .flatMap(GpuRules.Slice::type)
                        .map(s -> gpus.type().get() + " and " + s)
                        .orElse(gpus.type().get());
                finding = Finding.error("gpu-type", option + ": " + partition + " has " + has)
                        .limit(has, "ask for " + has)
                        .from(site.sourceOf(at(asked, "/gpus/type")));
            } else if (gpus.isUntyped()) {
                finding = Finding.error("gpu-type", option + ": GPUs of " + partition + " have no types; leave it out")
                        .from(site.sourceOf(at(asked, "/gpus/typed")));
            } else {
                finding = Finding.warning("gpu-type-unknown", typeUnknown(partition, wanted));
            }
            findings.add(finding.about(asked.gpuOption(), value));
        }
    }

    /** Says that the types of a partition's GPUs aren't known. */
    static String typeUnknown(Partition partition, String wanted) {
        return "GPUs of type " + wanted + ": which types " + partition + " has isn't known; leave it out, or add "
                + partition.pointer("/gpus/type") + " to a site file";
    }

    private void noDisk() {
        if (asked.disk().isPresent() && !partition.localDisk().requestable().orElse(true)) {
            String gives = partition
                    .localDisk()
                    .automatic()
                    .map(m -> m + " without asking, and no more")
                    .orElse("none");
            add(
                    "node-disk",
                    Words.of("--gres", asked.diskInWords()),
                    "a node of " + partition + " gives " + gives + "; leave it out",
                    partition.localDisk().automatic().map(Memory::toString).orElse("0"),
                    "leave it out",
                    at(asked, "/localDisk/requestable"));
        }
    }

    private void leastGpus() {
        OptionalInt least = partition.gpus().minPerJob();
        if (asked.gpusHeld().isEmpty()) {
            return;
        }
        long ofJob = JobAmount.times(asked.gpusHeld().getAsLong() + asked.slices(), asked.nodes());
        Words words = Words.ofTotal("GPUs of the job", ofJob);
        if (least.isPresent()) {
            atLeast("job-gpus-min", words, ofJob, least, "/gpus/minPerJob");
        } else if (partition.isByGpu()) {
            atLeast("job-gpus-min", words, ofJob, OptionalInt.of(1), "/allocation");
        }
    }

    private void wholeNodes() {
        OptionalInt whole = partition.cpusPerNode();
        OptionalLong cpus = asked.cpus();
        if (partition.isByNode() && whole.isPresent() && cpus.orElse(whole.getAsInt()) < whole.getAsInt()) {
            Words words = cpus(asked, cpus.getAsLong());
            Finding note = Finding.note(
                    "whole-nodes",
                    words.message() + ": " + partition + " gives and bills whole nodes of " + whole.getAsInt()
                            + " CPUs");
            findings.add((words.option().isPresent()
                            ? note.about(words.option().get(), words.value())
                            : note.amount(words.value()))
                    .from(site.sourceOf(at(asked, "/allocation"))));
        }
    }

    private void memoryFollows() {
        if (asked.memoryComes() && asked.memory().isPresent()) {
            Memory wanted = asked.memory().get();
            findings.add(Finding.warning(
                            "memory-follows",
                            "--mem=" + wanted + ": in " + partition + " memory comes with the "
                                    + partition.memoryComesWith()
                                    + asked.memoryThatComes()
                                            .map(m -> ", here " + m)
                                            .orElse("") + "; leave --mem out")
                    .about("--mem", wanted)
                    .from(site.sourceOf(at(asked, "/memory"))));
        }
    }

    private void otherGres() {
        boolean diskUnknown = asked.disk().isPresent()
                && partition.localDisk().gres().isEmpty()
                && partition.localDisk().requestable().orElse(true);
        if (diskUnknown) {
            gresUnknown(asked.diskInWords());
        }
        for (Gres gres : asked.otherGres()) {
            gresUnknown(gres.toSlurm());
        }
    }

    private void gresUnknown(String value) {
        findings.add(Finding.warning(
                        "gres-unknown",
                        "--gres=" + value + ": " + partition + " isn't known to have it; leave it out, or, if it is"
                                + " local disk, add " + at(asked, "/localDisk/gres") + " to a site file")
                .about("--gres", value));
    }

    private static Words cpus(JobAmount a, long n) {
        return a.tasksPerNode() == 1
                ? Words.of("--cpus-per-task", n)
                : Words.ofTotal("--cpus-per-task × --ntasks-per-node", n);
    }

    /** The memory that a job can ask for on a node. */
    private static Optional<Limit<Memory>> memoryPerNode(JobAmount a) {
        Partition p = a.partition();
        MemoryRules memory = p.memory();
        if (a.memoryThatComes().isPresent()) {
            String fact = a.slices() > 0
                    ? "/gpus/slice/memory"
                    : memory.followsGpus().isPresent() ? "/memory/followsGpus" : "/memory/followsCpus";
            return a.memoryThatComes().map(m -> new Limit<>(m, at(a, fact)));
        }
        if (memory.perNode().isPresent()) {
            return memory.perNode().map(m -> new Limit<>(m, at(a, "/memory/perNode")));
        }
        // of memory that comes with something else, a node's own says nothing
        return memory.perJob().isPresent() || a.memoryComes() ? Optional.empty() : largestNode(p);
    }

    private static Optional<Limit<Memory>> largestNode(Partition p) {
        Optional<Limit<Memory>> largest = Optional.empty();
        for (NodeType type : p.nodeTypes()) {
            // no job gets more than all that a node has, if it isn't known how much less it gets
            Optional<Memory> of = type.usableMemory().or(type::memory);
            if (of.isEmpty()) {
                return Optional.empty();
            }
            if (largest.isEmpty() || of.get().compareTo(largest.get().most()) > 0) {
                String fact = type.usableMemory().isPresent() ? "/usableMemory" : "/memory";
                largest = Optional.of(new Limit<>(of.get(), SiteFacts.below("/nodeTypes", type.name()) + fact));
            }
        }
        return largest;
    }

    private static Optional<Limit<Long>> cpusForGpus(JobAmount a) {
        Optional<Limit<Long>> ofSlices = slice(a).flatMap(s -> limit(a, s.maxCpus(), "/gpus/slice/maxCpus"));
        if (a.slices() > 0) {
            return ofSlices.filter(l -> a.gpus() == 0);
        }
        OptionalInt each = a.partition().gpus().maxCpusPerGpu();
        return each.isPresent() && a.gpus() > 0
                ? Optional.of(new Limit<>(JobAmount.times(each.getAsInt(), a.gpus()), at(a, "/gpus/maxCpusPerGpu")))
                : Optional.empty();
    }

    private static Optional<GpuRules.Slice> slice(JobAmount a) {
        return a.partition().gpus().slice().filter(s -> a.slices() > 0);
    }

    private static Optional<Limit<Long>> limit(JobAmount a, OptionalInt most, String fact) {
        return most.isPresent() ? Optional.of(new Limit<>((long) most.getAsInt(), at(a, fact))) : Optional.empty();
    }

    private static Optional<Long> positive(long n) {
        return n > 0 ? Optional.of(n) : Optional.empty();
    }
}
