package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** scontrol: which verb is meant, and what it shows. */
final class Scontrol {
    private static final String OPTIONS = """
            oneliner/o quiet/Q verbose/v version/V all/a
            !clusters/M= !details/d !federation/F !future !help/h !hide !local !sibling !uid/u=
            """;
    private static final GetOpt OLD = new GetOpt("scontrol", false, 1, OPTIONS);
    private static final GetOpt RECENT = new GetOpt("scontrol", false, 1, OPTIONS, "json? !yaml?");

    /** What there is beside the verbs that are supported. */
    private static final List<String> OTHER_VERBS = List.of(
            "abort",
            "cancel_reboot",
            "cluster",
            "completing",
            "create",
            "delete",
            "details",
            "errnumstr",
            "exit",
            "fsdampeningfactor",
            "getaddrs",
            "help",
            "hide",
            "holdu",
            "listjobs",
            "listpids",
            "liststeps",
            "notify",
            "oneliner",
            "pidinfo",
            "power",
            "quiet",
            "quit",
            "reboot",
            "schedloglevel",
            "setdebug",
            "setdebugflags",
            "shutdown",
            "takeover",
            "token",
            "top",
            "verbose",
            "wait_job",
            "write");

    /** How much of its name each must be called by at least. */
    private static final Map<String, Integer> ENTITIES =
            Map.of("config", 1, "jobs", 1, "jobid", 4, "licenses", 2, "nodes", 1, "partitions", 2, "reservations", 1);

    private static final List<String> OTHER_ENTITIES = List.of(
            "aliases",
            "assoc_mgr",
            "bbstat",
            "burstbuffer",
            "daemons",
            "dwstat",
            "federation",
            "frontend",
            "slurmd",
            "step",
            "steps",
            "topology",
            "topo",
            "topoconf");

    private final Controller controller;
    private final Invocation call;
    private boolean oneLine;
    private Optional<JsonAnswer> json = Optional.empty();

    Scontrol(Controller controller, Invocation call) {
        this.controller = controller;
        this.call = call;
    }

    Reply run(boolean controllerAnswers) throws Misused {
        boolean old = controller.conf().release() == SlurmRelease.V22_05;
        GetOpt.Line line = (old ? OLD : RECENT).parse(call.arguments());
        String version = "slurm-wlm " + controller.conf().release().version() + "\n";
        if (line.has("version")) {
            return Reply.Answer.ok(version);
        }
        oneLine = line.has("oneliner");
        json = line.has("json")
                ? Optional.of(new JsonAnswer(controller, call, line.get("json", "")))
                : Optional.empty();
        List<String> words = line.operands();
        if (words.isEmpty()) {
            throw new Unsupported("scontrol without a command");
        }
        String verb = words.get(0).toLowerCase(Locale.ROOT);
        List<String> rest = words.subList(1, words.size());
        if (verb.equals("version")) {
            return Reply.Answer.ok(version);
        }
        if (verb.equals("ping") && json.isPresent()) {
            throw new Unsupported("scontrol ping --json");
        }
        if (verb.equals("ping")) {
            return new Reply.Answer(
                    "Slurmctld(primary) at " + controller.conf().controller() + " is "
                            + (controllerAnswers ? "UP" : "DOWN") + "\n",
                    "",
                    controllerAnswers ? 0 : 1);
        }
        if (verb.equals("show")) {
            return show(words, controllerAnswers);
        }
        return change(verb, rest, controllerAnswers);
    }

    private Reply change(String verb, List<String> rest, boolean controllerAnswers) throws Misused {
        ScontrolJobs jobs = new ScontrolJobs(controller);
        boolean ofJobs = List.of("hold", "uhold", "release", "requeue", "requeuehold", "suspend", "resume")
                .contains(verb);
        if (ofJobs && rest.isEmpty()) {
            return Reply.Answer.failed("too few arguments for keyword:" + verb + "\n", 1);
        }
        if (OTHER_VERBS.contains(verb)) {
            throw new Unsupported("scontrol " + verb);
        }
        if (!ofJobs && !verb.equals("update") && !verb.equals("reconfigure")) {
            return Reply.Answer.failed("invalid keyword: " + verb + "\n", 1);
        }
        if (!controllerAnswers) {
            return noController(verb, rest);
        }
        return switch (verb) {
            case "hold", "uhold" -> jobs.hold(rest, Job.Held.USER);
            case "release" -> jobs.hold(rest, Job.Held.NO);
            case "requeue" -> jobs.requeue(rest, false);
            case "requeuehold" -> jobs.requeue(rest, true);
            case "suspend", "resume" -> jobs.suspend(rest);
            case "reconfigure" -> Reply.Answer.failed("slurm_reconfigure error: Invalid user id\n", 1);
            default -> new ScontrolUpdate(controller).run(rest);
        };
    }

