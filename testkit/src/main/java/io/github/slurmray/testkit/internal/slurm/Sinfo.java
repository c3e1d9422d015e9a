package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** sinfo. */
final class Sinfo {
    private static final GetOpt SYNTAX = new GetOpt("sinfo", false, 1, """
            format/o= noheader/h nodes/n= Node/N partition/p= states/t= summarize/s version/V all/a exact/e list-reasons/R
            !clusters/M= !cluster !dead/d !federation !future/F !help !hide !iterate/i= !json? !local !long/l !responding/r
            !sort/S= !Format/O= !reservation/T !usage !verbose/v !yaml?
            """);

    private static final Map<String, String> HEADERS = Map.ofEntries(
            Map.entry("a", "AVAIL"),
            Map.entry("A", "NODES(A/I)"),
            Map.entry("c", "CPUS"),
            Map.entry("C", "CPUS(A/I/O/T)"),
            Map.entry("D", "NODES"),
            Map.entry("E", "REASON"),
            Map.entry("f", "AVAIL_FEATURES"),
            Map.entry("F", "NODES(A/I/O/T)"),
            Map.entry("G", "GRES"),
            Map.entry("H", "TIMESTAMP"),
            Map.entry("l", "TIMELIMIT"),
            Map.entry("L", "DEFAULTTIME"),
            Map.entry("m", "MEMORY"),
            Map.entry("n", "HOSTNAMES"),
            Map.entry("N", "NODELIST"),
            Map.entry("P", "PARTITION"),
            Map.entry("R", "PARTITION"),
            Map.entry("s", "JOB_SIZE"),
            Map.entry("t", "STATE"),
            Map.entry("T", "STATE"),
            Map.entry("u", "USER"));

    private final Controller controller;
    private final Invocation call;

    Sinfo(Controller controller, Invocation call) {
        this.controller = controller;
        this.call = call;
    }

    /** Nodes of a partition that are alike in what is printed. */
    private record Row(PartitionConf partition, List<Node> nodes) {}

    Reply run(boolean controllerAnswers) throws Misused {
        GetOpt.Line line = SYNTAX.parse(call.arguments());
        if (line.has("version")) {
            return Reply.Answer.ok("slurm-wlm " + controller.conf().release().version() + "\n");
        }
        for (String name : call.environment().keySet()) {
            if (name.startsWith("SINFO_")) {
                throw new Unsupported("the variable " + name);
            }
        }
        if (!controllerAnswers) {
            return Reply.Answer.failed("slurm_load_partitions: " + SlurmTexts.NO_CONTROLLER + "\n", 1);
        }
        String otherwise = "%9P %.5a %.10l %.6D %.6t %N";
        if (line.has("list-reasons")) {
            otherwise = "%20E %9u %19H %N";
        } else if (line.has("summarize")) {
            otherwise = "%9P %.5a %.10l %.16F %N";
        } else if (line.has("Node")) {
            otherwise = "%N %.6D %.9P %6t";
        }
        String format = line.get("format", otherwise);
        Columns columns = Columns.ofLetters(format);
        StringBuilder out = new StringBuilder();
        if (!line.has("noheader")) {
            out.append(columns.line(this::header));
        }
        for (Row row : rows(line, columns)) {
            out.append(columns.line(letter -> value(letter, row)));
        }
        return Reply.Answer.ok(out.toString());
    }

    private String header(String letter) {
        String header = HEADERS.get(letter);
        if (header == null) {
            throw new Unsupported("sinfo --format=%" + letter);
        }
        return header;
    }

