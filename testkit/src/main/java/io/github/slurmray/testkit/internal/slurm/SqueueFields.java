package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.SlurmRelease;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** squeue's fields: their letters, names and headers, and what they hold of a job. */
final class SqueueFields {
    /** The letters of the names that {@code squeue -O} takes. */
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("account", "a"),
            Map.entry("arrayjobid", "F"),
            Map.entry("arraytaskid", "K"),
            Map.entry("batchhost", "B"),
            Map.entry("command", "o"),
            Map.entry("comment", "k"),
            Map.entry("dependency", "E"),
            Map.entry("endtime", "e"),
            Map.entry("feature", "f"),
            Map.entry("groupid", "G"),
            Map.entry("groupname", "g"),
            Map.entry("jobarrayid", "i"),
            Map.entry("jobid", "A"),
            Map.entry("minmemory", "m"),
            Map.entry("name", "j"),
            Map.entry("nice", "y"),
            Map.entry("nodelist", "N"),
            Map.entry("numcpus", "C"),
            Map.entry("numnodes", "D"),
            Map.entry("partition", "P"),
            Map.entry("priority", "p"),
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
            Map.entry("userid", "U"),
            Map.entry("username", "u"),
            Map.entry("workdir", "Z"));

    /** What real Slurm knows beside these. */
    private static final List<String> OTHER_NAMES = List.of(
            "accruetime",
            "admin_comment",
            "allocnodes",
            "allocsid",
            "associd",
            "batchflag",
            "boardspernode",
            "burstbuffer",
            "burstbufferstate",
            "cluster",
            "clusterfeature",
            "container",
            "containerid",
            "contiguous",
            "cores",
            "corespec",
            "cpufreq",
            "cpus-per-task",
            "cpus-per-tres",
            "deadline",
            "delayboot",
            "derivedec",
            "eligibletime",
            "exit_code",
            "hetjobid",
            "hetjobidset",
            "hetjoboffset",
            "lastschedeval",
            "licenses",
            "licensesalloc",
            "maxcpus",
            "maxnodes",
            "mcslabel",
            "mem-per-tres",
            "mincpus",
            "mintime",
            "mintmpdisk",
            "network",
            "nodes",
            "ntperboard",
            "ntpercore",
            "ntpernode",
            "ntpersocket",
            "numtasks",
            "origin",
            "originraw",
            "oversubscribe",
            "pendingtime",
            "preemptime",
            "prefer",
            "profile",
            "reboot",
            "reqnodes",
            "reqswitch",
            "requeue",
            "reservation",
            "resizetime",
            "restartcnt",
            "resvport",
            "schednodes",
            "sct",
            "selectjobinfo",
            "siblingsactive",
            "siblingsactiveraw",
            "siblingsviable",
            "siblingsviableraw",
            "sockets",
            "sperboard",
            "stderr",
            "stdin",
            "stdout",
            "stepid",
            "stepname",
            "stepstate",
            "system_comment",
            "threads",
            "tres",
            "tres-alloc",
            "tres-bind",
            "tres-freq",
            "tres-per-job",
            "tres-per-node",
            "tres-per-socket",
            "tres-per-step",
            "tres-per-task",
            "wait4switch",
            "wckey");

    private static final Map<String, String> HEADERS = Map.ofEntries(
            Map.entry("a", "ACCOUNT"),
            Map.entry("A", "JOBID"),
            Map.entry("b", "TRES_PER_NODE"),
            Map.entry("B", "EXEC_HOST"),
            Map.entry("c", "MIN_CPUS"),
            Map.entry("C", "CPUS"),
            Map.entry("d", "MIN_TMP_DISK"),
            Map.entry("D", "NODES"),
            Map.entry("e", "END_TIME"),
            Map.entry("E", "DEPENDENCY"),
            Map.entry("f", "FEATURES"),
            Map.entry("F", "ARRAY_JOB_ID"),
            Map.entry("g", "GROUP"),
            Map.entry("G", "GROUP"),
            Map.entry("h", "OVER_SUBSCRIBE"),
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
            Map.entry("p", "PRIORITY"),
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
            Map.entry("v", "RESERVATION"),
            Map.entry("V", "SUBMIT_TIME"),
            Map.entry("w", "WCKEY"),
            Map.entry("W", "LICENSES"),
            Map.entry("x", "EXC_NODES"),
            Map.entry("y", "NICE"),
            Map.entry("Y", "SCHEDNODES"),
            Map.entry("Z", "WORK_DIR"));

    private final Controller controller;
    private final Invocation call;

    SqueueFields(Controller controller, Invocation call) {
        this.controller = controller;
        this.call = call;
    }

    /** A line of the answer: a job, or one task of an array that has not become a job. */
    record Row(Job job, Optional<Integer> task) {
        private String printedId() {
            return task.map(t -> job.arrayId + "_" + t).orElse(job.printedId());
        }

        private String printedTask() {
            return job.isArray() ? task.map(Object::toString).orElseGet(job::printedTask) : "N/A";
        }
    }

    /** The letter of a name; empty if there is no such name. */
    static Optional<String> letter(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (OTHER_NAMES.contains(lower)) {
            throw new Unsupported("squeue --Format=" + name);
        }
        return Optional.ofNullable(NAMES.get(lower));
    }

    String header(String letter) {
        String header = HEADERS.get(letter);
        if (header == null) {
            throw new Unsupported("squeue --format=%" + letter);
        }
        return header;
    }

    String value(String letter, Row row) {
        Job j = row.job();
        JobRequest r = j.request;
        return switch (letter) {
            case "a" -> j.account;
            case "A" -> Long.toString(j.id);
            case "b" -> r.gresPerNode.isEmpty() ? "N/A" : gres(r.gresPerNode);
            case "B" -> j.shares.isEmpty() ? "n/a" : j.shares.get(0).node();
            case "c" -> Integer.toString(r.cpusPerTaskOrOne() * r.tasksPerNode.orElse(1));
            case "C" -> Integer.toString(j.cpus());
            case "d" -> "0";
            case "D" -> j.printedNodeCount();
            case "e" -> time(j.expectedEnd());
            case "E" -> j.printedDependencies();
            case "f" -> r.features.isEmpty() ? "(null)" : String.join("&", r.features);
            case "F" -> Long.toString(j.isArray() ? j.arrayId : j.id);
            // each user has a group of the same name and number
            case "g", "u" -> r.user;
            case "G", "U" -> Long.toString(r.uid);
            case "h" -> r.exclusive ? "NO" : "OK";
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
            case "p" -> String.format(Locale.ROOT, "%.14f", j.priority / 4_294_967_295.0);
            case "P" -> j.partition.name();
            case "q" -> j.qos;
            case "Q" -> Long.toString(j.priority);
            case "r" -> j.reason;
            case "R" -> j.state == JobState.PENDING || j.shares.isEmpty() ? "(" + j.reason + ")" : j.nodeList();
            case "S" -> time(startTime(j));
            case "t" -> j.stateCode();
            case "T" -> j.stateName();
            case "v", "w", "W", "Y" -> "(null)";
            case "V" -> time(Optional.of(j.submit));
            case "x" -> HostList.compress(r.exclude);
            case "y" -> Integer.toString(j.nice);
            case "Z" -> r.workDir;
            default -> throw new Unsupported("squeue --format=%" + letter);
        };
    }

    private String gres(Map<String, Integer> gres) {
        return "gres" + (controller.conf().release() == SlurmRelease.V22_05 ? ":" : "/") + Gres.print(gres);
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