    private Reply show(List<String> words, boolean controllerAnswers) throws Misused {
        List<String> rest = words.subList(1, words.size());
        if (rest.isEmpty()) {
            return Reply.Answer.failed("too few arguments for keyword:show\n", 1);
        }
        if (rest.size() > 2) {
            return Reply.Answer.failed("too many arguments for keyword:show\n", 1);
        }
        String what = rest.get(0).toLowerCase(Locale.ROOT);
        Optional<String> id = rest.size() > 1 ? Optional.of(rest.get(1)) : Optional.empty();
        int eq = what.indexOf('=');
        if (eq > 0) {
            id = Optional.of(rest.get(0).substring(eq + 1));
            what = what.substring(0, eq);
        }
        if (what.startsWith("host")) {
            return hosts(what, id);
        }
        if (OTHER_ENTITIES.contains(what)) {
            throw new Unsupported("scontrol show " + what);
        }
        what = entity(what);
        if (!controllerAnswers && what.startsWith("job") && json.isPresent()) {
            // which says nothing of it
            return json.get().recent("job by id", words, List.of(), Optional.empty());
        }
        if (!controllerAnswers) {
            return noController(what);
        }
        if (json.isPresent() && !what.equals("config")) {
            return json(json.get(), what, id, words);
        }
        ScontrolText text = new ScontrolText(controller, call, oneLine);
        return switch (what) {
            case "jobs", "jobid" -> showJobs(id, text);
            case "nodes" -> showNodes(id, text);
            case "partitions" -> showPartitions(id, text);
            case "reservations" -> Reply.Answer.ok("No reservations in the system\n");
            case "licenses" -> licenses();
            case "config" -> Reply.Answer.ok(text.config());
            default -> Reply.Answer.failed("invalid entity:" + what + " for keyword:show \n", 1);
        };
    }

    /** What a word stands for that may be cut short, such as {@code part}. */
    private static String entity(String typed) {
        return ENTITIES.entrySet().stream()
                .filter(e -> e.getKey().startsWith(typed) && typed.length() >= e.getValue())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(typed);
    }

    private Reply json(JsonAnswer answer, String what, Optional<String> id, List<String> words) {
        JsonNode nodes = new JsonNode(controller);
        return switch (what) {
            case "jobs", "jobid" -> {
                Optional<JobIds> asked = id.flatMap(JobIds::of);
                List<JsonForm> jobs = controller.jobs().stream()
                        .filter(j ->
                                id.isEmpty() || asked.filter(a -> a.matches(j)).isPresent())
                        .map(j -> JsonJob.of(controller, j))
                        .toList();
                // of a single job it doesn't say how new it is
                yield answer.recent(id.isPresent() ? "job by id" : "jobs", words, jobs, Optional.empty());
            }
            case "nodes" ->
                answer.recent(
                        "nodes",
                        words,
                        id
                                .map(HostList::expand)
                                .orElse(List.copyOf(controller.nodes().keySet()))
                                .stream()
                                .flatMap(name ->
                                        Optional.ofNullable(controller.nodes().get(name)).stream())
                                .map(nodes::node)
                                .toList(),
                        Optional.of("No nodes to dump"));
            case "partitions" ->
                answer.recent(
                        "partitions",
                        words,
                        controller.partitions().stream()
                                .filter(p -> id.isEmpty() || id.get().equals(p.name()))
                                .map(nodes::partition)
                                .toList(),
                        Optional.of("No partitions to dump"));
            case "reservations" -> answer.recent("reservations", words, List.of(), Optional.empty());
            default -> throw new Unsupported("scontrol show " + what + " --json");
        };
    }

