package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/** sacct. */
final class Sacct {
    private static final GetOpt SYNTAX = new GetOpt("sacct", false, 1, """
            account/A= accounts= allusers/a allocations/X delimiter= duplicates/D endtime/E= format/o= helpformat/e jobs/j=
            brief/b name= nodelist/N= noheader/n parsable/p parsable2/P starttime/S= state/s= user/u= uid= version/V partition/r= qos/q=
            !allclusters/L !array !associations/x= !clusters/M= !completion/c !federation !file/f= !flags/F=
            !gid/g= !group= !help/h json? !local !long/l !ncpus/i= !nnodes/I= !noconvert !reason/R= !submit-line
            !timelimit-max/K= !timelimit-min/k= !truncate/T !units= !usage/U !verbose/v !wckeys/W= !whole-hetjob? !yaml?
            !batch-script/B !env-vars
            """);

    private static final String BRIEF = "JobID,State,ExitCode";
    private static final String DEFAULT = "JobID,JobName,Partition,Account,AllocCPUS,State,ExitCode";

    private final Controller controller;
    private final Database database;
    private final Invocation call;

    Sacct(Controller controller, Database database, Invocation call) {
        this.controller = controller;
        this.database = database;
        this.call = call;
    }

    Reply run() throws Misused {
        GetOpt.Line line = SYNTAX.parse(call.arguments());
        SiteConf conf = controller.conf();
        if (line.has("version")) {
            return Reply.Answer.ok("slurm-wlm " + conf.release().version() + "\n");
        }
        if (line.has("helpformat")) {
            return Reply.Answer.ok(SacctFields.help(conf.release()));
        }
        for (String name : call.environment().keySet()) {
            if (name.startsWith("SACCT_") && !name.equals("SACCT_FORMAT")) {
                throw new Unsupported("the variable " + name);
            }
        }
        check(line);
        if (database.isDown()) {
            return Reply.Answer.failed(SlurmTexts.noDatabase("sacct", conf), 1);
        }
        if (line.has("json")) {
            return json(line);
        }
        String otherwise = line.has("brief") ? BRIEF : call.env("SACCT_FORMAT", DEFAULT);
        List<DatabaseColumn> columns = columns(line.get("format", otherwise));
        boolean plain = line.has("parsable") || line.has("parsable2");
        String delimiter = plain ? line.get("delimiter", "|") : " ";
        String end = plain && !line.has("parsable2") ? delimiter : plain ? "" : " ";
        StringBuilder out = new StringBuilder();
        if (!line.has("noheader")) {
            List<String> names = columns.stream().map(DatabaseColumn::name).toList();
            out.append(plain ? String.join(delimiter, names) : header(columns))
                    .append(end)
                    .append('\n');
            if (!plain) {
                List<String> dashes =
                        columns.stream().map(DatabaseColumn::dashes).toList();
                out.append(row(columns, dashes, plain, delimiter)).append(end).append('\n');
            }
        }
        for (JobRecord r : records(line)) {
            for (Optional<JobRecord.StepRecord> step : lines(r, line)) {
                List<String> values = columns.stream()
                        .map(c -> SacctFields.value(canonical(c.name()), r, step, conf, clock()))
                        .toList();
                out.append(row(columns, values, plain, delimiter)).append(end).append('\n');
            }
        }
        return Reply.Answer.ok(out.toString());
    }

    private Reply json(GetOpt.Line line) throws Misused {
        JsonAnswer json = new JsonAnswer(controller, call, line.get("json", ""));
        List<JsonForm> jobs = new ArrayList<>();
        for (JobRecord r : records(line)) {
            jobs.add(new JsonRecord(controller, r).form(!line.has("allocations")));
        }
        return controller.conf().release() == SlurmRelease.V22_05
                ? json.old("sacct", jobs, jobs.isEmpty() ? JsonAnswer.error("nothing") : List.of())
                : json.recent("sacct", json.line(), jobs, Optional.empty());
    }

