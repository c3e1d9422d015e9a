package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** scontrol update, as a user may use it: of one's own jobs. */
final class ScontrolUpdate {
    private static final String DENIED = "Access/permission denied";

    /** What real Slurm takes beside what is supported. */
    private static final List<String> OTHER_FIELDS = List.of(
            "admincomment",
            "arraytaskthrottle",
            "burstbuffer",
            "clusterfeatures",
            "contiguous",
            "corespec",
            "cpuspertask",
            "deadline",
            "delayboot",
            "dependency",
            "eligibletime",
            "endtime",
            "excnodelist",
            "extra",
            "features",
            "gres",
            "licenses",
            "mailtype",
            "mailuser",
            "mincpusnode",
            "minmemorycpu",
            "minmemorynode",
            "mintmpdisknode",
            "nodelist",
            "numcpus",
            "numnodes",
            "numtasks",
            "oversubscribe",
            "prefer",
            "qos",
            "reqcores",
            "reqnodelist",
            "reqnodes",
            "reqprocs",
            "reservationname",
            "resetaccruetime",
            "sitefactor",
            "starttime",
            "stderr",
            "stdin",
            "stdout",
            "switches",
            "timemin",
            "userid",
            "waitforswitch",
            "wckey",
            "workdir");

    private final Controller controller;

    ScontrolUpdate(Controller controller) {
        this.controller = controller;
    }

    /** The job that an update is of. */
    static String job(List<String> words) throws Misused {
        Map<String, String> pairs = pairs(words);
        return pairs.getOrDefault("jobid", pairs.getOrDefault("job", ""));
    }

    private static Map<String, String> pairs(List<String> words) throws Misused {
        if (words.isEmpty()) {
            throw new Misused("too few arguments for update keyword\n", 1);
        }
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String word : words) {
            int eq = word.indexOf('=');
            pairs.put(
                    word.substring(0, Math.max(eq, 0)).toLowerCase(Locale.ROOT),
                    eq < 0 ? word : word.substring(eq + 1));
        }
        return pairs;
    }

    Reply run(List<String> words) throws Misused {
        Map<String, String> pairs = pairs(words);
        if (pairs.keySet().stream().anyMatch(k -> k.startsWith("node") || k.startsWith("partitionname"))) {
            return Reply.Answer.failed("slurm_update error: Invalid user id\n", 1);
        }
        String id = pairs.containsKey("jobid") ? pairs.remove("jobid") : pairs.remove("job");
        if (id == null) {
            throw new Misused(
                    "No valid entity in update command\nInput line must include \"NodeName\", \"PartitionName\","
                            + " \"Reservation\", \"JobId\", or \"SlurmctldDebug\"\n",
                    1);
        }
        check(pairs);
        return update(id, pairs);
    }

    /** What scontrol sees without asking the controller. */
    private static void check(Map<String, String> pairs) throws Misused {
        for (Map.Entry<String, String> pair : pairs.entrySet()) {
            String field = pair.getKey();
            if (field.isEmpty()) {
                throw new Misused("Invalid input: " + pair.getValue() + "\nRequest aborted\n", 1);
            }
            if (OTHER_FIELDS.contains(field)) {
                throw new Unsupported("scontrol update " + field);
            }
            if (field.equals("timelimit") && Times.limit(pair.getValue()).isEmpty()) {
                if (pair.getValue().matches("[+-].*")) {
                    throw new Unsupported("scontrol update timelimit=" + pair.getValue());
                }
                throw new Misused("scontrol: error: Invalid TimeLimit value\n", 1);
            }
            if (!List.of(
                            "timelimit",
                            "comment",
                            "name",
                            "jobname",
                            "requeue",
                            "partition",
                            "account",
                            "priority",
                            "nice")
                    .contains(field)) {
                throw new Misused(
                        "Update of this parameter is not supported: " + field + "=" + pair.getValue()
                                + "\nRequest aborted\n",
                        1);
            }
        }
        if (pairs.isEmpty()) {
            throw new Misused("No changes specified\n", 1);
        }
    }

    private Reply update(String text, Map<String, String> pairs) {
        Optional<JobIds> id = JobIds.of(text);
        List<Job> jobs = controller.jobs().stream()
                .filter(j -> id.filter(i -> i.matches(j)).isPresent())
                .toList();
        Optional<String> complaint = jobs.isEmpty() ? Optional.of(SlurmTexts.INVALID_JOB_ID) : Optional.empty();
        for (Job j : jobs) {
            complaint = complaint.or(() -> update(j, pairs));
        }
        return complaint
                .<Reply>map(c -> Reply.Answer.failed(c + " for job " + text + "\n", 1))
                .orElse(Reply.Answer.ok(""));
    }

    private Optional<String> update(Job j, Map<String, String> pairs) {
        if (!j.request.user.equals(controller.conf().users().user())) {
            return Optional.of("Invalid user id");
        }
        if (j.state.isOver()) {
            return Optional.of(ScontrolJobs.FINISHED);
        }
        for (Map.Entry<String, String> pair : pairs.entrySet()) {
            Optional<String> complaint = update(j, pair.getKey(), pair.getValue());
            if (complaint.isPresent()) {
                return complaint;
            }
        }
        controller.queue().changed(j);
        return Optional.empty();
    }

    private Optional<String> update(Job j, String field, String value) {
        switch (field) {
            case "timelimit" -> {
                Duration limit = Times.limit(value).orElseThrow();
                // only an administrator may give a job more than it has, or, before it runs, more than all may have
                Duration most =
                        j.state == JobState.PENDING ? j.partition.maxTime().orElse(Job.UNLIMITED) : j.timeLimit;
                if (limit.compareTo(most) > 0) {
                    return Optional.of(DENIED);
                }
                j.timeLimit = limit;
            }
            case "comment" -> j.comment = Optional.of(value);
            case "name", "jobname" -> j.name = value;
            case "requeue" -> j.requeue = !value.equals("0");
            case "nice" -> {
                if (SbatchValues.leadingNumber(value) < j.nice) {
                    return Optional.of(DENIED);
                }
                j.nice = (int) SbatchValues.leadingNumber(value);
            }
            case "priority" -> {
                return Optional.of(j.held == Job.Held.NO ? DENIED : "Job is in held state, pending scheduler release");
            }
            case "partition" -> {
                if (controller.partitions().stream().anyMatch(p -> p.name().equals(value))) {
                    throw new Unsupported("scontrol update partition");
                }
                return Optional.of("Invalid partition name specified");
            }
            default -> {
                List<String> accounts = controller.conf().users().accounts();
                if (accounts.isEmpty() || accounts.contains(value)) {
                    throw new Unsupported("scontrol update account");
                }
                return Optional.of("Invalid account or account/partition combination specified");
            }
        }
        return Optional.empty();
    }
}
