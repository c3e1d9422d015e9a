package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import io.github.slurmray.testkit.internal.slurm.SqueueFields.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** squeue: which jobs it shows, and in which order. */
final class Squeue {
    private static final GetOpt SYNTAX = new GetOpt("squeue", false, 1, """
            account/A= array/r format/o= Format/O= jobs/j? long/l me name/n= noheader/h nodelist/w= partition/p= qos/q= sort/S=
            start states/t= user/u= version/V all/a verbose/v
            !array-unique !clusters/M= !federation !help !hide !iterate/i= json? !licenses/L= !local !notme
            !only-job-state !priority/P !reservation/R= !sibling !steps/s? !usage !yaml?
            """);

    private static final String DEFAULT = "%.18i %.9P %.8j %.8u %.2t %.10M %.6D %R";
    private static final String LONG = "%.18i %.9P %.8j %.8u %.8T %.10M %.9l %.6D %R";
    private static final String STARTS = "%.18i %.9P %.8j %.8u %.2t %.19S %.6D %20Y %R";

    private final Controller controller;
    private final Invocation call;
    private final StringBuilder err = new StringBuilder();

    Squeue(Controller controller, Invocation call) {
        this.controller = controller;
        this.call = call;
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
        Optional<String> ids = ids(line);
        check(line);
        if (line.has("json")) {
            return json(line, ids, controllerAnswers);
        }
        Optional<Reply> refused = refused(ids, controllerAnswers);
        return refused.isPresent() ? refused.get() : new Reply.Answer(table(line, ids), err.toString(), 0);
    }

    private Optional<Reply> refused(Optional<String> ids, boolean controllerAnswers) {
        boolean unknown =
                ids.filter(i -> i.matches("\\d+(_\\d+)?") && unknown(i)).isPresent();
        if (controllerAnswers && !unknown) {
            return Optional.empty();
        }
        String why = controllerAnswers ? SlurmTexts.INVALID_JOB_ID : SlurmTexts.NO_CONTROLLER;
        return Optional.of(Reply.Answer.failed("slurm_load_jobs error: " + why + "\n", 1));
    }

    private Reply json(GetOpt.Line line, Optional<String> ids, boolean controllerAnswers) throws Misused {
        JsonAnswer json = new JsonAnswer(controller, call, line.get("json", ""));
        if (controller.conf().release() == SlurmRelease.V22_05) {
            // which doesn't look at what else is asked for, nor fails
            return json.old(
                    "squeue",
                    controllerAnswers
                            ? controller.jobs().stream()
                                    .map(j -> JsonJob.of(controller, j))
                                    .toList()
                            : List.of(),
                    controllerAnswers ? List.of() : JsonAnswer.error("failed jobs"));
        }
        Optional<Reply> refused = refused(ids, controllerAnswers);
        if (refused.isPresent()) {
            return refused.get();
        }
        List<JsonForm> jobs =
                jobs(line, ids).map(j -> JsonJob.of(controller, j)).toList();
        return json.recent("jobs", json.line(), jobs, Optional.of("Zero jobs to dump"));
    }

    /** The ids of jobs that are asked for: the option's value may stand apart from it. */
    private static Optional<String> ids(GetOpt.Line line) throws Misused {
        boolean apart = line.has("jobs")
                && line.get("jobs", "").isEmpty()
                && !line.operands().isEmpty();
        if (line.operands().size() > (apart ? 1 : 0)) {
            throw new Unsupported("squeue with operands");
        }
        if (!line.has("jobs")) {
            return Optional.empty();
        }
        String ids = apart ? line.operands().get(0) : line.get("jobs", "");
        if (ids.contains("[")) {
            throw new Unsupported("squeue --jobs=" + ids);
        }
        for (String id : ids.isEmpty() ? new String[0] : ids.split(",", -1)) {
            if (JobIds.of(id).isEmpty()) {
                throw new Misused("squeue: error: Invalid job id: " + id + "\n", 1);
            }
        }
        return apart || !ids.isEmpty() ? Optional.of(ids) : Optional.empty();
    }

    private boolean unknown(String id) {
        return JobIds.of(id).filter(i -> controller.jobsOf(i.job()).isEmpty()).isPresent();
    }

    private void check(GetOpt.Line line) throws Misused {
        checkStates(words(line, "states"));
        for (String node : line.has("nodelist") ? HostList.expand(line.get("nodelist", "")) : List.<String>of()) {
            if (!controller.nodes().containsKey(node)) {
                throw new Misused("squeue: error: Invalid node name " + node + "\n", 1);
            }
        }
        for (String user : words(line, "user")) {
            if (!user.isEmpty() && !controller.knowsUser(user)) {
                err.append("squeue: error: Invalid user: ").append(user).append("\n\n");
            }
        }
    }

    private String table(GetOpt.Line line, Optional<String> ids) throws Misused {
        SqueueFields fields = new SqueueFields(controller, call);
        String otherwise = line.has("start") ? STARTS : line.has("long") ? LONG : call.env("SQUEUE_FORMAT", DEFAULT);
        Columns columns = line.has("Format")
                ? Columns.ofNames(line.get("Format", ""), this::letter)
                : Columns.ofLetters(line.get("format", otherwise));
        StringBuilder out = new StringBuilder();
        if (!line.has("noheader")) {
            if (line.has("long")) {
                out.append(Times.ctime(controller.now(), controller.conf().zone()))
                        .append('\n');
            }
            out.append(columns.line(fields::header));
        }
        for (Row row : rows(line, ids)) {
            out.append(columns.line(letter -> fields.value(letter, row)));
        }
        return out.toString();
    }

