package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each limit of each partition of each shipped site: what is at it passes, one more is found by its rule alone. */
class PartitionLimitsTest {
    /** A limit that is known: its rule, and the script that asks for so much. */
    record Known(Platform site, Partition partition, String rule, long limit, int excess, LongFunction<Asks> asking) {
        @Override
        public String toString() {
            return site.name() + " " + partition.name() + " " + rule + " " + limit;
        }
    }

    /** What a script asks for. */
    record Asks(
            int nodes, long cpus, long gpus, Optional<Gres> slice, Optional<Memory> memory, Optional<String> other) {
        static Asks of(int nodes, long cpus, long gpus) {
            return new Asks(nodes, cpus, gpus, Optional.empty(), Optional.empty(), Optional.empty());
        }

        Asks with(Memory m) {
            return new Asks(nodes, cpus, gpus, slice, Optional.of(m), other);
        }

        Asks with(String option) {
            return new Asks(nodes, cpus, gpus, slice, memory, Optional.of(option));
        }

        Asks with(Gres g) {
            return new Asks(nodes, cpus, 0, Optional.of(g), memory, other);
        }

        SbatchScript script(Platform site, Partition p) {
            SbatchScript.Builder s = SbatchScript.builder()
                    .account("project_2001234")
                    .partition(p.name())
                    .nodes(nodes)
                    .ntasksPerNode(1)
                    .cpusPerTask(Math.toIntExact(cpus));
            List<Gres> gres = new ArrayList<>(slice.stream().toList());
            if (gpus > 0) {
                ResourceRequest request = ResourceRequest.builder()
                        .gpusPerNode(Math.toIntExact(gpus))
                        .cpusPerNode(1)
                        .build();
                SbatchScript worded = site.word(request, p.name())
                        .apply(SbatchScript.builder())
                        .build();
                gres.addAll(worded.gres());
                worded.directive("gpus-per-node").ifPresent(n -> s.option("gpus-per-node", n));
            }
            memory.ifPresent(s::mem);
            other.ifPresent(o -> {
                String[] parts = o.split("=", -1);
                switch (parts[0]) {
                    case "time" -> s.time(WallTime.parse(parts[1]));
                    case "array" -> s.array(parts[1]);
                    default -> gres.add(Gres.parse(parts[1]));
                }
            });
            return gres.isEmpty()
                    ? s.build()
                    : s.gres(gres.toArray(Gres[]::new)).build();
        }
    }

    static Stream<Known> limits() {
        return Platforms.all().stream()
                .flatMap(site ->
                        site.partitions().values().stream().flatMap(p -> new Limits(open(site), p).all().stream()));
    }

    private static Platform open(Platform site) {
        return site.evenIfClosed().withAccessTo(site.partitions().keySet().toArray(String[]::new));
    }

    /** Finds the limits of a partition, with the least of all else that it takes. */
    private static final class Limits {
        private final Platform site;
        private final Partition p;
        private final int nodes;
        private final List<Known> all = new ArrayList<>();

        Limits(Platform site, Partition p) {
            this.site = site;
            this.p = p;
            this.nodes = p.minNodes().orElse(1);
        }

        private void limit(String rule, OptionalLong limit, LongFunction<Asks> asking) {
            limit.ifPresent(n -> all.add(new Known(site, p, rule, n, 1, asking)));
        }

        private void least(String rule, OptionalInt limit, LongFunction<Asks> asking) {
            limit.ifPresent(n -> all.add(new Known(site, p, rule, n, -1, asking)));
        }

        private static OptionalLong of(OptionalInt n) {
            return n.isPresent() ? OptionalLong.of(n.getAsInt()) : OptionalLong.empty();
        }

        private static OptionalLong mib(Optional<Memory> m) {
            return m.map(Memory::toMiBCeil).map(OptionalLong::of).orElse(OptionalLong.empty());
        }

        private static long ceil(long a, long b) {
            return (a + b - 1) / b;
        }

        /** The least GPUs of a node with which a job of so many nodes is one for this partition. */
        private long leastGpus(int ofNodes) {
            return ceil(p.gpus().minPerJob().orElse(p.isByGpu() ? 1 : 0), ofNodes);
        }

        /** The GPUs of a node that allow so many CPUs. */
        private long gpusFor(long cpus) {
            OptionalInt perGpu = p.gpus().maxCpusPerGpu();
            return perGpu.isEmpty() ? leastGpus(nodes) : Math.max(leastGpus(nodes), ceil(cpus, perGpu.getAsInt()));
        }

        List<Known> all() {
            p.maxTime()
                    .flatMap(WallTime::limit)
                    .ifPresent(t -> limit(
                            "partition-time",
                            OptionalLong.of(t.toMinutes()),
                            n -> Asks.of(nodes, 1, leastGpus(nodes)).with("time=" + n)));
            limit("partition-nodes", of(p.maxNodes()), n -> Asks.of((int) n, 1, leastGpus((int) n)));
            if (p.minNodes().orElse(1) > 1) {
                least("partition-min-nodes", p.minNodes(), n -> Asks.of((int) n, 1, leastGpus((int) n)));
            }
            cpus();
            gpus();
            memory();
            limit(
                    "node-disk",
                    p.localDisk().gres().isEmpty()
                            ? OptionalLong.empty()
                            : p.localDisk()
                                    .maxPerNode()
                                    .map(m -> OptionalLong.of(m.bytes() >> 30))
                                    .orElse(OptionalLong.empty()),
                    n -> Asks.of(nodes, 1, leastGpus(nodes))
                            .with("gres=" + p.localDisk().gres().orElseThrow() + ":" + n));
            limit(
                    "partition-jobs",
                    of(p.maxSubmitted()),
                    n -> Asks.of(nodes, 1, leastGpus(nodes)).with("array=1-" + n));
            return all;
        }

