package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import io.github.slurmray.testkit.internal.slurm.SinfoFields.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** sinfo: which nodes it shows, and which of them on one line. */
final class Sinfo {
    private static final GetOpt SYNTAX = new GetOpt("sinfo", false, 1, """
            format/o= noheader/h nodes/n= Node/N partition/p= states/t= summarize/s version/V all/a exact/e list-reasons/R
            dead/d long/l responding/r reservation/T
            !clusters/M= !cluster !federation !future/F !help !hide !iterate/i= json? !local
            !sort/S= !Format/O= !usage !verbose/v !yaml?
            """);

    private static final String STATES = "unknown,down,idle,allocated,?,mixed,future,drain,drained,draining,no_respond,"
            + "reserved,%s,cloud,completing,powering_down,powered_down,power_down,powering_up,fail,maint,reboot,reboot^%s";

    /** What a state that is asked for means of those that %t prints. */
    private static final Map<String, List<String>> SHOWN = Map.ofEntries(
            Map.entry("idle", List.of("idle")),
            Map.entry("down", List.of("down")),
            Map.entry("alloc", List.of("alloc", "mix")),
            Map.entry("allocated", List.of("alloc", "mix")),
            Map.entry("mix", List.of("mix")),
            Map.entry("mixed", List.of("mix")),
            Map.entry("drain", List.of("drain", "drng")),
            Map.entry("drained", List.of("drain")),
            Map.entry("draining", List.of("drng")),
            Map.entry("drng", List.of("drng")),
            Map.entry("comp", List.of("comp")),
            Map.entry("completing", List.of("comp")));

    private final Controller controller;
    private final Invocation call;
    private final SinfoFields fields;

