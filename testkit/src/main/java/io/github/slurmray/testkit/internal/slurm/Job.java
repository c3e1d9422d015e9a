package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A job as the controller has it. An array is one job until its tasks start; then each is a job of its own, and the
 * last one keeps the array's id.
 */
final class Job {
    /** No time limit. */
    static final Duration UNLIMITED = Duration.ofDays(365_000);

    final long id;
    final JobRequest request;

    /** The array's id, 0 if this is no array. */
    final long arrayId;

    /** The task of an array that this has become. */
    OptionalInt taskId = OptionalInt.empty();

    /** Tasks of an array that have not become jobs yet. */
    TreeSet<Integer> waitingTasks = new TreeSet<>();

    /** The waiting tasks that the database was told of. */
    String recordedTasks = "";

    OptionalInt throttle = OptionalInt.empty();

    String name;
    String account;
    String qos;
    PartitionConf partition;
    Optional<String> comment;
    Duration timeLimit;
    long priority;
    int nice;
    boolean requeue;

    JobState state = JobState.PENDING;

    /** Whether what the job has started is still being ended. */
    boolean completing;

    /** Slurm's word for why it waits or how it ended. */
    String reason = "None";

    Held held = Held.NO;

    /** Whether it is held because it was requeued so. */
    boolean requeuedAndHeld;

    List<Dependency> dependencies = List.of();
    Instant submit;
    Optional<Instant> begin;
    Optional<Instant> eligible = Optional.empty();
    Optional<Instant> start = Optional.empty();
    Optional<Instant> end = Optional.empty();
    Optional<Instant> plannedStart = Optional.empty();
    List<Share> shares = List.of();
    ExitCode exit = ExitCode.ZERO;
    ExitCode derivedExit = ExitCode.ZERO;
    int restarts;
    Optional<Long> cancelledBy = Optional.empty();
    boolean earlySignalSent;

    /** When it was last suspended or resumed. */
    Optional<Instant> suspendTime = Optional.empty();

    /** For how long it had run when it was last suspended. */
    Duration ranBeforeSuspension = Duration.ZERO;

    /** For how long it was suspended, up to {@link #suspendTime}. */
    Duration suspended = Duration.ZERO;

    /** When what is left of the job is killed. */
    Optional<Instant> killAt = Optional.empty();

    /** Whether its batch script was on a node that lost its power: nobody hears how it ended. */
    boolean batchLost;

    /** When the controller finds that its batch script isn't there. */
    Optional<Instant> missedAt = Optional.empty();

    /** What is to become of the job when it has gone from its nodes. */
    Optional<Requeue> requeueAfterwards = Optional.empty();

    final List<Step> steps = new ArrayList<>();
    int nextStep;

    /** Who holds a job. */
    enum Held {
        NO,
        USER,
        ADMIN
    }

    /** A requeue that waits for the job's processes to end. */
    record Requeue(Duration delay, boolean hold) {}

    Job(long id, JobRequest request, PartitionConf partition, String account, String qos, Instant now) {
        this.id = id;
        this.request = request;
        this.arrayId = request.array.isEmpty() ? 0 : id;
        this.waitingTasks = new TreeSet<>(request.array);
        this.throttle = request.arrayThrottle;
        this.name = request.name;
        this.account = account;
        this.qos = qos;
        this.partition = partition;
        this.comment = request.comment;
        this.nice = request.nice;
        this.requeue = request.requeue;
        this.submit = now;
        this.begin = request.begin;
        this.timeLimit = request.timeLimit
                .or(partition::defaultTime)
                .or(partition::maxTime)
                .orElse(UNLIMITED);
        this.held = request.hold || request.priority.orElse(1) == 0 ? Held.USER : Held.NO;
        this.priority = held == Held.NO ? ownPriority() : 0;
    }

    /** A task of an array, as a job of its own. */
    Job(long id, Job array, int task) {
        this.id = id;
        this.request = array.request;
        this.arrayId = array.arrayId;
        this.taskId = OptionalInt.of(task);
        this.throttle = array.throttle;
        this.name = array.name;
        this.account = array.account;
        this.qos = array.qos;
        this.partition = array.partition;
        this.comment = array.comment;
        this.priority = array.priority;
        this.nice = array.nice;
        this.requeue = array.requeue;
        this.submit = array.submit;
        this.begin = array.begin;
        this.eligible = array.eligible;
        this.timeLimit = array.timeLimit;
        this.dependencies = array.dependencies;
    }

    /** What it has while nobody holds it; niceness counts only where the site's priorities do, and here they don't. */
    long ownPriority() {
        return request.priority.orElse(1);
    }

    boolean isTask(int number) {
        return taskId.isPresent() && taskId.getAsInt() == number;
    }

    boolean isArray() {
        return arrayId != 0;
    }

    /** Whether this stands for tasks of an array that have not started. */
    boolean hasWaitingTasks() {
        return !waitingTasks.isEmpty();
    }

    boolean isOver() {
        return state.isOver() && !completing;
    }

    boolean holdsNodes() {
        return !shares.isEmpty() && (completing || state == JobState.RUNNING || state == JobState.SUSPENDED);
    }

    /** Whether its end isn't decided yet. */
    boolean runsOrIsSuspended() {
        return (state == JobState.RUNNING || state == JobState.SUSPENDED) && !completing;
    }

    /** What it holds of its nodes: while it is suspended, others may have its CPUs, and nothing else. */
    List<Share> held() {
        return state == JobState.SUSPENDED
                ? shares.stream()
                        .map(s -> new Share(s.node(), 0, s.memoryMb(), s.gres(), s.tasks()))
                        .toList()
                : shares;
    }