    /** What sacct sees without asking the database. */
    private void check(GetOpt.Line line) throws Misused {
        for (String id : line.get("jobs", "").isEmpty() ? List.<String>of() : JobIds.split(line.get("jobs", ""))) {
            if (JobIds.of(id).isEmpty()) {
                throw new Misused("sacct: fatal: Bad job/step specified: " + id + "\n", 1);
            }
        }
        for (String state : words(line, "state")) {
            if (!isState(state)) {
                throw new Misused("sacct: fatal: unrecognized job state value '" + state + "'\n", 1);
            }
        }
        for (String user : words(line, "user")) {
            if (!controller.knowsUser(user)) {
                throw new Misused("sacct: error: Invalid user id: " + user + "\n", 1);
            }
        }
        List<String> known = controller.conf().users().qos();
        for (String qos : words(line, "qos")) {
            if (!known.contains(qos)) {
                throw new Misused(
                        "sacct: error: You gave a bad qos '" + qos + "'. Valid QOS's are " + String.join(",", known)
                                + "\nsacct: fatal: problem processing qos list\n",
                        1);
            }
        }
        Optional<Instant> from = point(line, "starttime");
        Optional<Instant> until = point(line, "endtime");
        if (from.isPresent() && until.isPresent() && from.get().isAfter(until.get())) {
            throw new Misused(
                    "sacct: error: Start time (" + clock().print(from.get()) + ") requested is after end time ("
                            + clock().print(until.get()) + ").\n",
                    1);
        }
    }

    private static boolean isState(String word) {
        String upper = word.toUpperCase(Locale.ROOT);
        for (JobState s : JobState.values()) {
            if (s.name().equals(upper) || s.code().equals(upper)) {
                return true;
            }
        }
        return false;
    }

    private String canonical(String name) {
        return SacctFields.names(controller.conf().release()).getOrDefault(name.toLowerCase(Locale.ROOT), name);
    }

    private SacctFields.Clock clock() {
        return new SacctFields.Clock() {
            @Override
            public Instant now() {
                return controller.now();
            }

            @Override
            public String print(Instant time) {
                return Times.print(time, call.environment(), controller.conf().zone());
            }
        };
    }

    private List<DatabaseColumn> columns(String format) throws Misused {
        NavigableMap<String, String> known = SacctFields.names(controller.conf().release());
        List<DatabaseColumn> columns = new ArrayList<>();
        if (format.isEmpty()) {
            return columns;
        }
        for (String item : format.split(",", -1)) {
            String[] parts = item.strip().split("%", 2);
            String typed = parts[0].toLowerCase(Locale.ROOT);
            Map.Entry<String, String> first = known.ceilingEntry(typed);
            if (typed.equals("all")) {
                throw new Unsupported("sacct --format=ALL");
            }
            if (typed.isEmpty() || first == null || !first.getKey().startsWith(typed)) {
                throw new Misused("sacct: error: Invalid field requested: \"" + parts[0] + "\"\n", 1);
            }
            int width = DatabaseColumn.width(List.of(parts), SacctFields.width(first.getValue()));
            columns.add(new DatabaseColumn(first.getValue(), width));
        }
        return columns;
    }

    private static String header(List<DatabaseColumn> columns) {
        List<String> cells = new ArrayList<>();
        for (DatabaseColumn c : columns) {
            int width = Math.abs(c.width());
            cells.add(c.fit(c.name().substring(0, Math.min(width, c.name().length()))));
        }
        return String.join(" ", cells);
    }