        private void cpus() {
            if (p.maxCpus().orElse(Integer.MAX_VALUE) / nodes >= p.cpusPerNode().orElse(0)) {
                limit("node-cpus", of(p.cpusPerNode()), n -> Asks.of(nodes, n, Math.min(gpusFor(n), mostGpus())));
            }
            OptionalInt perNode = p.cpusPerNode();
            OptionalInt most = p.maxCpus();
            if (most.isPresent()
                    && p.gpus().minPerJob().isEmpty()
                    && p.gpus().maxCpusPerGpu().isEmpty()) {
                int ofNodes = p.maxNodes().orElse(nodes);
                long each = most.getAsInt() / ofNodes;
                if (perNode.isEmpty() || each < perNode.getAsInt()) {
                    limit("job-cpus", OptionalLong.of(each), n -> Asks.of(ofNodes, n, 0));
                }
            }
        }

        private long mostGpus() {
            return p.gpus().perNode().orElse(Integer.MAX_VALUE);
        }

        private void gpus() {
            GpuRules gpus = p.gpus();
            OptionalInt perNode = gpus.perNode();
            limit("node-gpus", of(perNode), n -> Asks.of(nodes, 1, n));
            OptionalInt most = gpus.maxPerJob();
            int ofNodes = p.maxNodes().orElse(1);
            if (most.isPresent()
                    && (perNode.isEmpty() || (long) ofNodes * perNode.getAsInt() > most.getAsInt())
                    && most.getAsInt() % ofNodes == 0) {
                limit("job-gpus", OptionalLong.of(most.getAsInt() / ofNodes), n -> Asks.of(ofNodes, 1, n));
            }
            if (gpus.minPerJob().orElse(0) > 0 && nodes == 1) {
                least("job-gpus-min", gpus.minPerJob(), n -> Asks.of(1, 1, n));
            }
            OptionalInt perGpu = gpus.maxCpusPerGpu();
            if (perGpu.isPresent() && nodes == 1) {
                long least = Math.max(1, leastGpus(1));
                long most1 = perGpu.getAsInt() * least;
                if (p.cpusPerNode().isEmpty() || p.cpusPerNode().getAsInt() > most1) {
                    limit("gpu-cpus", OptionalLong.of(most1), n -> Asks.of(1, n, least));
                }
            }
            gpus.slice().filter(s -> s.type().isPresent()).ifPresent(this::slice);
        }

        private void slice(GpuRules.Slice slice) {
            String type = slice.type().orElseThrow();
            limit("job-gpus", of(slice.maxPerJob()), n -> Asks.of(1, 1, 0).with(Gres.gpu(type, n)));
            limit("gpu-cpus", of(slice.maxCpus()), n -> Asks.of(1, n, 0).with(Gres.gpu(type, 1)));
            limit(
                    "node-memory",
                    mib(slice.memory()),
                    n -> Asks.of(1, 1, 0).with(Gres.gpu(type, 1)).with(Memory.ofMiB(n)));
        }

        private void memory() {
            MemoryRules memory = p.memory();
            long gpus = leastGpus(nodes);
            LongFunction<Asks> asking = n -> Asks.of(nodes, 1, gpus).with(Memory.ofMiB(n));
            if (memory.followsGpus().isPresent() && gpus > 0) {
                limit("node-memory", OptionalLong.of(mib(memory.followsGpus()).getAsLong() * gpus), asking);
            } else if (memory.followsCpus().isPresent()) {
                limit("node-memory", mib(memory.followsCpus()), asking);
            } else if (memory.perJob().isPresent() && memory.perNode().isEmpty()) {
                limit("job-memory", OptionalLong.of(mib(memory.perJob()).getAsLong() / nodes), asking);
            } else {
                limit("node-memory", mib(memory.perNode()), asking);
            }
        }
    }

    private static List<Finding> errors(Known known, long asked) {
        SbatchScript script = known.asking().apply(asked).script(known.site(), known.partition());
        return known.site().check(script, Instant.parse("2026-08-01T00:00:00Z")).stream()
                .filter(f -> f.severity() == Finding.Severity.ERROR)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("limits")
    void theLimitItselfPasses(Known known) {
        assertThat(errors(known, known.limit())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("limits")
    void oneMoreIsFoundByItsRuleAloneWithValueLimitAndSource(Known known) {
        List<Finding> findings = errors(known, known.limit() + known.excess());

        assertThat(findings).extracting(Finding::rule).containsExactly(known.rule());
        Finding finding = findings.get(0);
        assertThat(finding.message()).contains("partition " + known.partition().name());
        assertThat(finding.value()).isPresent();
        assertThat(finding.limit()).isPresent();
        assertThat(finding.nearest()).isPresent();
        assertThat(finding.sources()).isNotEmpty();
    }

    @Test
    void everyShippedSiteHasLimitsToTest() {
        assertThat(limits().map(k -> k.site().name()).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Platforms.all().stream().map(Platform::name).toList());
    }
}
