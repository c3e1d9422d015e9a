package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongBinaryOperator;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * Finds the facts of a site that can't be true together. Only what is known is compared: where one of two facts isn't,
 * there is no contradiction.
 */
final class Contradictions {
    private static final long MIB = 1L << 20;

    private Contradictions() {}

    /** A fact to compare, in its own unit, and where it comes from; one that follows from others has their pointers. */
    private record Fact(
            Section in, String key, String words, Optional<Long> value, LongFunction<String> show, List<String> from) {
        Fact or(Fact other) {
            return value.isPresent() ? this : other;
        }

        Fact called(String others) {
            return new Fact(in, key, others, value, show, from);
        }

        /** This one, or the other if that is less; not known unless this one is. */
        Fact orLess(Fact other) {
            return value.flatMap(n -> other.value.filter(less -> less < n)).isPresent() ? other : this;
        }

        /** For each of so many, or for all together if it isn't known how many, or if there are none. */
        Fact dividedBy(Fact count) {
            boolean one = count.value.filter(n -> n > 0).isEmpty();
            return one ? this : with(" / ", count, (all, n) -> all / n);
        }

        Fact times(Fact count) {
            return with(" * ", count, (each, n) -> each * n);
        }

        private Fact with(String sign, Fact other, LongBinaryOperator operator) {
            Optional<Long> both = value.flatMap(a -> other.value.map(b -> operator.applyAsLong(a, b)));
            List<String> all = Stream.of(from, other.from).flatMap(List::stream).toList();
            return new Fact(in, key, words + sign + other.words, both, show, all);
        }

        @Override
        public String toString() {
            return words + ", " + show.apply(value.orElseThrow());
        }
    }

    /**
     * Compares all facts.
     *
     * @throws PlatformFileException if two contradict each other
     */
    static void refuse(Section site, Map<String, NodeType> types) {
        lifeSpan(site.part("lifeSpan"));
        site.parts("nodeTypes").values().forEach(Contradictions::nodeType);
        site.parts("partitions").values().forEach(p -> partition(p, types));
        onlyOneIsTheDefault(site);
        site.parts("storage").values().forEach(s -> atMost(memory(s, "quota"), memory(s, "maxQuota")));
    }

    private static void lifeSpan(Section s) {
        List<Fact> moments = Stream.of("announced", "from", "until", "loginsUntil")
                .map(key -> moment(s, key))
                .toList();
        for (int i = 0; i < moments.size(); i++) {
            for (Fact later : moments.subList(i + 1, moments.size())) {
                inOrder(moments.get(i), later);
            }
        }
    }

    private static void nodeType(Section s) {
        atMost(number(s, "usableCores"), number(s, "cores"));
        atMost(number(s, "sockets"), number(s, "cores"));
        // where GPUs share it, as in a GH200, jobs can have more memory than the processors
        if (!s.part("gpus").isPresent()) {
            atMost(memory(s, "usableMemory"), memory(s, "memory"));
        }
    }

    private static void partition(Section s, Map<String, NodeType> types) {
        List<NodeType> of = s.someOf("nodeTypes", "nodeTypes", types);
        Fact allNodes = number(s, of, "its nodes", Contradictions::nodes, Long::sum);
        Fact nodeCpus = number(s, of, "a node's CPUs", Contradictions::cpus, Math::max);
        Fact nodeMemory = of(
                s,
                of,
                "a node's memory",
                n -> bytes(n.usableMemory().or(n::memory)),
                Math::max,
                Contradictions::inBytes);
        Fact maxNodes = number(s, "maxNodes").or(allNodes);
        Fact cpusPerNode = number(s, "cpusPerNode").or(nodeCpus);
        atMost(number(s, "minNodes"), maxNodes);
        atMost(number(s, "maxNodes"), allNodes);
        atMost(number(s, "cpusPerNode"), nodeCpus);
        atMost(number(s, "maxRunning"), number(s, "maxSubmitted"));

        atMost(time(s, "defaultTime"), time(s, "maxTime"));

        Section gpus = s.part("gpus");
        Fact gpusPerNode = number(gpus, "perNode").called("gpus/perNode");
        atMost(gpusPerNode, number(s, of, "a node's GPUs", n -> n.gpus().flatMap(g -> Boxed.of(g.count())), Math::max));
        atMost(gpusPerNode, number(gpus, "maxPerJob"));
        atMost(number(gpus, "minPerJob"), number(gpus, "maxPerJob"));
        atMost(number(gpus, "minPerJob"), gpusPerNode.times(maxNodes));
        atMost(number(gpus, "suggestedCpusPerGpu"), number(gpus, "maxCpusPerGpu"));
        atMost(number(gpus, "suggestedCpusPerGpu"), cpusPerNode);
        atMost(number(gpus, "maxCpusPerGpu"), cpusPerNode);
        itsNodesHave(gpus, of);
        if (!gpus.flag("typed").orElse(true)) {
            notWith(gpus, "typed", "type", "true, as there is a type");
        }

        Section memory = s.part("memory");
        Fact perNode = memory(memory, "perNode").or(nodeMemory);
        atMost(memory(memory, "perNode"), nodeMemory);
        atMost(memory(memory, "perNode"), memory(memory, "perJob"));
        Fact cpus = number(s, "cpusPerNode").orLess(number(s, "maxCpus"));
        atMost(memory(memory, "defaultPerCpu"), perNode.dividedBy(cpus));
        atMost(memory(memory, "followsCpus"), perNode.dividedBy(cpus));
        atMost(memory(memory, "followsGpus"), perNode.dividedBy(gpusPerNode));
        atMost(memory(memory, "suggestedPerGpu"), perNode.dividedBy(gpusPerNode));
        notWith(memory, "followsGpus", "followsCpus", "not both followsCpus and followsGpus");

        Section disk = s.part("localDisk");
        atMost(
                memory(disk, "maxPerNode"),
                of(s, of, "a node's disk", n -> bytes(n.localDisk()), Math::max, Contradictions::inBytes));
        atMost(memory(disk, "automatic"), memory(disk, "maxPerNode"));
        if (!disk.flag("requestable").orElse(true)) {
            notWith(disk, "gres", "requestable", "none, as requestable is false");
            notWith(disk, "maxPerNode", "requestable", "none, as requestable is false");
        }
    }