    private Reply noController(String verb, List<String> rest) throws Misused {
        if (verb.equals("reconfigure")) {
            return Reply.Answer.failed("slurm_reconfigure error: " + SlurmTexts.NO_CONTROLLER + "\n", 1);
        }
        String why = "Unexpected message received";
        String word = verb.equals("update") ? ScontrolUpdate.job(rest) : rest.get(0);
        boolean hold = List.of("hold", "uhold", "release").contains(verb);
        return Reply.Answer.failed(
                why + " for job " + word + "\n" + (hold ? "slurm_suspend error: " + why + "\n" : ""), 1);
    }

    private static Reply noController(String what) {
        String function = what.startsWith("job")
                ? "slurm_load_jobs"
                : what.startsWith("node")
                        ? "slurm_load_node"
                        : what.startsWith("part")
                                ? "slurm_load_partitions"
                                : what.startsWith("res") ? "slurm_load_reservations" : "slurm_load_ctl_conf";
        return Reply.Answer.failed(function + " error: " + SlurmTexts.NO_CONTROLLER + "\n", 1);
    }

    private Reply hosts(String what, Optional<String> list) {
        String asked = list.orElse(call.env("SLURM_NODELIST", ""));
        if (what.startsWith("hostname")) {
            if (asked.isEmpty()) {
                return list.isPresent()
                        ? Reply.Answer.ok("")
                        : Reply.Answer.failed("scontrol: error: host list is empty\n", 0);
            }
            return Reply.Answer.ok(String.join("\n", HostList.expand(asked)) + "\n");
        }
        List<String> names = HostList.expand(list.orElseThrow(() -> new Unsupported("scontrol show " + what)));
        String compressed = HostList.compress(names);
        boolean inOrder = HostList.expand(compressed).equals(names);
        boolean distinct = new TreeSet<>(names).size() == names.size();
        if (!distinct || (!inOrder && !what.equals("hostlistsorted"))) {
            throw new Unsupported("scontrol show " + what + " of names out of order");
        }
        return Reply.Answer.ok(compressed + "\n");
    }

    private Reply licenses() {
        if (!controller.conf().setting("Licenses", "").isEmpty()) {
            throw new Unsupported("licenses");
        }
        return Reply.Answer.ok("No licenses configured in Slurm.\n");
    }

    private Reply showJobs(Optional<String> id, ScontrolText text) {
        Optional<JobIds> asked = id.flatMap(JobIds::of);
        if (id.isPresent() && asked.isEmpty()) {
            return Reply.Answer.failed("scontrol_print_job error: " + SlurmTexts.INVALID_JOB_ID + "\n", 1);
        }
        List<Job> jobs = controller.jobs().stream()
                .filter(j -> asked.isEmpty() || asked.get().matches(j))
                .toList();
        if (jobs.isEmpty() && asked.isEmpty()) {
            return Reply.Answer.ok("No jobs in the system\n");
        }
        if (jobs.isEmpty()) {
            boolean arrayIsKnown = !controller.jobsOf(asked.get().job()).isEmpty();
            return arrayIsKnown
                    ? new Reply.Answer("Job " + id.get() + " not found\n", "", 1)
                    : Reply.Answer.failed("slurm_load_jobs error: " + SlurmTexts.INVALID_JOB_ID + "\n", 1);
        }
        StringBuilder out = new StringBuilder();
        jobs.forEach(j -> out.append(text.job(j, asked.flatMap(JobIds::task))));
        return Reply.Answer.ok(out.toString());
    }

    private Reply showNodes(Optional<String> id, ScontrolText text) {
        StringBuilder out = new StringBuilder();
        List<String> names =
                id.map(HostList::expand).orElse(List.copyOf(controller.nodes().keySet()));
        for (String name : names) {
            Node node = controller.nodes().get(name);
            if (node == null) {
                return new Reply.Answer(out + "Node " + name + " not found\n", "", 1);
            }
            out.append(text.node(node));
        }
        return Reply.Answer.ok(out.toString());
    }

    private Reply showPartitions(Optional<String> id, ScontrolText text) {
        StringBuilder out = new StringBuilder();
        for (PartitionConf p : controller.partitions()) {
            if (id.isEmpty() || id.get().equals(p.name())) {
                out.append(text.partition(p));
            }
        }
        return out.isEmpty()
                ? new Reply.Answer("Partition " + id.orElse("") + " not found\n", "", 1)
                : Reply.Answer.ok(out.toString());
    }
}
