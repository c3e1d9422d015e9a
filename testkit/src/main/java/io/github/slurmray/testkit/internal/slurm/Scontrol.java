package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** scontrol. */
final class Scontrol {
    private static final GetOpt SYNTAX = new GetOpt("scontrol", true, 1, """
            oneliner/o details/d quiet/Q verbose/v version/V all/a
            !clusters/M= !federation/F !future !help/h !hide !json? !local !sibling !uid/u= !yaml?
            """);

    private final Controller controller;
    private final Invocation call;
    private boolean oneLine;

    Scontrol(Controller controller, Invocation call) {
        this.controller = controller;
        this.call = call;
    }

    Reply run(boolean controllerAnswers) throws Misused {
        GetOpt.Line line = SYNTAX.parse(call.arguments());
        if (line.has("version")) {
            return Reply.Answer.ok("slurm-wlm " + controller.conf().release().version() + "\n");
        }
        oneLine = line.has("oneliner");
        List<String> words = line.operands();
        String verb = words.isEmpty() ? "" : words.get(0).toLowerCase(Locale.ROOT);
        List<String> rest = words.isEmpty() ? List.of() : words.subList(1, words.size());
        if (verb.equals("ping")) {
            return new Reply.Answer(
                    "Slurmctld(primary) at " + controller.conf().controller() + " is "
                            + (controllerAnswers ? "UP" : "DOWN") + "\n",
                    "",
                    controllerAnswers ? 0 : 1);
        }
        if (verb.equals("show")
                && !rest.isEmpty()
                && rest.get(0).toLowerCase(Locale.ROOT).startsWith("hostname")) {
            return hostnames(rest.subList(1, rest.size()));
        }
        if (!controllerAnswers) {
            return noController(verb, rest);
        }
        return switch (verb) {
            case "show" -> show(rest);
            case "hold", "uhold" -> each(verb, rest, j -> hold(j, Job.Held.USER));
            case "release" -> each(verb, rest, j -> hold(j, Job.Held.NO));
            case "requeue" -> each(verb, rest, j -> requeue(j, false));
            case "requeuehold" -> each(verb, rest, j -> requeue(j, true));
            case "update" -> update(rest);
            default -> throw new Unsupported("scontrol " + verb);
        };
    }

    private static Reply noController(String verb, List<String> rest) {
        if (verb.equals("show")) {
            String what = rest.isEmpty() ? "" : rest.get(0).toLowerCase(Locale.ROOT);
            String function = what.startsWith("job")
                    ? "slurm_load_jobs"
                    : what.startsWith("node")
                            ? "slurm_load_node"
                            : what.startsWith("part") ? "slurm_load_partitions" : "slurm_load_ctl_conf";
            return Reply.Answer.failed(function + " error: " + SlurmTexts.NO_CONTROLLER + "\n", 1);
        }
        return Reply.Answer.failed(SlurmTexts.NO_CONTROLLER + "\n", 1);
    }

    private Reply hostnames(List<String> lists) {
        List<String> asked = lists.isEmpty() ? List.of(call.env("SLURM_JOB_NODELIST", "")) : lists;
        StringBuilder out = new StringBuilder();
        for (String list : asked) {
            HostList.expand(list).forEach(h -> out.append(h).append('\n'));
        }
        return Reply.Answer.ok(out.toString());
    }

    private Reply show(List<String> rest) {
        String what = rest.isEmpty() ? "" : rest.get(0).toLowerCase(Locale.ROOT);
        Optional<String> id = rest.size() > 1 ? Optional.of(rest.get(1)) : Optional.empty();
        int eq = what.indexOf('=');
        if (eq > 0) {
            id = Optional.of(rest.get(0).substring(eq + 1));
            what = what.substring(0, eq);
        }
        ScontrolText text = new ScontrolText(controller, call, oneLine);
        return switch (what) {
            case "job", "jobs", "jobid" -> showJobs(id, text);
            case "node", "nodes" -> showNodes(id, text);
            case "partition", "partitions" -> showPartitions(id, text);
            case "config" -> Reply.Answer.ok(config());
            default -> throw new Unsupported("scontrol show " + what);
        };
    }

    private Reply showJobs(Optional<String> id, ScontrolText text) {
        Optional<JobIds> asked = id.flatMap(JobIds::of);
        List<Job> jobs = controller.jobs().stream()
                .filter(j -> id.isEmpty() || asked.filter(a -> a.matches(j)).isPresent())
                .toList();
        if (jobs.isEmpty()) {
            return id.isEmpty()
                    ? Reply.Answer.ok("No jobs in the system\n")
                    : Reply.Answer.failed("slurm_load_jobs error: " + SlurmTexts.INVALID_JOB_ID + "\n", 1);
        }
        StringBuilder out = new StringBuilder();
        jobs.forEach(j -> out.append(text.job(j)));
        return Reply.Answer.ok(out.toString());
    }