    /** As squeue's first column has it: 13, 13_1, 13_[2-3%2]. */
    String printedId() {
        if (!isArray()) {
            return Long.toString(id);
        }
        return arrayId + "_" + (taskId.isPresent() ? printedTask() : "[" + printedTask() + "]");
    }

    /** As the database has it, which doesn't hear of waiting tasks that are cancelled. */
    String recordedId() {
        return hasWaitingTasks() && !recordedTasks.isEmpty() ? arrayId + "_[" + recordedTasks + "]" : printedId();
    }

    /** The task of an array that this is, or those that it stands for. */
    String printedTask() {
        return taskId.isPresent() ? Integer.toString(taskId.getAsInt()) : printedTasks();
    }

    /** The waiting tasks as an array expression, such as {@code 2-3%2}. */
    String printedTasks() {
        return ranges(waitingTasks) + (throttle.isPresent() ? "%" + throttle.getAsInt() : "");
    }

    private static String ranges(java.util.Set<Integer> numbers) {
        String list = HostList.compress(numbers.stream().map(n -> "t" + n).toList());
        return list.startsWith("t[") ? list.substring(2, list.length() - 1) : list.substring(1);
    }

    /** The state's name as squeue and scontrol print it. */
    String stateName() {
        return completing ? "COMPLETING" : state.name();
    }

    String stateCode() {
        return completing ? "CG" : state.code();
    }

    List<String> nodes() {
        return shares.stream().map(Share::node).toList();
    }

    String nodeList() {
        return HostList.compress(nodes());
    }

    int cpus() {
        return shares.isEmpty()
                ? request.cpuCount()
                : shares.stream().mapToInt(Share::cpus).sum();
    }

    int nodeCount() {
        return shares.isEmpty() ? request.nodes() : shares.size();
    }

    int taskCount() {
        return shares.isEmpty()
                ? request.taskCount()
                : request.tasks.orElse(shares.stream().mapToInt(Share::tasks).sum());
    }

    Optional<Instant> limitReached() {
        return timeLimit.equals(UNLIMITED)
                ? Optional.empty()
                : start.map(s -> s.plus(timeLimit).plus(suspended));
    }

    /** When it ends or will have to; empty if it isn't known. */
    Optional<Instant> expectedEnd() {
        if (end.isPresent()) {
            return end;
        }
        Optional<Instant> from = start.isPresent() ? limitReached() : plannedStart.map(p -> p.plus(timeLimit));
        return timeLimit.equals(UNLIMITED) ? Optional.empty() : from;
    }

    Duration runTime(Instant now) {
        if (start.isEmpty()) {
            return Duration.ZERO;
        }
        if (state == JobState.SUSPENDED) {
            return ranBeforeSuspension;
        }
        return Duration.between(start.get(), end.orElse(now)).minus(suspended);
    }

    /** The memory of all nodes in MB, and the other TRES, as {@code cpu=4,mem=2000M,node=2,billing=4}. */
    String tres() {
        if (shares.isEmpty()) {
            return requestedTres();
        }
        long memory = shares.stream().mapToLong(Share::memoryMb).sum();
        return tres(cpus(), memory, nodeCount(), gres());
    }

    /** What it asks for, in the same form. */
    String requestedTres() {
        Map<String, Integer> gres = new LinkedHashMap<>(request.gresPerJob);
        request.gresPerNode.forEach((k, n) -> gres.merge(k, n * request.nodes(), Integer::sum));
        request.gresPerTask.forEach((k, n) -> gres.merge(k, JobRequest.times(n, request.taskCount()), Integer::sum));
        return tres(request.cpuCount(), requestedMemory(), request.nodes(), gres);
    }

    /** The memory that it asks for on all nodes, in MB. */
    long requestedMemory() {
        return request.memPerNode.isPresent()
                ? request.memPerNode.getAsLong() * request.nodes()
                : request.memPerCpu.orElse(partition.defMemPerCpu().orElse(0)) * request.cpuCount();
    }

    /** How many nodes, as squeue and scontrol print it: 2, or 1-4 while it waits. */
    String printedNodeCount() {
        int most = request.maxNodes.orElse(nodeCount());
        return shares.isEmpty() && most > nodeCount() ? nodeCount() + "-" + most : Integer.toString(nodeCount());
    }

    static String tres(int cpus, long memoryMb, int nodes, Map<String, Integer> gres) {
        return "cpu=" + cpus + ",mem=" + memory(memoryMb) + ",node=" + nodes + ",billing=" + cpus
                + (gres.isEmpty() ? "" : "," + Gres.tres(gres));
    }

    /** MB as TRES print them: 2000M, 16G. */
    static String memory(long mb) {
        return mb >= 1024 && mb % 1024 == 0 ? mb / 1024 + "G" : mb + "M";
    }

    Map<String, Integer> gres() {
        return Gres.sum(shares.stream().map(Share::gres));
    }

    Step batchStep() {
        return steps.stream()
                .filter(s -> s.id.equals(Step.BATCH) && !s.isOver())
                .findFirst()
                .orElseThrow();
    }

    /** As squeue prints what it waits for; {@code (null)} if nothing. */
    String printedDependencies() {
        List<Dependency> open = dependencies.stream()
                .filter(d -> d.state != Dependency.State.FULFILLED)
                .toList();
        return open.isEmpty()
                ? "(null)"
                : open.stream().map(Dependency::toString).collect(Collectors.joining(","));
    }
}
