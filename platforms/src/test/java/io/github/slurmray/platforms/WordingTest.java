package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * For each partition of each shipped site, requests of many kinds: what a suggestion says is taken by the site's rules
 * without a word, holds all that was wanted, and costs exactly what it says.
 */
class WordingTest {
    private static final Instant OPEN = Instant.parse("2026-06-15T00:00:00Z");

    /** A request, and whether the partition's facts say that it must be taken. */
    record Wanted(Platform site, Partition partition, String kind, boolean mustFit, ResourceRequest request) {
        @Override
        public String toString() {
            return site.name() + " " + partition.name() + " " + kind;
        }
    }

    /** The requests of a partition. */
    record Requests(Platform site, Partition partition, List<Wanted> all) {
        @Override
        public String toString() {
            return site.name() + " " + partition.name();
        }
    }

    static Stream<Requests> partitions() {
        return Platforms.all().stream()
                .map(s -> s.withAccessTo(s.partitions().keySet().toArray(String[]::new))
                        .evenIfClosed())
                .flatMap(s -> s.partitions().values().stream().map(p -> new Requests(s, p, requests(s, p))));
    }

    private static List<Wanted> requests(Platform site, Partition p) {
        List<Wanted> all = new ArrayList<>();
        GpuRules gpus = p.gpus();
        int nodes = p.minNodes().orElse(1);
        int least = leastGpus(p, nodes);
        ResourceRequest bare = ResourceRequest.builder()
                .nodes(nodes)
                .gpusPerNode(least)
                .time(WallTime.of(Duration.ofMinutes(10)))
                .build();
        all.add(new Wanted(site, p, "defaults", true, bare));
        all.add(new Wanted(
                site,
                p,
                "no time",
                true,
                ResourceRequest.builder().nodes(nodes).gpusPerNode(least).build()));
        all.add(new Wanted(
                site, p, "least", true, bare.toBuilder().cpusPerNode(1).build()));
        all.add(new Wanted(site, p, "largest", true, largest(p)));
        for (int n = 1; n <= Math.min(8, gpus.perNode().orElse(1)); n++) {
            boolean enough = n * nodes >= gpus.minPerJob().orElse(0);
            all.add(new Wanted(
                    site,
                    p,
                    n + " GPUs",
                    enough,
                    bare.toBuilder().gpusPerNode(n).build()));
        }
        gpus.slice()
                .flatMap(GpuRules.Slice::type)
                .ifPresent(type -> all.add(new Wanted(
                        site,
                        p,
                        "slice",
                        true,
                        bare.toBuilder().gpusPerNode(1).gpuType(type).build())));
        gpus.type()
                .ifPresent(type -> all.add(new Wanted(
                        site,
                        p,
                        "type",
                        true,
                        bare.toBuilder()
                                .gpusPerNode(Math.max(1, least))
                                .gpuType(type)
                                .build())));
        all.add(new Wanted(
                site,
                p,
                "a type of elsewhere",
                false,
                bare.toBuilder().gpusPerNode(1).gpuType("b300").build()));
        for (long gib : List.of(1, 30, 100, 300, 1000)) {
            ResourceRequest memory =
                    bare.toBuilder().memoryPerNode(Memory.ofGiB(gib)).build();
            all.add(new Wanted(site, p, "memory " + gib, false, memory));
            all.add(new Wanted(
                    site,
                    p,
                    "memory " + gib + ", 1 CPU",
                    false,
                    memory.toBuilder().cpusPerNode(1).build()));
            all.add(new Wanted(
                    site,
                    p,
                    "disk " + gib,
                    false,
                    bare.toBuilder().diskPerNode(Memory.ofGiB(gib)).build()));
        }
        DiskRules disk = p.localDisk();
        disk.automatic()
                .ifPresent(d -> all.add(new Wanted(
                        site,
                        p,
                        "automatic disk",
                        true,
                        bare.toBuilder().diskPerNode(d).build())));
        disk.maxPerNode()
                .ifPresent(d -> all.add(new Wanted(
                        site,
                        p,
                        "all disk",
                        true,
                        bare.toBuilder().diskPerNode(d).build())));
        all.add(new Wanted(site, p, "absurd", false, absurd()));
        return all;
    }

    private static int leastGpus(Partition p, int nodes) {
        int ofJob = p.gpus().minPerJob().orElse(p.allocation().equals(Optional.of(Partition.Allocation.GPU)) ? 1 : 0);
        return (ofJob + nodes - 1) / nodes;
    }

