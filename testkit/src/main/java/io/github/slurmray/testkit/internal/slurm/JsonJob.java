package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.SlurmRelease;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A job as squeue and scontrol print it for {@code --json}. */
final class JsonJob {
    private final Controller controller;
    private final SlurmRelease release;
    private final Job j;

    private JsonJob(Controller controller, Job j) {
        this.controller = controller;
        this.release = controller.conf().release();
        this.j = j;
    }

    static JsonForm of(Controller controller, Job j) {
        return new JsonForm(controller.conf().release(), "job", new JsonJob(controller, j)::value);
    }

    private boolean isOld() {
        return release == SlurmRelease.V22_05;
    }

    private Object value(String name) {
        JobRequest r = j.request;
        return switch (name) {
            case "account" -> j.account;
            case "accrue_time" -> time(j.held == Job.Held.NO ? j.eligible.filter(e -> !e.isAfter(now())) : none());
            case "array_job_id" -> j.arrayId;
            case "array_max_tasks" -> j.throttle.orElse(0);
            case "array_task_id" -> j.taskId.isPresent() ? Optional.of(j.taskId.getAsInt()) : Optional.empty();
            case "array_task_string" -> j.hasWaitingTasks() ? j.printedTasks() : "";
            case "batch_host" -> j.shares.isEmpty() ? "" : j.shares.get(0).node();
            case "billable_tres" -> j.shares.isEmpty() ? Optional.empty() : (Object) (double) j.cpus();
            case "cluster" -> controller.conf().clusterName();
            case "command" -> r.command;
            case "comment" -> j.comment.orElse("");
            case "cpus" -> j.cpus();
            case "cpus_per_task" -> r.cpusPerTaskOrOne();
            case "current_working_directory" -> r.workDir;
            case "dependency" -> j.printedDependencies().replace("(null)", "");
            case "derived_exit_code" -> exit(j.derivedExit);
            case "eligible_time" -> time(j.eligible.or(() -> j.begin.filter(b -> j.held != Job.Held.NO)));
            case "end_time" -> time(j.expectedEnd().or(() -> startTime().map(s -> s.plus(j.timeLimit))));
            case "exclusive" -> r.exclusive;
            case "excluded_nodes" -> HostList.compress(r.exclude);
            case "exit_code" -> exit(j.exit);
            case "features" -> String.join("&", r.features);
            case "group_id", "user_id" -> r.uid;
            case "group_name", "user_name" -> r.user;
            case "hold" -> j.priority == 0;
            case "job_id" -> j.id;
            case "job_resources" -> resources();
            case "job_state" -> state();
            case "max_nodes" -> maxNodes();
            case "memory_per_cpu" -> r.memPerNode.isPresent() ? Optional.empty() : memoryPerCpu();
            case "memory_per_node" ->
                r.memPerNode.isPresent() ? Optional.of(r.memPerNode.getAsLong()) : Optional.empty();
            case "minimum_cpus_per_node" -> r.cpusPerTaskOrOne() * r.tasksPerNode.orElse(1);
            case "name" -> j.name;
            case "nice" -> isOld() && j.nice == 0 ? Optional.empty() : (Object) j.nice;
            case "node_count" -> j.nodeCount();
            case "nodes" -> j.nodeList();
            case "partition" -> j.partition.name();
            case "pre_sus_time" -> j.ranBeforeSuspension.toSeconds();
            case "priority" -> j.priority;
            case "qos" -> j.qos;
            case "requeue" -> j.requeue;
            case "required_nodes" -> HostList.compress(r.nodeList);
            case "restart_cnt" -> j.restarts;
            case "standard_error" -> isOld() ? absolute(r.stderr) : FileNames.stderr(j, Optional.empty());
            case "standard_input" -> r.stdin;
            case "standard_output" -> isOld() ? absolute(r.stdout) : FileNames.stdout(j, Optional.empty());
            case "start_time" -> time(startTime());
            case "state_description" -> j.reason.matches(".*[:,].*") ? j.reason : "";
            case "state_reason" -> j.reason.replaceFirst("[:,].*", "");
            case "submit_time" -> time(Optional.of(j.submit));
            case "suspend_time" -> time(j.suspendTime);
            case "tasks" -> j.taskCount();
            case "tasks_per_node" -> r.tasksPerNode.orElse(0);
            case "time_limit" ->
                !j.timeLimit.equals(Job.UNLIMITED)
                        ? (Object) j.timeLimit.toMinutes()
                        : isOld() ? Optional.empty() : JsonForm.INFINITE;
            case "tres_alloc_str" -> j.shares.isEmpty() ? "" : j.tres();
            case "tres_per_node" ->
                r.gresPerNode.isEmpty() ? "" : "gres" + (isOld() ? ":" : "/") + Gres.print(r.gresPerNode);
            case "tres_per_task" -> r.cpusPerTask.isPresent() ? "cpu=" + r.cpusPerTask.getAsInt() : "";
            case "tres_req_str" -> j.requestedTres();
            default -> throw new IllegalStateException(name);
        };
    }

    /** 0 where it isn't another number than the least, unless the newer release hasn't looked at the job yet. */
    private int maxNodes() {
        JobRequest r = j.request;
        if (!isOld() && r.hold && r.minNodes.isEmpty()) {
            return j.nodeCount();
        }
        return r.maxNodes.equals(r.minNodes) ? 0 : r.maxNodes.orElse(0);
    }

    private Instant now() {
        return controller.now();
    }

    private static Optional<Instant> none() {
        return Optional.empty();
    }

    /** Seconds since 1970; 0 for never. */
    static long time(Optional<Instant> time) {
        return time.map(Instant::getEpochSecond).orElse(0L);
    }

    private Optional<Instant> startTime() {
        return j.start.or(() -> j.plannedStart).or(() -> j.begin.filter(b -> b.isAfter(now())));
    }

    private Object memoryPerCpu() {
        return j.request.memPerCpu.orElse(j.partition.defMemPerCpu().orElse(0));
    }

    private Object state() {
        if (isOld()) {
            return j.stateName();
        }
        List<String> words = new ArrayList<>(List.of(j.state.name()));
        if (j.completing) {
            words.add("COMPLETING");
        }
        return words;
    }

    private String absolute(String pattern) {
        return pattern.isEmpty() || pattern.startsWith("/") ? pattern : j.request.workDir + "/" + pattern;
    }

    private Object resources() {
        if (j.shares.isEmpty()) {
            return isOld() ? JsonForm.ABSENT : Optional.empty();
        }
        return new JsonForm(release, "resources", this::value);
    }

    /** An exit code as the kernel has it, or, in the newer release, in words. */
    private Object exit(ExitCode code) {
        return isOld() ? (Object) (code.status() << 8 | code.signal()) : exit(release, code);
    }

    /** An exit code in words. */
    static JsonForm exit(SlurmRelease release, ExitCode code) {
        boolean signalled = code.signal() > 0;
        return new JsonForm(release, "exit", name -> switch (name) {
            case "status" -> List.of(signalled ? "SIGNALED" : code.isZero() ? "SUCCESS" : "ERROR");
            case "code" -> signalled ? Optional.empty() : code.status();
            case "signal" -> signalled ? code.signal() : Optional.empty();
            case "signal_name" -> signalled ? Signals.nameOf(code.signal()) : "";
            default -> throw new IllegalStateException(name);
        });
    }
}
