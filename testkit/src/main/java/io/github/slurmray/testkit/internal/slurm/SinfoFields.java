package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.SlurmRelease;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** sinfo's fields: their letters and headers, and what they hold of nodes of a partition. */
final class SinfoFields {
    private static final Map<String, String> HEADERS = Map.ofEntries(
            Map.entry("a", "AVAIL"),
            Map.entry("A", "NODES(A/I)"),
            Map.entry("B", "MAX_CPUS_PER_NODE"),
            Map.entry("c", "CPUS"),
            Map.entry("C", "CPUS(A/I/O/T)"),
            Map.entry("d", "TMP_DISK"),
            Map.entry("D", "NODES"),
            Map.entry("E", "REASON"),
            Map.entry("f", "AVAIL_FEATURES"),
            Map.entry("F", "NODES(A/I/O/T)"),
            Map.entry("g", "GROUPS"),
            Map.entry("G", "GRES"),
            Map.entry("h", "OVERSUBSCRIBE"),
            Map.entry("H", "TIMESTAMP"),
            Map.entry("I", "PRIO_JOB_FACTOR"),
            Map.entry("l", "TIMELIMIT"),
            Map.entry("L", "DEFAULTTIME"),
            Map.entry("m", "MEMORY"),
            Map.entry("M", "PREEMPT_MODE"),
            Map.entry("n", "HOSTNAMES"),
            Map.entry("N", "NODELIST"),
            Map.entry("o", "NODE_ADDR"),
            Map.entry("p", "PRIO_TIER"),
            Map.entry("P", "PARTITION"),
            Map.entry("r", "ROOT"),
            Map.entry("R", "PARTITION"),
            Map.entry("s", "JOB_SIZE"),
            Map.entry("S", "ALLOCNODES"),
            Map.entry("t", "STATE"),
            Map.entry("T", "STATE"),
            Map.entry("u", "USER"),
            Map.entry("U", "USER"),
            Map.entry("w", "WEIGHT"),
            Map.entry("z", "S:C:T"));

    private final Controller controller;
    private final Invocation call;

    SinfoFields(Controller controller, Invocation call) {
        this.controller = controller;
        this.call = call;
    }

    /** Nodes of a partition that are alike in what is printed. */
    record Row(PartitionConf partition, List<Node> nodes) {}

    String header(String letter) {
        if (letter.equals("i") && controller.conf().release() == SlurmRelease.V24_11) {
            return "RESERVATION";
        }
        String header = HEADERS.get(letter);
        if (header == null) {
            throw new Unsupported("sinfo --format=%" + letter);
        }
        return header;
    }

    String value(String letter, Row row) {
        PartitionConf p = row.partition();
        List<Node> nodes = row.nodes();
        return switch (letter) {
            case "a" -> p.state().toLowerCase(java.util.Locale.ROOT).replace("inactive", "inact");
            case "A" -> counts(nodes, false);
            case "B" -> "UNLIMITED";
            case "c" -> each(nodes, n -> Integer.toString(n.conf().cpus()));
            case "C" -> cpus(nodes);
            case "d" -> "0";
            case "D" -> Integer.toString(nodes.size());
            case "E" -> each(nodes, n -> n.reason.isEmpty() ? "none" : n.reason);
            case "f" -> each(nodes, n -> orNull(String.join(",", n.conf().features())));
            case "F" -> counts(nodes, true);
            case "g" -> "all";
            case "G" -> each(nodes, n -> orNull(Gres.print(n.conf().gres())));
            case "h" -> p.oversubscribe();
            case "H" -> each(nodes, this::reasonTime);
            case "i" -> "";
            case "I" -> "1";
            case "l" -> p.maxTime().map(Times::brief).orElse("infinite");
            case "L" -> p.defaultTime().or(p::maxTime).map(Times::brief).orElse("n/a");
            case "m" -> each(nodes, n -> Long.toString(n.conf().memoryMb()));
            case "M" -> "OFF";
            case "n", "o" -> nodes.stream().map(n -> n.conf().name()).collect(Collectors.joining(","));
            case "N" ->
                HostList.compress(nodes.stream().map(n -> n.conf().name()).toList());
            case "p" -> Integer.toString(p.priorityTier());
            case "P" -> p.name() + (p.isDefault() ? "*" : "");
            case "r" -> "no";
            case "R" -> p.name();
            case "s" -> size(p);
            case "S" -> "all";
            case "t" -> nodes.isEmpty() ? "n/a" : each(nodes, n -> NodeUse.state(controller, n));
            case "T" -> nodes.isEmpty() ? "n/a" : each(nodes, this::fullState);
            case "u" -> each(nodes, n -> n.reason.isEmpty() ? "Unknown" : n.reasonBy);
            case "U" -> each(nodes, SinfoFields::userAndNumber);
            case "w" -> each(nodes, n -> Integer.toString(n.conf().weight()));
            case "z" ->
                each(
                        nodes,
                        n -> n.conf().sockets() + ":" + n.conf().coresPerSocket() + ":"
                                + n.conf().threadsPerCore());
            default -> throw new Unsupported("sinfo --format=%" + letter);
        };
    }

    private static String orNull(String text) {
        return text.isEmpty() ? "(null)" : text;
    }

    private static String userAndNumber(Node n) {
        if (n.reason.isEmpty()) {
            return "Unknown";
        }
        return n.reasonBy + (n.reasonBy.equals("root") ? "(0)" : "(64030)");
    }

    private String reasonTime(Node n) {
        return n.reasonSince
                .map(t -> Times.print(t, call.environment(), controller.conf().zone()))
                .orElse("Unknown");
    }

    private static String size(PartitionConf p) {
        int least = Math.max(1, p.minNodes());
        String most = p.maxNodes().isPresent() ? Integer.toString(p.maxNodes().getAsInt()) : "infinite";
        return Integer.toString(least).equals(most) ? most : least + "-" + most;
    }

    private String fullState(Node n) {
        String state = NodeUse.state(controller, n);
        String plain = state.replace("*", "");
        String full = Map.of(
                        "mix",
                        "mixed",
                        "alloc",
                        "allocated",
                        "comp",
                        "completing",
                        "drain",
                        "drained",
                        "drng",
                        "draining")
                .getOrDefault(plain, plain);
        return full + (state.endsWith("*") ? "*" : "");
    }

    /** The one value of all nodes, or the first with a plus. */
    private static String each(List<Node> nodes, Function<Node, String> of) {
        Set<String> values = nodes.stream().map(of).collect(Collectors.toCollection(LinkedHashSet::new));
        return values.size() == 1
                ? values.iterator().next()
                : values.isEmpty() ? "" : values.iterator().next() + "+";
    }

    private String counts(List<Node> nodes, boolean all) {
        long used = nodes.stream()
                .filter(n -> List.of("mix", "alloc", "comp").contains(NodeUse.state(controller, n)))
                .count();
        long idle = nodes.stream()
                .filter(n -> NodeUse.state(controller, n).equals("idle"))
                .count();
        return used + "/" + idle + (all ? "/" + (nodes.size() - used - idle) + "/" + nodes.size() : "");
    }

    private String cpus(List<Node> nodes) {
        int used = 0;
        int total = 0;
        int other = 0;
        for (Node n : nodes) {
            int here = NodeUse.shares(controller, n.conf().name()).stream()
                    .mapToInt(Share::cpus)
                    .sum();
            used += here;
            total += n.conf().cpus();
            other += n.usable() ? 0 : n.conf().cpus() - here;
        }
        return used + "/" + (total - used - other) + "/" + other + "/" + total;
    }
}
