package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads the text of a slurm.conf. What the emulation doesn't act on is kept as a setting. */
final class SlurmConfText {
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<String, NodeConf> nodes = new LinkedHashMap<>();
    private final List<PartitionConf> partitions = new ArrayList<>();
    private Map<String, String> nodeDefaults = Map.of();
    private Map<String, String> partitionDefaults = Map.of();

    private SlurmConfText() {}

    /** What stands in the file. */
    record Content(Map<String, String> settings, Map<String, NodeConf> nodes, List<PartitionConf> partitions) {}

    /** @throws IllegalArgumentException if a line can't be understood, or names a node that isn't there */
    static Content parse(String text) {
        SlurmConfText conf = new SlurmConfText();
        List<Map<String, String>> partitionLines = new ArrayList<>();
        for (String line : text.replace("\\\n", " ").split("\n", -1)) {
            String plain = line.replaceFirst("(^|\\s)#.*", "").strip();
            if (plain.isEmpty()) {
                continue;
            }
            Map<String, String> pairs = pairs(plain);
            String first = pairs.keySet().iterator().next();
            switch (first) {
                case "nodename" -> conf.node(pairs);
                case "partitionname" -> partitionLines.add(pairs);
                case "nodeset", "downnodes", "frontendname" ->
                    throw new IllegalArgumentException(
                            "emulated Slurm doesn't support this line of slurm.conf: " + plain);
                default -> conf.settings.putAll(pairs);
            }
        }
        // nodes may be defined after the partitions that hold them
        partitionLines.forEach(conf::partition);
        if (conf.nodes.isEmpty() || conf.partitions.isEmpty()) {
            throw new IllegalArgumentException("a slurm.conf needs at least one NodeName and one PartitionName line");
        }
        return new Content(conf.settings, conf.nodes, conf.partitions);
    }