    private Optional<String> letter(String name) {
        Optional<String> letter = SqueueFields.letter(name);
        if (letter.isEmpty()) {
            err.append("squeue: error: Invalid job format specification: ")
                    .append(name)
                    .append('\n');
        }
        return letter;
    }

    private List<Row> rows(GetOpt.Line line, Optional<String> asked) throws Misused {
        List<JobIds> ids = asked.map(JobIds::parse).orElse(List.of());
        List<Row> rows = new ArrayList<>();
        jobs(line, asked).sorted(order(line, ids.size() == 1)).forEach(j -> expand(j, line.has("array"), ids, rows));
        return rows;
    }

    /** The jobs that are asked for, by their ids. */
    private Stream<Job> jobs(GetOpt.Line line, Optional<String> asked) {
        Optional<List<JobIds>> ids = asked.map(JobIds::parse);
        Set<String> users = words(line, "user");
        if (line.has("me")) {
            users.add(controller.conf().users().user());
        }
        Set<String> names = words(line, "name");
        Set<String> partitions = words(line, "partition");
        Set<String> accounts = words(line, "account");
        Set<String> qos = words(line, "qos");
        Set<String> states = words(line, "states").stream()
                .map(s -> s.toUpperCase(Locale.ROOT))
                .collect(Collectors.toSet());
        Set<String> on = line.has("nodelist") ? Set.copyOf(HostList.expand(line.get("nodelist", ""))) : Set.of();
        return controller.jobs().stream()
                .filter(j -> ids.isEmpty() || ids.get().stream().anyMatch(id -> id.matches(j)))
                .filter(j -> users.isEmpty() || users.contains(j.request.user))
                .filter(j -> names.isEmpty() || names.contains(j.name))
                .filter(j -> partitions.isEmpty() || partitions.contains(j.partition.name()))
                .filter(j -> accounts.isEmpty() || accounts.contains(j.account))
                .filter(j -> qos.isEmpty() || qos.contains(j.qos))
                .filter(j -> on.isEmpty() || j.nodes().stream().anyMatch(on::contains))
                .filter(j -> isShown(j, states) && (!line.has("start") || j.state == JobState.PENDING));
    }

    private Comparator<Job> order(GetOpt.Line line, boolean oneId) throws Misused {
        Matcher wrong = Pattern.compile("[Ks]").matcher(line.get("sort", ""));
        if (wrong.find()) {
            throw new Misused("squeue: error: Invalid sort specification: " + wrong.group() + "\n", 1);
        }
        List<Comparator<Job>> criteria = new ArrayList<>();
        for (String word : line.get("sort", "P,t,-p").split(",", -1)) {
            boolean down = word.startsWith("-");
            for (char letter : word.replaceFirst("^[+-]", "").toCharArray()) {
                Comparator<Job> by = by(letter);
                criteria.add(down ? by.reversed() : by);
            }
        }
        criteria.add(sent(oneId));
        return criteria.stream().reduce(Comparator::thenComparing).orElseThrow();
    }

    /**
     * The order in which the controller sends jobs, which decides between equals: pending ones last, the newest first.
     * If a single id is asked for, the newest is first throughout.
     */
    private static Comparator<Job> sent(boolean oneId) {
        return Comparator.<Job, Boolean>comparing(j -> j.state == JobState.PENDING)
                .thenComparingLong(j -> oneId || j.state == JobState.PENDING ? -j.id : j.id);
    }

    private static Comparator<Job> by(char letter) {
        return switch (letter) {
            case 'i' ->
                Comparator.<Job>comparingLong(j -> j.isArray() ? j.arrayId : j.id)
                        .thenComparing(j -> j.taskId.orElse(Integer.MAX_VALUE));
            case 'A' -> Comparator.comparingLong(j -> j.id);
            case 'j' -> Comparator.comparing(j -> j.name);
            case 'p', 'Q' -> Comparator.comparingLong(j -> j.priority);
            case 'P' -> Comparator.comparing(j -> j.partition.name());
            case 'S' ->
                Comparator.comparing(j -> j.start.or(() -> j.plannedStart).orElse(Instant.MAX));
            // the words, not the numbers
            case 't', 'T' -> Comparator.comparing(Job::stateName);
            case 'u' -> Comparator.comparing(j -> j.request.user);
            case 'V' -> Comparator.comparing(j -> j.submit);
            default -> throw new Unsupported("squeue --sort=" + letter);
        };
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

    private static Set<String> words(GetOpt.Line line, String option) {
        Set<String> words = new TreeSet<>();
        if (line.has(option)) {
            words.addAll(List.of(line.get(option, "").split(",", -1)));
        }
        return words;
    }

    private void checkStates(Set<String> asked) throws Misused {
        Set<String> known = new TreeSet<>(List.of("COMPLETING", "CG", "CONFIGURING", "CF", "ALL", ""));
        for (JobState s : JobState.values()) {
            known.add(s.name());
            known.add(s.code());
        }
        for (String word : asked) {
            if (!known.contains(word.toUpperCase(Locale.ROOT))) {
                throw new Misused(
                        "squeue: error: Invalid job state specified: " + word
                                + "\nsqueue: error: Valid job states include: "
                                + SlurmTexts.jobStates(controller.conf().release()) + "\n\n",
                        1);
            }
        }
    }

    private static boolean isShown(Job j, Set<String> states) {
        if (states.isEmpty()) {
            return !j.isOver();
        }
        return states.contains("ALL") || states.contains(j.stateName()) || states.contains(j.stateCode());
    }
}