    /** All that the partition's facts allow a job to have at once. */
    private static ResourceRequest largest(Partition p) {
        GpuRules gpus = p.gpus();
        int nodes = p.maxNodes().orElse(p.minNodes().orElse(1));
        int ofGpus = Math.min(
                gpus.perNode().orElse(leastGpus(p, nodes)), gpus.maxPerJob().orElse(Integer.MAX_VALUE) / nodes);
        int cpus = Math.min(p.cpusPerNode().orElse(1), p.maxCpus().orElse(Integer.MAX_VALUE) / nodes);
        if (ofGpus > 0 && gpus.maxCpusPerGpu().isPresent()) {
            cpus = Math.min(cpus, gpus.maxCpusPerGpu().getAsInt() * ofGpus);
        }
        ResourceRequest.Builder b =
                ResourceRequest.builder().nodes(nodes).cpusPerNode(cpus).gpusPerNode(ofGpus);
        int ofCpus = cpus;
        MemoryRules memory = p.memory();
        Optional<Memory> comes = memory.followsGpus()
                .map(m -> new Memory(m.bytes() * ofGpus))
                .or(() -> memory.followsCpus().map(m -> new Memory(m.bytes() * ofCpus)));
        (p.memoryFollows() ? comes : memory.perNode().or(() -> memory.perJob().map(m -> new Memory(m.bytes() / nodes))))
                .ifPresent(b::memoryPerNode);
        p.localDisk().maxPerNode().or(() -> p.localDisk().automatic()).ifPresent(b::diskPerNode);
        p.maxTime().ifPresent(b::time);
        return b.build();
    }

    private static ResourceRequest absurd() {
        return ResourceRequest.builder()
                .nodes(Integer.MAX_VALUE)
                .gpusPerNode(Integer.MAX_VALUE)
                .memoryPerNode(new Memory(Long.MAX_VALUE))
                .diskPerNode(new Memory(Long.MAX_VALUE))
                .build();
    }

    private static Optional<Suggestion> suggestion(Wanted w) {
        return w.site().suggest(w.request()).fitting().stream()
                .filter(s -> s.partition().name().equals(w.partition().name()))
                .findFirst();
    }