    private static void onlyOneIsTheDefault(Section site) {
        List<Section> defaults = site.parts("partitions").values().stream()
                .filter(p -> p.flag("default").orElse(false))
                .toList();
        if (defaults.size() > 1) {
            String first = defaults.get(0).pointer("default");
            throw defaults.get(1)
                    .contradicts("default", "one default partition, and there is " + first, List.of(first));
        }
    }

    private static void itsNodesHave(Section gpus, List<NodeType> of) {
        List<String> there = of.stream()
                .flatMap(n -> n.gpus().flatMap(NodeType.Gpus::type).stream())
                .toList();
        boolean allAreKnown = !of.isEmpty() && there.size() == of.size();
        gpus.text("type").filter(t -> allAreKnown && !there.contains(t)).ifPresent(t -> {
            List<String> from = of.stream().map(n -> pointer(n, "gpus")).toList();
            throw gpus.contradicts("type", "one that its nodes have: " + there, from);
        });
    }

    private static void notWith(Section s, String key, String other, String expected) {
        if (s.has(key) && s.has(other)) {
            throw s.contradicts(key, expected, List.of(s.pointer(other)));
        }
    }

    private static void atMost(Fact less, Fact most) {
        less.value.filter(n -> n > most.value.orElse(Long.MAX_VALUE)).ifPresent(n -> {
            throw less.in.contradicts(less.key, "at most " + most, most.from);
        });
    }

    private static void inOrder(Fact first, Fact second) {
        boolean opens = first.key.equals("from");
        second.value
                .filter(n -> n < first.value.map(f -> opens ? f + 1 : f).orElse(Long.MIN_VALUE))
                .ifPresent(n -> {
                    String expected = (opens ? "a time after " : "a time that isn't before ") + first;
                    throw second.in.contradicts(second.key, expected, first.from);
                });
    }

    private static Fact number(Section s, String key) {
        return fact(s, key, Boxed.of(s.number(key, 0)), Long::toString);
    }

    private static Fact memory(Section s, String key) {
        return fact(s, key, bytes(s.memory(key)), Contradictions::inBytes);
    }

    private static Fact time(Section s, String key) {
        Optional<Long> seconds =
                s.time(key).map(t -> t.limit().map(Duration::toSeconds).orElse(Long.MAX_VALUE));
        return fact(s, key, seconds, n -> WallTime.of(Duration.ofSeconds(n)).toString());
    }

    private static Fact moment(Section s, String key) {
        Optional<Long> seconds = s.value(key, Section.MOMENT, LifeSpan::moment).map(Instant::getEpochSecond);
        return fact(s, key, seconds, n -> Instant.ofEpochSecond(n).toString());
    }

    private static Fact fact(Section s, String key, Optional<Long> value, LongFunction<String> show) {
        return new Fact(s, key, key, value, show, List.of(s.pointer(key)));
    }

    private static Fact number(
            Section s,
            List<NodeType> of,
            String words,
            Function<NodeType, Optional<Long>> value,
            LongBinaryOperator both) {
        return of(s, of, words, value, both, Long::toString);
    }

    /** What follows from the node types of a partition; it is known if all of theirs are. */
    private static Fact of(
            Section s,
            List<NodeType> of,
            String words,
            Function<NodeType, Optional<Long>> value,
            LongBinaryOperator both,
            LongFunction<String> show) {
        List<Long> known =
                of.stream().distinct().flatMap(n -> value.apply(n).stream()).toList();
        boolean allAreKnown = known.size() == of.stream().distinct().count();
        Optional<Long> all = known.stream().filter(n -> allAreKnown).reduce(both::applyAsLong);
        List<String> from = new ArrayList<>(List.of(s.pointer("nodeTypes")));
        of.forEach(n -> from.add(pointer(n, "")));
        return new Fact(s, "nodeTypes", words, all, show, from);
    }

    private static String pointer(NodeType type, String key) {
        String pointer = SiteFacts.below("/nodeTypes", type.name());
        return key.isEmpty() ? pointer : SiteFacts.below(pointer, key);
    }

    private static Optional<Long> nodes(NodeType type) {
        return Boxed.of(type.nodes());
    }

    private static Optional<Long> cpus(NodeType type) {
        return Boxed.of(type.usableCores())
                .flatMap(c -> Boxed.of(type.threadsPerCore()).map(t -> c * t));
    }

    private static Optional<Long> bytes(Optional<Memory> memory) {
        return memory.map(Memory::bytes);
    }

    /** Rounded down, so that what is said to be the most is allowed. */
    private static String inBytes(long bytes) {
        return bytes < MIB ? bytes / 1024 + "K" : new Memory(bytes - bytes % MIB).toString();
    }
}