    Sinfo(Controller controller, Invocation call) {
        this.controller = controller;
        this.call = call;
        this.fields = new SinfoFields(controller, call);
    }

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
        checkStates(line);
        if (line.has("json") && isOld()) {
            // which doesn't look at what else is asked for, nor fails
            JsonNode nodes = new JsonNode(controller);
            return new JsonAnswer(controller, call, line.get("json", ""))
                    .old(
                            "sinfo",
                            controllerAnswers
                                    ? controller.nodes().values().stream()
                                            .map(nodes::node)
                                            .toList()
                                    : List.of(),
                            controllerAnswers ? List.of() : JsonAnswer.error("failed nodes"));
        }
        if (!controllerAnswers) {
            return Reply.Answer.failed("slurm_load_partitions: " + SlurmTexts.NO_CONTROLLER + "\n", 1);
        }
        if (line.has("reservation")) {
            return Reply.Answer.ok("No reservations in the system\n");
        }
        if (line.has("json")) {
            JsonAnswer json = new JsonAnswer(controller, call, line.get("json", ""));
            return json.recent("sinfo command", json.line(), json(line), Optional.empty());
        }
        Columns columns = Columns.ofLetters(line.get("format", format(line)));
        StringBuilder out = new StringBuilder();
        if (!line.has("noheader")) {
            if (line.has("long")) {
                out.append(Times.ctime(controller.now(), controller.conf().zone()))
                        .append('\n');
            }
            out.append(columns.line(fields::header));
        }
        for (Row row : rows(line, columns)) {
            out.append(columns.line(letter -> fields.value(letter, row)));
        }
        return Reply.Answer.ok(out.toString());
    }

    private List<JsonForm> json(GetOpt.Line line) {
        JsonNode nodes = new JsonNode(controller);
        return rows(line, Columns.ofLetters("%T %c %m %f %G %z %w %E")).stream()
                .filter(row -> !row.nodes().isEmpty())
                .map(row -> nodes.alike(row, fields.value("F", row), fields.value("C", row)))
                .toList();
    }

    private void checkStates(GetOpt.Line line) throws Misused {
        String known = isOld()
                ? String.format(Locale.ROOT, STATES, "perfctrs", ",unknown")
                : String.format(Locale.ROOT, STATES, "planned,blocked", "");
        for (String state : states(line)) {
            if (List.of(known.split(",")).contains(state) && !SHOWN.containsKey(state)) {
                throw new Unsupported("sinfo --states=" + state);
            }
            if (!SHOWN.containsKey(state) && !state.equals("all")) {
                throw new Misused(
                        "sinfo: error: Bad state string: \"" + state + "\"\nsinfo: error: valid states: " + known
                                + "\n",
                        1);
            }
        }
    }

    private boolean isOld() {
        return controller.conf().release() == SlurmRelease.V22_05;
    }

    private static Set<String> states(GetOpt.Line line) {
        return line.has("states")
                ? new TreeSet<>(
                        List.of(line.get("states", "").toLowerCase(Locale.ROOT).split(",", -1)))
                : Set.of();
    }

    private String format(GetOpt.Line line) {
        boolean isLong = line.has("long");
        if (line.has("list-reasons")) {
            return isLong ? "%20E %12U %19H %6t %N" : "%20E %9u %19H %N";
        }
        if (line.has("summarize")) {
            return "%9P %.5a %.10l %.16F %N";
        }
        if (line.has("Node")) {
            int longest = controller.nodes().keySet().stream()
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            String names = "%" + Math.max(9, longest) + "N %.6D %.9P ";
            return names + (isLong ? "%.11T %4c %.8z %.6m %.8d %.6w %.8f %20E" : "%6t");
        }
        String reservation = isOld() ? "" : "%.11i ";
        return isLong
                ? "%9P %.5a %.10l %.10s %.4r %.8h %.10g %.6D %.11T " + reservation + "%N"
                : "%9P %.5a %.10l %.6D %.6t %N";
    }

    private List<Row> rows(GetOpt.Line line, Columns columns) {
        Set<String> partitions = new TreeSet<>();
        if (line.has("partition")) {
            partitions.addAll(List.of(line.get("partition", "").split(",", -1)));
        }
        Set<String> names = line.has("nodes") ? Set.copyOf(HostList.expand(line.get("nodes", ""))) : Set.of();
        List<Row> rows = new ArrayList<>();
        for (PartitionConf p : controller.partitions()) {
            if (partitions.isEmpty() || partitions.contains(p.name())) {
                List<Node> nodes = p.nodes().stream()
                        .map(n -> controller.nodes().get(n))
                        .filter(java.util.Objects::nonNull)
                        .filter(n -> names.isEmpty() || names.contains(n.conf().name()))
                        .filter(n -> isAsked(n, line))
                        .toList();
                add(p, nodes, line, columns, rows);
            }
        }
        if (line.has("Node")) {
            rows.sort(Comparator.comparing(r -> r.nodes().get(0).conf().name()));
        }
        return rows;
    }

    private boolean isAsked(Node n, GetOpt.Line line) {
        Set<String> states = states(line);
        String state = NodeUse.state(controller, n).replace("*", "");
        return (states.isEmpty()
                        || states.contains("all")
                        || states.stream()
                                .anyMatch(s -> SHOWN.getOrDefault(s, List.of()).contains(state)))
                && (!line.has("dead") || !n.responding)
                && (!line.has("responding") || n.responding)
                && (!line.has("list-reasons") || !n.reason.isEmpty());
    }

    private void add(PartitionConf p, List<Node> nodes, GetOpt.Line line, Columns columns, List<Row> rows) {
        if (nodes.isEmpty() && !line.has("Node") && !line.has("list-reasons")) {
            rows.add(new Row(p, nodes));
            return;
        }
        Map<String, List<Node>> alike = new LinkedHashMap<>();
        nodes.stream()
                .sorted(Comparator.comparingInt(n -> -NodeUse.rank(controller, n)))
                .forEach(n -> {
                    String key = line.has("Node") ? n.conf().name() : columns.line(l -> sameRow(l, p, n, line));
                    alike.computeIfAbsent(key, k -> new ArrayList<>()).add(n);
                });
        for (List<Node> group : alike.values()) {
            // a node's reason is shown once, and not for each of its partitions
            if (!line.has("list-reasons")
                    || rows.stream().noneMatch(r -> r.nodes().equals(group))) {
                rows.add(new Row(p, group));
            }
        }
    }

    /** What sets nodes apart: everything of one node, and not what counts or lists nodes. */
    private String sameRow(String letter, PartitionConf p, Node n, GetOpt.Line line) {
        return "DNAFC".contains(letter) || (line.has("summarize") && !line.has("json"))
                ? ""
                : fields.value(letter, new Row(p, List.of(n)));
    }
}
