package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** squeue. */
final class Squeue {
    private static final GetOpt SYNTAX = new GetOpt("squeue", false, 1, """
            account/A= array/r format/o= Format/O= jobs/j= me name/n= noheader/h nodelist/w= partition/p= qos/q= sort/S=
            start states/t= user/u= version/V all/a verbose/v
            !array-unique !clusters/M= !federation !help !hide !iterate/i= !json? !licenses/L= !local !long/l !notme
            !only-job-state !priority/P !reservation/R= !sibling !steps/s? !usage !yaml?
            """);

    private static final String DEFAULT = "%.18i %.9P %.8j %.8u %.2t %.10M %.6D %R";
    private static final String STARTS = "%.18i %.9P %.8j %.8u %.2t %.19S %.6D %20Y %R";

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("account", "a"),
            Map.entry("arrayjobid", "F"),
            Map.entry("arraytaskid", "K"),
            Map.entry("batchhost", "B"),
            Map.entry("command", "o"),
            Map.entry("comment", "k"),
            Map.entry("dependency", "E"),
            Map.entry("endtime", "e"),
            Map.entry("jobarrayid", "i"),
            Map.entry("jobid", "A"),
            Map.entry("name", "j"),
            Map.entry("nodelist", "N"),
            Map.entry("numcpus", "C"),
            Map.entry("numnodes", "D"),
            Map.entry("partition", "P"),
            Map.entry("prioritylong", "Q"),
            Map.entry("qos", "q"),
            Map.entry("reason", "r"),
            Map.entry("reasonlist", "R"),
            Map.entry("starttime", "S"),
            Map.entry("state", "T"),
            Map.entry("statecompact", "t"),
            Map.entry("submittime", "V"),
            Map.entry("timeleft", "L"),
            Map.entry("timelimit", "l"),
            Map.entry("timeused", "M"),
            Map.entry("username", "u"),
            Map.entry("workdir", "Z"));

    private static final Map<String, String> HEADERS = Map.ofEntries(
            Map.entry("a", "ACCOUNT"),
            Map.entry("A", "JOBID"),
            Map.entry("b", "TRES_PER_NODE"),
            Map.entry("B", "EXEC_HOST"),
            Map.entry("c", "MIN_CPUS"),
            Map.entry("C", "CPUS"),
            Map.entry("D", "NODES"),
            Map.entry("e", "END_TIME"),
            Map.entry("E", "DEPENDENCY"),
            Map.entry("f", "FEATURES"),
            Map.entry("F", "ARRAY_JOB_ID"),
            Map.entry("i", "JOBID"),
            Map.entry("j", "NAME"),
            Map.entry("k", "COMMENT"),
            Map.entry("K", "ARRAY_TASK_ID"),
            Map.entry("l", "TIME_LIMIT"),
            Map.entry("L", "TIME_LEFT"),
            Map.entry("m", "MIN_MEMORY"),
            Map.entry("M", "TIME"),
            Map.entry("n", "REQ_NODES"),
            Map.entry("N", "NODELIST"),
            Map.entry("o", "COMMAND"),
            Map.entry("P", "PARTITION"),
            Map.entry("q", "QOS"),
            Map.entry("Q", "PRIORITY"),
            Map.entry("r", "REASON"),
            Map.entry("R", "NODELIST(REASON)"),
            Map.entry("S", "START_TIME"),
            Map.entry("t", "ST"),
            Map.entry("T", "STATE"),
            Map.entry("u", "USER"),
            Map.entry("U", "UID"),
            Map.entry("V", "SUBMIT_TIME"),
            Map.entry("x", "EXC_NODES"),
            Map.entry("y", "NICE"),
            Map.entry("Y", "SCHEDNODES"),
            Map.entry("Z", "WORK_DIR"));

    private final Controller controller;
    private final Invocation call;

    Squeue(Controller controller, Invocation call) {
        this.controller = controller;
        this.call = call;
    }

    /** A line of the answer: a job, or one task of an array that has not become a job. */
    private record Row(Job job, Optional<Integer> task) {
        String printedId() {
            return task.map(t -> job.arrayId + "_" + t).orElse(job.printedId());
        }

        String printedTask() {
            if (!job.isArray()) {
                return "N/A";
            }
            return task.map(Object::toString)
                    .orElse(job.taskId.isPresent() ? Integer.toString(job.taskId.getAsInt()) : job.printedTasks());
        }
    }

    Reply run(boolean controllerAnswers) throws Misused {
        GetOpt.Line line = SYNTAX.parse(call.arguments());
        if (line.has("version")) {
            return Reply.Answer.ok("slurm-wlm " + controller.conf().release().version() + "\n");
        }
        for (String name : call.environment().keySet()) {
            if (name.startsWith("SQUEUE_") && !name.equals("SQUEUE_FORMAT")) {
                throw new Unsupported("the variable " + name);
            }
        }
        if (!controllerAnswers) {
            return Reply.Answer.failed("slurm_load_jobs error: " + SlurmTexts.NO_CONTROLLER + "\n", 1);
        }
        String ids = line.get("jobs", "");
        if (ids.matches("\\d+(_\\d+)?") && known(JobIds.parse(ids)).isEmpty()) {
            return Reply.Answer.failed("slurm_load_jobs error: " + SlurmTexts.INVALID_JOB_ID + "\n", 1);
        }
        return Reply.Answer.ok(table(line));
    }

    private List<Job> known(List<JobIds> ids) {
        return controller.jobs().stream()
                .filter(j -> ids.stream().anyMatch(id -> id.matches(j)))
                .toList();
    }

    private String table(GetOpt.Line line) throws Misused {
        Columns columns = line.has("Format")
                ? Columns.ofNames(line.get("Format", ""), Squeue::letter)
                : Columns.ofLetters(
                        line.get("format", line.has("start") ? STARTS : call.env("SQUEUE_FORMAT", DEFAULT)));
        StringBuilder out = new StringBuilder();
        if (!line.has("noheader")) {
            out.append(columns.line(this::header));
        }
        for (Row row : rows(line)) {
            out.append(columns.line(letter -> value(letter, row)));
        }
        return out.toString();
    }

    private static String letter(String name) {
        String letter = NAMES.get(name.toLowerCase(Locale.ROOT));
        if (letter == null) {
            throw new Unsupported("squeue --Format=" + name);
        }
        return letter;
    }

    private String header(String letter) {
        String header = HEADERS.get(letter);
        if (header == null) {
            throw new Unsupported("squeue --format=%" + letter);
        }
        return header;
    }

    private List<Row> rows(GetOpt.Line line) throws Misused {
        List<JobIds> ids = line.get("jobs", "").isEmpty() ? List.of() : JobIds.parse(line.get("jobs", ""));
        Set<String> users = set(line, "user");
        if (line.has("me")) {
            users.add(controller.conf().users().user());
        }
        Set<String> names = set(line, "name");
        Set<String> partitions = set(line, "partition");
        Set<String> accounts = set(line, "account");
        Set<String> qos = set(line, "qos");
        Set<String> states = states(line.get("states", ""));
        Set<String> on = line.has("nodelist") ? Set.copyOf(HostList.expand(line.get("nodelist", ""))) : Set.of();
        List<Row> rows = new ArrayList<>();
        controller.jobs().stream()
                .filter(j -> ids.isEmpty() || ids.stream().anyMatch(id -> id.matches(j)))
                .filter(j -> users.isEmpty() || users.contains(j.request.user))
                .filter(j -> names.isEmpty() || names.contains(j.name))
                .filter(j -> partitions.isEmpty() || partitions.contains(j.partition.name()))
                .filter(j -> accounts.isEmpty() || accounts.contains(j.account))
                .filter(j -> qos.isEmpty() || qos.contains(j.qos))
                .filter(j -> on.isEmpty() || j.nodes().stream().anyMatch(on::contains))
                .filter(j -> isShown(j, states) && (!line.has("start") || j.state == JobState.PENDING))
                .sorted(order(line))
                .forEach(j -> expand(j, line.has("array"), ids, rows));
        return rows;
    }

    private Comparator<Job> order(GetOpt.Line line) {
        if (line.has("sort")) {
            return switch (line.get("sort", "")) {
                case "i", "A", "+i" -> Comparator.comparingLong(j -> j.id);
                case "-i", "-A" -> Comparator.<Job>comparingLong(j -> j.id).reversed();
                case "S" ->
                    Comparator.comparing(j -> j.start.or(() -> j.plannedStart).orElse(Instant.MAX));
                default -> throw new Unsupported("squeue --sort=" + line.get("sort", ""));
            };
        }
        return Comparator.<Job, String>comparing(j -> j.partition.name())
                .thenComparing(j -> j.state)
                .thenComparing(j -> -j.priority)
                .thenComparing(j -> -j.id);
    }

    private static void expand(Job j, boolean eachTask, List<JobIds> ids, List<Row> rows) {
        boolean taskAsked = ids.stream().anyMatch(id -> id.task().isPresent());
        if (!j.hasWaitingTasks() || (!eachTask && !taskAsked)) {
            rows.add(new Row(j, Optional.empty()));
            return;
        }
        j.waitingTasks.stream()
                .filter(t -> ids.isEmpty() || ids.stream().anyMatch(id -> id.matches(j, t)))
                .forEach(t -> rows.add(new Row(j, Optional.of(t))));
    }

    private static Set<String> set(GetOpt.Line line, String option) {
        Set<String> set = new TreeSet<>();
        if (line.has(option)) {
            set.addAll(List.of(line.get(option, "").split(",", -1)));
        }
        return set;
    }

    private static Set<String> states(String text) throws Misused {
        Set<String> known = new TreeSet<>(List.of("COMPLETING", "CG", "CONFIGURING", "CF", "ALL"));
        for (JobState s : JobState.values()) {
            known.add(s.name());
            known.add(s.code());
        }
        Set<String> asked = new TreeSet<>();
        for (String word :
                text.isEmpty() ? new String[0] : text.toUpperCase(Locale.ROOT).split(",", -1)) {
            if (!known.contains(word)) {
                throw new Misused("squeue: error: Invalid job state specified: " + word + "\n", 1);
            }
            asked.add(word);
        }
        return asked;
    }

    private static boolean isShown(Job j, Set<String> states) {
        if (states.isEmpty()) {
            return !j.isOver();
        }
        return states.contains("ALL") || states.contains(j.stateName()) || states.contains(j.stateCode());
    }

    private String value(String letter, Row row) {
        Job j = row.job();
        JobRequest r = j.request;
        return switch (letter) {
            case "a" -> j.account;
            case "A" -> Long.toString(j.id);
            case "b" -> r.gresPerNode.isEmpty() ? "N/A" : gres(r.gresPerNode);
            case "B" -> j.shares.isEmpty() ? "n/a" : j.shares.get(0).node();
            case "c" -> Integer.toString(r.cpusPerTaskOrOne() * r.tasksPerNode.orElse(1));
            case "C" -> Integer.toString(j.cpus());
            case "D" -> Integer.toString(j.nodeCount());
            case "e" -> time(j.expectedEnd());
            case "E" -> j.printedDependencies();
            case "f" -> r.features.isEmpty() ? "(null)" : String.join("&", r.features);
            case "F" -> Long.toString(j.isArray() ? j.arrayId : j.id);
            case "i" -> row.printedId();
            case "j" -> j.name;
            case "k" -> j.comment.orElse("(null)");
            case "K" -> row.printedTask();
            case "l" -> limit(j);
            case "L" -> left(j);
            case "m" -> memory(j);
            case "M" -> Times.brief(j.runTime(controller.now()));
            case "n" -> HostList.compress(r.nodeList);
            case "N" -> j.nodeList();
            case "o" -> r.command.isEmpty() ? "(null)" : r.command;
            case "P" -> j.partition.name();
            case "q" -> j.qos;
            case "Q" -> Long.toString(j.priority);
            case "r" -> j.reason;
            case "R" -> j.state == JobState.PENDING || j.shares.isEmpty() ? "(" + j.reason + ")" : j.nodeList();
            case "S" -> time(startTime(j));
            case "t" -> j.stateCode();
            case "T" -> j.stateName();
            case "u" -> r.user;
            case "U" -> Long.toString(r.uid);
            case "V" -> time(Optional.of(j.submit));
            case "x" -> HostList.compress(r.exclude);
            case "y" -> Integer.toString(r.nice);
            case "Y" -> "(null)";
            case "Z" -> r.workDir;
            default -> throw new Unsupported("squeue --format=%" + letter);
        };
    }

    private String gres(Map<String, Integer> gres) {
        String slash = controller.conf().release() == io.github.slurmray.testkit.SlurmRelease.V22_05 ? ":" : "/";
        return "gres" + slash + Gres.print(gres);
    }

    private static Optional<Instant> startTime(Job j) {
        return j.start.or(() -> j.plannedStart).or(() -> j.reason.equals("BeginTime") ? j.begin : Optional.empty());
    }

    private String time(Optional<Instant> time) {
        return time.map(t ->
                        Times.print(t, call.environment(), controller.conf().zone()))
                .orElse("N/A");
    }

    private static String limit(Job j) {
        return j.timeLimit.equals(Job.UNLIMITED) ? "UNLIMITED" : Times.brief(j.timeLimit);
    }

    private String left(Job j) {
        return j.timeLimit.equals(Job.UNLIMITED)
                ? "UNLIMITED"
                : Times.brief(j.timeLimit.minus(j.runTime(controller.now())));
    }

    private static String memory(Job j) {
        long mb = j.request.memPerNode.orElse(
                j.request.memPerCpu.orElse(j.partition.defMemPerCpu().orElse(0)));
        return mb == 0 ? "0" : Job.memory(mb);
    }
}
