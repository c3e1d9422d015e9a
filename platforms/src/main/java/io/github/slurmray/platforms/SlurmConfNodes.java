package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Nodes that are alike, as a line of a slurm.conf: those of a node type, or of a partition whose node types aren't
 * known. What isn't known of them is assumed such that it refuses nothing that their partitions allow.
 */
final class SlurmConfNodes {
    /** What is assumed where their partitions have no limit either: enough for a test. */
    private static final int NODES = 4;

    private static final int CPUS = 64;
    private static final long MEBIBYTES = 1 << 20;

    private final String title;
    private final String at;
    private final Optional<NodeType> type;
    private final List<Partition> of;
    private final List<String> facts = new ArrayList<>();
    private final List<String> assumed = new ArrayList<>();
    private final Set<String> gres = new TreeSet<>();
    private final List<String> gresWords = new ArrayList<>();
    private final String names;
    private final int cpus;
    private final String line;
    private int gpus;
    private long disk;

    private SlurmConfNodes(String key, String at, Optional<NodeType> type, List<Partition> of, Set<String> taken) {
        this.title = type.isPresent() ? key : "Nodes of " + key;
        this.at = at;
        this.type = type;
        this.of = of;
        long count =
                known("/nodes", type.flatMap(t -> Boxed.of(t.nodes())), p -> Boxed.of(p.maxNodes()), NODES, "nodes");
        this.names = type.flatMap(NodeType::names).orElseGet(() -> made(key, count, taken));
        this.cpus = Math.toIntExact(known(
                "/cores",
                type.flatMap(t -> Boxed.of(t.usableCores())),
                p -> Boxed.of(p.cpusPerNode()).or(() -> Boxed.of(p.maxCpus())),
                CPUS,
                "CPUs of each"));
        String layout = layout();
        long mebibytes = known(
                "/memory",
                type.flatMap(t -> t.usableMemory().or(t::memory)).map(SlurmConfNodes::mib),
                this::memoryOf,
                MEBIBYTES,
                "MiB of memory of each");
        fillGpus();
        fillDisk();
        this.line = "NodeName=" + names + " CPUs=" + cpus + layout + " RealMemory=" + mebibytes
                + (gresWords.isEmpty() ? "" : " Gres=" + String.join(",", gresWords));
    }

    static SlurmConfNodes of(NodeType type, List<Partition> of, Set<String> taken) {
        return new SlurmConfNodes(
                type.name(), SiteFacts.below("/nodeTypes", type.name()), Optional.of(type), of, taken);
    }

    /** Nodes of a partition of which nothing is known. */
    static SlurmConfNodes of(Partition p, Set<String> taken) {
        String at = SiteFacts.below("/partitions", p.name()) + "/nodeTypes";
        return new SlurmConfNodes(p.name(), at, Optional.empty(), List.of(p), taken);
    }

    String title() {
        return title;
    }

    /** The facts that the line is made of, as JSON pointers. */
    List<String> facts() {
        return facts;
    }

    List<String> assumed() {
        return assumed;
    }

    String names() {
        return names;
    }

    int cpus() {
        return cpus;
    }

    int gpus() {
        return gpus;
    }

    /** The local disk that jobs can ask for, in GiB. */
    long disk() {
        return disk;
    }

    /** The generic resources' names. */
    Set<String> gres() {
        return gres;
    }

    String line() {
        return line;
    }

    static long mib(Memory m) {
        return m.bytes() >> 20;
    }

    static long gib(Memory m) {
        return m.bytes() >> 30;
    }

    /** A text as a part of a host's name. */
    static String hostName(String text) {
        String name =
                text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return name.isEmpty() ? "site" : name;
    }

    private static String made(String key, long count, Set<String> taken) {
        String name = hostName(key);
        for (int i = 2; !taken.add(name); i++) {
            name = hostName(key) + "-" + i;
        }
        return name + (count == 1 ? "-1" : "-[1-" + count + "]");
    }