    private static String row(List<DatabaseColumn> columns, List<String> values, boolean plain, String delimiter) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            cells.add(plain ? values.get(i) : columns.get(i).fit(values.get(i)));
        }
        return String.join(delimiter, cells);
    }

    private List<JobRecord> records(GetOpt.Line line) throws Misused {
        List<JobIds> ids = line.get("jobs", "").isEmpty() ? List.of() : JobIds.parse(line.get("jobs", ""));
        Instant from = point(line, "starttime").orElse(ids.isEmpty() ? midnight() : Instant.EPOCH);
        Instant until = point(line, "endtime").orElse(controller.now());
        List<String> states = words(line, "state").stream()
                .map(s -> s.toUpperCase(Locale.ROOT))
                .toList();
        List<String> names = words(line, "name");
        List<String> accounts = words(line, "account");
        List<String> partitions = words(line, "partition");
        List<String> users = words(line, "user");
        List<String> nodes = line.has("nodelist") ? HostList.expand(line.get("nodelist", "")) : List.of();
        Map<Long, JobRecord> latest = new LinkedHashMap<>();
        List<JobRecord> all = new ArrayList<>();
        for (JobRecord r : database.records(controller.now())) {
            boolean asked = ids.isEmpty()
                    ? !states.isEmpty() || overlaps(r, from, until)
                    : ids.stream().anyMatch(i -> i.matches(r));
            boolean own = r.request().user.equals(controller.conf().users().user());
            boolean mine =
                    users.isEmpty() ? own || line.has("allusers") || !ids.isEmpty() : users.contains(r.request().user);
            boolean named = (names.isEmpty() || names.contains(r.name()))
                    && (accounts.isEmpty() || accounts.contains(r.account()))
                    && (partitions.isEmpty() || partitions.contains(r.partition()))
                    && (nodes.isEmpty() || r.shares().stream().anyMatch(s -> nodes.contains(s.node())))
                    && (states.isEmpty() || states.stream().anyMatch(s -> wasIn(r, s, from, until)));
            if (asked && mine && named) {
                all.add(r);
                latest.put(r.id(), r);
            }
        }
        return line.has("duplicates") ? all : sorted(latest);
    }

    /** The tasks of an array stand by their numbers, what has not become a job last. */
    private static List<JobRecord> sorted(Map<Long, JobRecord> latest) {
        List<JobRecord> rows = new ArrayList<>(latest.values());
        rows.sort(java.util.Comparator.<JobRecord>comparingLong(r -> r.arrayId() == 0 ? r.id() : r.arrayId())
                .thenComparing(r -> task(r.printedId())));
        return rows;
    }

    private static int task(String printedId) {
        String task = printedId.substring(printedId.indexOf('_') + 1);
        return printedId.indexOf('_') < 0 || !task.matches("\\d+") ? Integer.MAX_VALUE : Integer.parseInt(task);
    }

    /** Whether it was in a state at some time between two times. */
    private static boolean wasIn(JobRecord r, String state, Instant from, Instant until) {
        Instant end = r.end().orElse(Instant.MAX);
        return switch (state) {
            case "PENDING", "PD" ->
                r.eligible().filter(e -> !e.isAfter(until)).isPresent()
                        && !r.start().orElse(end).isBefore(from);
            case "RUNNING", "R" ->
                !r.shares().isEmpty()
                        && r.start().filter(s -> !s.isAfter(until)).isPresent()
                        && !end.isBefore(from);
            default -> {
                String word = r.state().split(" ", 2)[0];
                boolean same =
                        word.equals(state) || JobState.valueOf(word).code().equals(state);
                yield same
                        && !end.isBefore(from)
                        && !r.end().orElse(Instant.MIN).isAfter(until);
            }
        };
    }

    /** Whether there was a time between two times at which it might have run, or did. */
    private static boolean overlaps(JobRecord r, Instant from, Instant until) {
        return r.eligible().filter(e -> !e.isAfter(until)).isPresent()
                && r.end().filter(e -> e.isBefore(from)).isEmpty();
    }

    private static List<String> words(GetOpt.Line line, String option) {
        return line.has(option) ? List.of(line.get(option, "").split(",", -1)) : List.of();
    }

    private Instant midnight() {
        return Times.point("today", controller.now(), controller.conf().zone()).orElseThrow();
    }

    private Optional<Instant> point(GetOpt.Line line, String option) throws Misused {
        if (!line.has(option)) {
            return Optional.empty();
        }
        String text = line.get(option, "");
        Optional<Instant> time =
                Times.point(text, controller.now(), controller.conf().zone());
        if (time.isEmpty()) {
            throw new Misused(Times.complaint(text), 1);
        }
        return time;
    }

    private static List<Optional<JobRecord.StepRecord>> lines(JobRecord r, GetOpt.Line line) {
        List<Optional<JobRecord.StepRecord>> lines = new ArrayList<>();
        Optional<String> onlyStep = JobIds.parse(line.get("jobs", "")).stream()
                .filter(i -> i.matches(r))
                .flatMap(i -> i.step().stream())
                .findFirst();
        if (onlyStep.isEmpty()) {
            lines.add(Optional.empty());
        }
        if (!line.has("allocations")) {
            r.steps().stream()
                    .filter(s -> onlyStep.isEmpty() || onlyStep.get().equals(s.id()))
                    .forEach(s -> lines.add(Optional.of(s)));
        }
        return lines;
    }
}