    private List<Row> rows(GetOpt.Line line, Columns columns) {
        Set<String> partitions = new TreeSet<>();
        if (line.has("partition")) {
            partitions.addAll(List.of(line.get("partition", "").split(",", -1)));
        }
        Set<String> names = line.has("nodes") ? Set.copyOf(HostList.expand(line.get("nodes", ""))) : Set.of();
        Set<String> states = new TreeSet<>();
        if (line.has("states")) {
            states.addAll(
                    List.of(line.get("states", "").toLowerCase(Locale.ROOT).split(",", -1)));
        }
        List<Row> rows = new ArrayList<>();
        for (PartitionConf p : controller.partitions()) {
            if (!partitions.isEmpty() && !partitions.contains(p.name())) {
                continue;
            }
            List<Node> nodes = p.nodes().stream()
                    .map(n -> controller.nodes().get(n))
                    .filter(java.util.Objects::nonNull)
                    .filter(n -> names.isEmpty() || names.contains(n.conf().name()))
                    .filter(n -> states.isEmpty() || isIn(n, states))
                    .filter(n -> !line.has("list-reasons") || !n.reason.isEmpty())
                    .toList();
            if (nodes.isEmpty()) {
                if (!line.has("Node") && !line.has("list-reasons")) {
                    rows.add(new Row(p, nodes));
                }
                continue;
            }
            Map<String, List<Node>> alike = new LinkedHashMap<>();
            for (Node n : nodes) {
                String key = line.has("Node") ? n.conf().name() : columns.line(l -> sameRow(l, p, n, line));
                alike.computeIfAbsent(key, k -> new ArrayList<>()).add(n);
            }
            alike.values().forEach(group -> rows.add(new Row(p, group)));
        }
        if (line.has("Node")) {
            rows.sort(
                    java.util.Comparator.comparing(r -> r.nodes().get(0).conf().name()));
        }
        return rows;
    }

    private boolean isIn(Node n, Set<String> states) {
        String state = NodeUse.state(controller, n).replace("*", "");
        String full = NodeUse.longState(controller, n).toLowerCase(Locale.ROOT);
        return states.stream().anyMatch(s -> s.equals(state) || full.startsWith(s) || s.startsWith(state));
    }

    /** What sets nodes apart: everything of one node, and not what counts or lists nodes. */
    private String sameRow(String letter, PartitionConf p, Node n, GetOpt.Line line) {
        return "DNnAFC".contains(letter) || line.has("summarize") ? "" : value(letter, new Row(p, List.of(n)));
    }

    private String value(String letter, Row row) {
        PartitionConf p = row.partition();
        List<Node> nodes = row.nodes();
        return switch (letter) {
            case "a" -> p.state().toLowerCase(Locale.ROOT).replace("inactive", "inact");
            case "A" -> counts(nodes, false);
            case "c" -> each(nodes, n -> Integer.toString(n.conf().cpus()));
            case "C" -> cpus(nodes);
            case "D" -> Integer.toString(nodes.size());
            case "E" -> each(nodes, n -> n.reason.isEmpty() ? "none" : n.reason);
            case "f" ->
                each(
                        nodes,
                        n -> n.conf().features().isEmpty()
                                ? "(null)"
                                : String.join(",", n.conf().features()));
            case "F" -> counts(nodes, true);
            case "G" ->
                each(
                        nodes,
                        n -> n.conf().gres().isEmpty()
                                ? "(null)"
                                : Gres.print(n.conf().gres()));
            case "H" ->
                each(
                        nodes,
                        n -> n.reasonSince
                                .map(t -> Times.print(
                                        t, call.environment(), controller.conf().zone()))
                                .orElse("Unknown"));
            case "l" -> p.maxTime().map(Times::brief).orElse("infinite");
            case "L" -> p.defaultTime().or(p::maxTime).map(Times::brief).orElse("n/a");
            case "m" -> each(nodes, n -> Long.toString(n.conf().memoryMb()));
            case "n" -> nodes.stream().map(n -> n.conf().name()).collect(Collectors.joining(","));
            case "N" ->
                HostList.compress(nodes.stream().map(n -> n.conf().name()).toList());
            case "P" -> p.name() + (p.isDefault() ? "*" : "");
            case "R" -> p.name();
            case "s" ->
                Math.max(1, p.minNodes()) + "-"
                        + (p.maxNodes().isPresent()
                                ? Integer.toString(p.maxNodes().getAsInt())
                                : "infinite");
            case "t" -> nodes.isEmpty() ? "n/a" : each(nodes, n -> NodeUse.state(controller, n));
            case "T" -> nodes.isEmpty() ? "n/a" : each(nodes, this::fullState);
            case "u" -> "slurm(64030)";
            default -> throw new Unsupported("sinfo --format=%" + letter);
        };
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

    private static String each(List<Node> nodes, java.util.function.Function<Node, String> of) {
        Set<String> values = nodes.stream().map(of).collect(Collectors.toCollection(java.util.LinkedHashSet::new));
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