    /** What is known; else the most that their partitions allow; else what is enough for a test. */
    private long known(
            String fact, Optional<Long> known, Function<Partition, Optional<Long>> limit, long otherwise, String what) {
        String place = type.isPresent() ? at + fact : at;
        if (known.isPresent()) {
            facts.addAll(
                    List.of(place, at + "/usable" + fact.substring(1, 2).toUpperCase(Locale.ROOT) + fact.substring(2)));
            return known.get();
        }
        Optional<Long> most = of.stream().flatMap(p -> limit.apply(p).stream()).max(Long::compare);
        long n = most.orElse(otherwise);
        assumed.add(n + " " + what + (most.isPresent() ? ", the most that a job may have" : "") + "; " + place
                + " isn't known");
        return n;
    }

    private Optional<Long> memoryOf(Partition p) {
        MemoryRules rules = p.memory();
        return rules.perNode()
                .or(rules::perJob)
                .map(SlurmConfNodes::mib)
                .or(() -> memoryOfGpus(p))
                .or(() -> rules.followsCpus().map(each -> Math.multiplyExact(mib(each), (long) cpus)));
    }

    /** The memory in MiB that all GPUs of a node bring, if they bring it. */
    static Optional<Long> memoryOfGpus(Partition p) {
        return Boxed.of(p.gpus().perNode())
                .filter(n -> n > 0)
                .flatMap(n -> p.memory().followsGpus().map(each -> Math.multiplyExact(mib(each), n)));
    }

    /** Sockets and threads, where all of them are known and the CPUs can be shared out to the sockets. */
    private String layout() {
        OptionalInt sockets = type.map(NodeType::sockets).orElse(OptionalInt.empty());
        OptionalInt threads = type.map(NodeType::threadsPerCore).orElse(OptionalInt.empty());
        if (sockets.isEmpty() || cpus % sockets.getAsInt() != 0) {
            return "";
        }
        facts.add(at + "/sockets");
        String cores = " Sockets=" + sockets.getAsInt() + " CoresPerSocket=" + cpus / sockets.getAsInt();
        if (threads.isEmpty()) {
            return cores;
        }
        facts.add(at + "/threadsPerCore");
        return cores + " ThreadsPerCore=" + threads.getAsInt();
    }

    private void fillGpus() {
        Optional<NodeType.Gpus> known = type.flatMap(NodeType::gpus);
        boolean elsewhere = type.isPresent()
                && of.stream()
                        .flatMap(p -> p.nodeTypes().stream())
                        .anyMatch(t -> t.gpus().isPresent());
        if (known.isEmpty()
                && (elsewhere || of.stream().noneMatch(p -> p.gpus().perNode().orElse(0) > 0))) {
            return;
        }
        gpus = Math.toIntExact(known(
                "/gpus",
                known.flatMap(g -> Boxed.of(g.count())),
                p -> Boxed.of(p.gpus().perNode()),
                1,
                "GPUs of each"));
        Optional<String> kind = known.flatMap(NodeType.Gpus::type)
                .or(() -> of.stream().flatMap(p -> p.gpus().type().stream()).findFirst());
        gres.add("gpu");
        gresWords.add("gpu" + kind.map(k -> ":" + k).orElse("") + ":" + gpus);
    }

    /** What jobs can ask for: no more than the disk has, and than a partition gives. */
    private void fillDisk() {
        Optional<Memory> has = type.flatMap(NodeType::localDisk);
        TreeMap<String, Long> gives = of.stream()
                .filter(p -> p.localDisk().gres().isPresent())
                .collect(Collectors.toMap(
                        p -> p.localDisk().gres().orElseThrow(),
                        p -> p.localDisk()
                                .maxPerNode()
                                .or(() -> has)
                                .map(SlurmConfNodes::gib)
                                .orElse(0L),
                        Math::max,
                        TreeMap::new));
        gives.forEach((name, most) -> {
            long n = type.isEmpty()
                    ? most
                    : Math.min(most, has.map(SlurmConfNodes::gib).orElse(0L));
            if (n > 0) {
                if (has.isPresent()) {
                    facts.add(at + "/localDisk");
                }
                disk = Math.max(disk, n);
                gres.add(name);
                gresWords.add(name + ":" + n);
            }
        });
    }
}