    private static Map<String, String> pairs(String line) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String word : line.split("\\s+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1)) {
            int eq = word.indexOf('=');
            if (eq < 1) {
                if (word.equalsIgnoreCase("include") || pairs.isEmpty()) {
                    throw new IllegalArgumentException("emulated Slurm can't read this line of slurm.conf: " + line);
                }
                continue;
            }
            pairs.put(
                    word.substring(0, eq).toLowerCase(Locale.ROOT),
                    word.substring(eq + 1).replace("\"", ""));
        }
        return pairs;
    }

    private void node(Map<String, String> line) {
        Map<String, String> p = new LinkedHashMap<>(nodeDefaults);
        p.putAll(line);
        String names = p.getOrDefault("nodename", "");
        if (names.equalsIgnoreCase("DEFAULT")) {
            p.remove("nodename");
            nodeDefaults = p;
            return;
        }
        int threads = count(p, "threadspercore", 1);
        int sockets = count(p, "sockets", count(p, "socketsperboard", 1) * count(p, "boards", 1));
        int cores = number(p, "corespersocket", 1);
        int cpus = number(p, "cpus", number(p, "procs", sockets * cores * threads));
        if (!p.containsKey("corespersocket")) {
            cores = Math.max(1, cpus / threads / sockets);
        }
        String features = p.getOrDefault("feature", p.getOrDefault("features", ""));
        for (String name : HostList.expand(names)) {
            if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*")) {
                throw new IllegalArgumentException(
                        "a node of slurm.conf has a host's name, of letters, digits and _.-, but was '" + name + "'");
            }
            nodes.put(
                    name,
                    new NodeConf(
                            name,
                            cpus,
                            threads,
                            cores,
                            sockets,
                            number(p, "realmemory", 1),
                            p.containsKey("gres") ? Gres.parse(p.getOrDefault("gres", "")) : Map.of(),
                            features.isEmpty() ? List.of() : List.of(features.split(",", -1)),
                            number(p, "weight", 1)));
        }
    }

    private void partition(Map<String, String> line) {
        Map<String, String> p = new LinkedHashMap<>(partitionDefaults);
        p.putAll(line);
        String name = p.getOrDefault("partitionname", "");
        if (name.equalsIgnoreCase("DEFAULT")) {
            p.remove("partitionname");
            partitionDefaults = p;
            return;
        }
        String list = p.getOrDefault("nodes", "ALL");
        List<String> members = list.equalsIgnoreCase("ALL") ? List.copyOf(nodes.keySet()) : HostList.expand(list);
        for (String member : members) {
            if (!nodes.containsKey(member)) {
                throw new IllegalArgumentException(
                        "partition " + name + " of slurm.conf has the node " + member + ", which no NodeName line has");
            }
        }
        String accounts = p.getOrDefault("allowaccounts", "ALL");
        partitions.add(new PartitionConf(
                name,
                members,
                HostList.compress(members),
                p.getOrDefault("default", "NO").equalsIgnoreCase("YES"),
                time(p, "maxtime"),
                time(p, "defaulttime"),
                number(p, "minnodes", 0),
                optional(p, "maxnodes"),
                defaultMemory(p, "defmempercpu"),
                defaultMemory(p, "defmempernode"),
                hasOwnMemory(p),
                wide(p, "maxmempernode"),
                number(p, "prioritytier", 1),
                p.getOrDefault("oversubscribe", p.getOrDefault("shared", "NO")).toUpperCase(Locale.ROOT),
                p.getOrDefault("state", "UP").toUpperCase(Locale.ROOT),
                accounts.equalsIgnoreCase("ALL") ? List.of() : List.of(accounts.split(",", -1))));
    }

    private static int number(Map<String, String> pairs, String key, int otherwise) {
        String value = pairs.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.matches("\\d{1,9}")) {
            throw new IllegalArgumentException(
                    "slurm.conf: " + key + " of " + named(pairs) + " must be a number, but was '" + value + "'");
        }
        return Integer.parseInt(value);
    }

    private static int count(Map<String, String> pairs, String key, int otherwise) {
        int n = number(pairs, key, otherwise);
        if (n < 1) {
            throw new IllegalArgumentException(key + " of slurm.conf must be at least 1, but was " + n);
        }
        return n;
    }

    /** A partition that says nothing of memory has what the whole cluster has. */
    private OptionalLong defaultMemory(Map<String, String> partition, String key) {
        return wide(hasOwnMemory(partition) ? partition : settings, key);
    }

    private static boolean hasOwnMemory(Map<String, String> partition) {
        return partition.containsKey("defmempercpu") || partition.containsKey("defmempernode");
    }

    private static boolean isUnlimited(String value) {
        return value.equalsIgnoreCase("UNLIMITED")
                || value.equalsIgnoreCase("INFINITE")
                || value.equalsIgnoreCase("NONE");
    }

    private static OptionalInt optional(Map<String, String> pairs, String key) {
        String value = pairs.getOrDefault(key, "UNLIMITED");
        return isUnlimited(value) ? OptionalInt.empty() : OptionalInt.of(number(pairs, key, 0));
    }

    private static OptionalLong wide(Map<String, String> pairs, String key) {
        OptionalInt n = optional(pairs, key);
        return n.isPresent() && n.getAsInt() > 0 ? OptionalLong.of(n.getAsInt()) : OptionalLong.empty();
    }

    private static Optional<Duration> time(Map<String, String> pairs, String key) {
        String value = pairs.getOrDefault(key, "UNLIMITED");
        if (isUnlimited(value)) {
            return Optional.empty();
        }
        return Optional.of(Times.limit(value)
                .orElseThrow(() -> new IllegalArgumentException(
                        "slurm.conf: " + key + " of " + named(pairs) + " is no time: '" + value + "'")));
    }

    private static String named(Map<String, String> pairs) {
        return pairs.getOrDefault("partitionname", pairs.getOrDefault("nodename", "the cluster"));
    }
}