    private static SbatchScript script(SiteRequest request) {
        return request.apply(SbatchScript.builder().account("project_2001234")).build();
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void aSuggestionIsTakenWithoutAWordAndAnyOtherSaysWhyNot(Requests requests) {
        assertThat(requests.all()).allSatisfy(WordingTest::isTaken);
    }

    private static void isTaken(Wanted w) {
        Suggestions all = w.site().suggest(w.request());
        Optional<Suggestion> suggestion = suggestion(w);

        if (suggestion.isEmpty()) {
            assertThat(w.mustFit())
                    .as("%s", all.others().get(w.partition().name()))
                    .isFalse();
            assertThat(all.others().get(w.partition().name()))
                    .isNotEmpty()
                    .allMatch(f -> f.severity() == Finding.Severity.ERROR);
            return;
        }
        List<Finding> findings = w.site().check(script(suggestion.get().request()), OPEN);
        assertThat(findings.stream()
                        .filter(f -> f.severity() != Finding.Severity.NOTE)
                        .filter(f -> !List.of("site-closed", "site-not-open").contains(f.rule())))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void aSuggestionHoldsAllThatWasWanted(Requests requests) {
        assertThat(requests.all()).allSatisfy(WordingTest::holdsAll);
    }

    private static void holdsAll(Wanted w) {
        Optional<Suggestion> suggestion = suggestion(w);
        if (suggestion.isEmpty()) {
            return;
        }
        ResourceRequest wanted = w.request();
        SiteRequest worded = suggestion.get().request();
        SbatchScript script = script(worded);

        assertThat(script.nodes()).hasValue(wanted.nodes());
        assertThat(script.time()).isEqualTo(wanted.time());
        wanted.cpusPerNode().ifPresent(n -> assertThat(script.cpusPerTask()).hasValue((int) n));
        assertThat(gpus(script)).isEqualTo(wanted.gpusPerNode());
        wanted.gpuType().ifPresent(t -> assertThat(gpuWords(script)).contains(t));
        wanted.memoryPerNode()
                .ifPresent(m ->
                        assertThat(worded.expectedMemoryPerNode().orElseThrow()).isGreaterThanOrEqualTo(m));
        if (w.partition().memoryFollows()) {
            assertThat(script.mem()).isEmpty();
        }
        wanted.diskPerNode().ifPresent(d -> {
            long automatic =
                    w.partition().localDisk().automatic().map(Memory::bytes).orElse(0L);
            assertThat(Math.max(automatic, disk(script) << 30)).isGreaterThanOrEqualTo(d.bytes());
        });
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void anEstimateCountsExactlyWhatItsScriptAsksFor(Requests requests) {
        assertThat(requests.all()).allSatisfy(WordingTest::countsExactly);
    }

    private static void countsExactly(Wanted w) {
        Optional<Suggestion> suggestion = suggestion(w);
        if (suggestion.isEmpty()) {
            return;
        }
        SbatchScript script = script(suggestion.get().request());
        Bill bill = w.site().estimate(script);

        assertThat(bill).isEqualTo(suggestion.get().bill());
        Bill expected = w.site().billing().bill(w.partition().name(), counted(w, script));
        boolean known = expected instanceof Bill.Known;
        assertThat(bill instanceof Bill.Known).isEqualTo(known);
        if (bill instanceof Bill.Known b && expected instanceof Bill.Known e) {
            assertThat(b.parts()).isEqualTo(e.parts());
            assertThat(b.span()).isEqualTo(span(w.partition(), script));
        } else {
            assertThat(((Bill.Unknown) bill).missing()).isEqualTo(((Bill.Unknown) expected).missing());
        }
    }

    private static Optional<WallTime> time(Partition p, SbatchScript script) {
        return script.time().or(p::defaultTime);
    }

    private static Bill.Known.Span span(Partition p, SbatchScript script) {
        if (time(p, script).flatMap(WallTime::limit).isEmpty()) {
            return Bill.Known.Span.EACH_HOUR;
        }
        return script.time().isPresent() ? Bill.Known.Span.JOB : Bill.Known.Span.DEFAULT_TIME;
    }

    /** What a script's directives come to, read by themselves. */
    private static JobUsage counted(Wanted w, SbatchScript script) {
        int nodes = script.nodes().orElseThrow();
        boolean whole = w.partition().allocation().equals(Optional.of(Partition.Allocation.NODE));
        boolean slices = w.partition()
                .gpus()
                .slice()
                .flatMap(GpuRules.Slice::type)
                .filter(t -> gpuWords(script).contains(t))
                .isPresent();
        JobUsage usage = JobUsage.of(
                        time(w.partition(), script).flatMap(WallTime::limit).orElse(Duration.ofHours(1)))
                .with(Quantity.NODES, nodes)
                .with(Quantity.DISK_GIB, disk(script) * nodes)
                .with(slices ? Quantity.SLICES : Quantity.GPUS, gpus(script) * nodes)
                .with(slices ? Quantity.GPUS : Quantity.SLICES, 0);
        // Slurm gives a task one CPU if nothing is said
        if (!whole && (script.cpusPerTask().isPresent() || gpus(script) == 0)) {
            usage = usage.with(Quantity.CORES, (long) script.cpusPerTask().orElse(1) * nodes);
        }
        Optional<Memory> memory = script.mem().or(() -> comes(w.partition(), script, slices));
        if (!whole && memory.isPresent()) {
            usage = usage.with(new Memory(memory.get().bytes() * nodes));
        }
        return usage;
    }

    private static Optional<Memory> comes(Partition p, SbatchScript script, boolean slices) {
        if (slices) {
            return p.gpus().slice().flatMap(GpuRules.Slice::memory);
        }
        return p.memory()
                .followsGpus()
                .map(m -> new Memory(m.bytes() * gpus(script)))
                .or(() -> p.memory()
                        .followsCpus()
                        .map(m -> new Memory(m.bytes() * script.cpusPerTask().orElse(1))));
    }

    private static String gpuWords(SbatchScript script) {
        return script.directive("gpus-per-node")
                .or(() -> script.gres().stream()
                        .filter(g -> g.name().equals("gpu"))
                        .map(Gres::toSlurm)
                        .findFirst())
                .orElse("");
    }

    private static long gpus(SbatchScript script) {
        String words = gpuWords(script);
        return words.isEmpty() ? 0 : Long.parseLong(words.substring(words.lastIndexOf(':') + 1));
    }

    private static long disk(SbatchScript script) {
        return script.gres().stream()
                .filter(g -> g.name().equals("nvme"))
                .mapToLong(Gres::count)
                .sum();
    }
}