    private Reply showNodes(Optional<String> id, ScontrolText text) {
        StringBuilder out = new StringBuilder();
        List<String> names =
                id.map(HostList::expand).orElse(List.copyOf(controller.nodes().keySet()));
        for (String name : names) {
            Node node = controller.nodes().get(name);
            if (node == null) {
                return new Reply.Answer(out.toString(), "Node " + name + " not found\n", 1);
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
                ? Reply.Answer.failed("Partition " + id.orElse("") + " not found\n", 1)
                : Reply.Answer.ok(out.toString());
    }

    private String config() {
        SiteConf conf = controller.conf();
        Map<String, String> lines = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        lines.put("ClusterName", conf.clusterName());
        lines.put("EnforcePartLimits", conf.setting("EnforcePartLimits", "NO"));
        lines.put("GresTypes", conf.setting("GresTypes", "(null)"));
        lines.put("KillWait", conf.killWait().toSeconds() + " sec");
        lines.put("MaxArraySize", Integer.toString(conf.maxArraySize()));
        lines.put("MinJobAge", conf.minJobAge().toSeconds() + " sec");
        lines.put("SLURM_VERSION", conf.release().version());
        lines.put("SlurmctldHost[0]", conf.setting("SlurmctldHost", "ctl"));
        lines.put("SlurmdTimeout", conf.slurmdTimeout().toSeconds() + " sec");
        lines.put("AccountingStoreFlags", conf.setting("AccountingStoreFlags", "(null)"));
        lines.put("AccountingStorageHost", conf.databaseHost());
        StringBuilder out = new StringBuilder(
                "Configuration data as of " + Times.print(controller.now(), call.environment(), conf.zone()) + "\n");
        lines.forEach((k, v) -> out.append(String.format(Locale.ROOT, "%-23s = %s%n", k, v)));
        return out.append('\n').toString();
    }

    // ---------------------------------------------------------------- changes

    /** Something done to a job; the answer is what stands in its way. */
    private interface Change {
        Optional<String> to(Job j);
    }

    private Reply each(String verb, List<String> ids, Change change) {
        if (ids.isEmpty()) {
            return Reply.Answer.failed("too few arguments for keyword:" + verb + "\n", 1);
        }
        StringBuilder err = new StringBuilder();
        for (String word : String.join(",", ids).split(",", -1)) {
            Optional<JobIds> id = JobIds.of(word.replaceFirst("^(?i)jobid=", ""));
            List<Job> jobs = controller.jobs().stream()
                    .filter(j -> id.filter(i -> i.matches(j)).isPresent())
                    .toList();
            if (jobs.isEmpty()) {
                err.append(SlurmTexts.INVALID_JOB_ID)
                        .append(" for job ")
                        .append(word)
                        .append('\n');
            }
            jobs.forEach(j -> change.to(j)
                    .ifPresent(
                            e -> err.append(e).append(" for job ").append(word).append('\n')));
        }
        return new Reply.Answer("", err.toString(), err.isEmpty() ? 0 : 1);
    }

    private Optional<String> hold(Job j, Job.Held by) {
        if (j.state.isOver()) {
            return Optional.of("Job/step already completing or completed");
        }
        if (j.state == JobState.PENDING) {
            controller.hold(j, by);
        }
        return Optional.empty();
    }

    private Optional<String> requeue(Job j, boolean hold) {
        if (j.state == JobState.PENDING) {
            return Optional.of("Job is pending execution");
        }
        if (!j.requeue) {
            return Optional.of("Requested operation is presently disabled");
        }
        controller.requeue(j, hold);
        return Optional.empty();
    }

    private Reply update(List<String> words) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String word : words) {
            int eq = word.indexOf('=');
            if (eq < 0) {
                throw new Unsupported("scontrol update " + word);
            }
            pairs.put(word.substring(0, eq).toLowerCase(Locale.ROOT), word.substring(eq + 1));
        }
        String id = pairs.containsKey("jobid") ? pairs.remove("jobid") : pairs.remove("job");
        if (id == null) {
            throw new Unsupported("scontrol update of anything but jobs");
        }
        return each("update", List.of(id), j -> update(j, pairs));
    }

    private Optional<String> update(Job j, Map<String, String> pairs) {
        if (j.state.isOver()) {
            return Optional.of("Job/step already completing or completed");
        }
        for (Map.Entry<String, String> pair : pairs.entrySet()) {
            switch (pair.getKey()) {
                case "timelimit" -> {
                    Optional<java.time.Duration> limit = Times.limit(pair.getValue());
                    if (limit.isEmpty()) {
                        return Optional.of("Invalid TimeLimit value");
                    }
                    // only an administrator may give a job more
                    if (limit.get().compareTo(j.timeLimit) > 0) {
                        return Optional.of("Access/permission denied");
                    }
                    j.timeLimit = limit.get();
                }
                case "comment" -> j.comment = Optional.of(pair.getValue());
                case "name", "jobname" -> j.name = pair.getValue();
                case "requeue" -> j.requeue = !pair.getValue().equals("0");
                default -> throw new Unsupported("scontrol update " + pair.getKey());
            }
        }
        controller.changed(j);
        return Optional.empty();
    }
}
