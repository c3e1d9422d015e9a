package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.internal.slurm.Effect.Target;
import io.github.slurmray.testkit.internal.slurm.Job.Held;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Slurm's controller: the queue, the nodes, and what happens to them as time goes on. Time goes on only when it is told
 * so. For one thread at a time.
 */
final class Controller {
    private final SiteConf conf;
    private final Database database;
    private final Admission admission;
    private final TreeMap<Long, Job> jobs = new TreeMap<>();
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Map<String, PartitionConf> partitions = new LinkedHashMap<>();
    private final Scheduler scheduler;
    private List<Effect> effects = new ArrayList<>();
    private long nextId;
    private Instant now;

    Controller(SiteConf conf, Database database, Instant now) {
        this.conf = conf;
        this.database = database;
        this.now = now;
        this.nextId = conf.firstJobId();
        conf.nodes().values().forEach(n -> nodes.put(n.name(), new Node(n)));
        conf.partitions().forEach(p -> partitions.put(p.name(), p));
        this.scheduler = new Scheduler(nodes, jobs.values());
        this.admission = new Admission(conf, partitions, scheduler);
    }

    SiteConf conf() {
        return conf;
    }

    Instant now() {
        return now;
    }

    Collection<Job> jobs() {
        return jobs.values();
    }

    Map<String, Node> nodes() {
        return nodes;
    }

    Collection<PartitionConf> partitions() {
        return partitions.values();
    }

    Optional<Job> job(long id) {
        return Optional.ofNullable(jobs.get(id));
    }

    /** The job with this id, or all jobs of the array with this id. */
    List<Job> jobsOf(long id) {
        return jobs.values().stream().filter(j -> j.id == id || j.arrayId == id).toList();
    }

    /** Hands over what is to be done, once. */
    List<Effect> takeEffects() {
        List<Effect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    // ---------------------------------------------------------------- time

    /** Lets the time go on; what falls due on the way happens in order. */
    void advanceTo(Instant time) {
        for (Optional<Instant> due = nextDue(); due.isPresent() && !due.get().isAfter(time); due = nextDue()) {
            now = due.get().isAfter(now) ? due.get() : now;
            passTime();
        }
        now = time.isAfter(now) ? time : now;
    }

    /** When something will happen by itself. */
    Optional<Instant> nextDue() {
        Stream<Instant> ofJobs = jobs.values().stream().flatMap(this::dueTimes);
        Stream<Instant> ofNodes = nodes.values().stream().flatMap(n -> n.downAt.stream());
        return Stream.concat(ofJobs, ofNodes).min(Instant::compareTo);
    }

    private Stream<Instant> dueTimes(Job j) {
        if (j.completing) {
            return j.killAt.stream();
        }
        return switch (j.state) {
            case PENDING -> Stream.concat(j.begin.filter(b -> b.isAfter(now)).stream(), startsByDelay(j));
            case RUNNING ->
                Stream.of(j.limitReached(), earlySignalAt(j), occupiedUntil(j)).flatMap(Optional::stream);
            default -> j.end.map(e -> e.plus(conf.minJobAge())).stream();
        };
    }

    private Stream<Instant> startsByDelay(Job j) {
        return j.dependencies.stream()
                .filter(d -> d.type == Dependency.Type.AFTER && d.state == Dependency.State.UNFULFILLED)
                .flatMap(d ->
                        jobsOf(d.job).stream().flatMap(o -> o.start.stream()).map(s -> s.plus(d.delay)))
                .filter(t -> t.isAfter(now));
    }

    private static Optional<Instant> earlySignalAt(Job j) {
        return j.earlySignalSent
                ? Optional.empty()
                : j.request.earlySignal.flatMap(s -> j.limitReached().map(l -> l.minus(s.before())));
    }

    private static Optional<Instant> occupiedUntil(Job j) {
        return j.request.onlyOccupies.flatMap(d -> j.start.map(s -> s.plus(d)));
    }

    private boolean isDue(Optional<Instant> time) {
        return time.filter(t -> !t.isAfter(now)).isPresent();
    }

    private void passTime() {
        for (Job j : List.copyOf(jobs.values())) {
            if (j.completing && isDue(j.killAt)) {
                j.killAt = Optional.empty();
                effects.add(new Effect.Signal(j.id, "KILL", Target.ALL));
            } else if (j.state == JobState.RUNNING && !j.completing) {
                passTimeOfRunning(j);
            } else if (j.isOver() && isDue(j.end.map(e -> e.plus(conf.minJobAge())))) {
                jobs.remove(j.id);
            }
        }
        for (Node n : nodes.values()) {
            if (isDue(n.downAt)) {
                n.downAt = Optional.empty();
                markDown(n, "Not responding");
            }
        }
        schedule();
    }

    private void passTimeOfRunning(Job j) {
        if (isDue(occupiedUntil(j))) {
            batchEnded(j.id, j.restarts, ExitCode.ZERO, Duration.ZERO);
            gone(j.id, j.restarts);
        } else if (isDue(j.limitReached())) {
            note(j, "DUE TO TIME LIMIT");
            finish(j, JobState.TIMEOUT, "TimeLimit", ExitCode.bySignal(15));
        } else if (isDue(earlySignalAt(j))) {
            j.earlySignalSent = true;
            JobRequest.EarlySignal s = j.request.earlySignal.orElseThrow();
            effects.add(new Effect.Signal(j.id, s.signal(), s.batchOnly() ? Target.BATCH : Target.STEPS));
        }
    }

    // ---------------------------------------------------------------- jobs come and go

    /**
     * Takes a job into the queue.
     *
     * @throws Refused if Slurm would refuse it
     */
    Job submit(JobRequest request) throws Refused {
        Job job = admission.admit(nextId, request, jobs.values(), now);
        nextId++;
        jobs.put(job.id, job);
        lookAtDependencies(job);
        record(job);
        schedule();
        return job;
    }

    /**
     * Says where and when a job would start, without taking it. Uses up an id, as real Slurm does.
     *
     * @throws Refused if it would be refused, or can't start with the nodes as they are
     */
    Estimate estimate(JobRequest request) throws Refused {
        Job job = admission.admit(nextId, request, jobs.values(), now);
        nextId++;
        Timeline.Slot slot = scheduler
                .estimate(job, ready(), now)
                .orElseThrow(() -> new Refused("Requested node configuration is not available"));
        job.shares = slot.shares();
        Instant start = job.begin.filter(b -> b.isAfter(slot.start())).orElse(slot.start());
        return new Estimate(job, start);
    }

    /** Where and when a job would start. */
    record Estimate(Job job, Instant start) {}

    private List<Job> ready() {
        return jobs.values().stream()
                .filter(j -> j.state == JobState.PENDING
                        && !j.completing
                        && holdsBack(j).isEmpty())
                .sorted(Scheduler.ORDER)
                .toList();
    }

    /** Starts what can start. */
    private void schedule() {
        boolean again = true;
        while (again) {
            List<Job> started = new ArrayList<>();
            for (Job j : List.copyOf(jobs.values())) {
                if (j.state == JobState.PENDING && !j.completing) {
                    lookAtDependencies(j);
                }
            }
            scheduler.run(ready(), now, (job, shares) -> {
                Job begun = job;
                if (job.hasWaitingTasks()) {
                    int task = job.waitingTasks.first();
                    job.waitingTasks.remove(task);
                    if (job.waitingTasks.isEmpty()) {
                        job.taskId = java.util.OptionalInt.of(task);
                    } else {
                        begun = new Job(nextId++, job, task);
                        jobs.put(begun.id, begun);
                    }
                }
                start(begun, shares);
                started.add(begun);
            });
            // what has started may let others go on: the next task of an array, or one that waits for a start
            again = started.stream().anyMatch(j -> true);
        }
    }

    private void lookAtDependencies(Job j) {
        j.dependencies.forEach(d -> d.look(j, jobs.values(), now));
        Optional<String> obstacle = holdsBack(j);
        j.plannedStart = Optional.empty();
        if (obstacle.isPresent()) {
            j.reason = obstacle.get();
        } else if (j.eligible.isEmpty()) {
            j.eligible = Optional.of(now);
            record(j);
        }
        if (j.reason.equals("DependencyNeverSatisfied") && j.request.killOnInvalidDependency) {
            j.start = Optional.of(now);
            j.end = Optional.of(now);
            j.state = JobState.CANCELLED;
            record(j);
        }
    }

    /** Slurm's word for what keeps a job from being considered at all. */
    private Optional<String> holdsBack(Job j) {
        boolean failed = j.dependencies.stream().anyMatch(d -> d.state == Dependency.State.FAILED);
        boolean open = j.dependencies.stream().anyMatch(d -> d.state == Dependency.State.UNFULFILLED);
        boolean any = j.dependencies.stream().anyMatch(d -> d.any && d.state == Dependency.State.FULFILLED);
        if (j.held != Held.NO) {
            return Optional.of(j.held == Held.USER ? "JobHeldUser" : "JobHeldAdmin");
        }
        if (!any && failed && !j.dependencies.stream().allMatch(d -> d.any && d.state != Dependency.State.FAILED)) {
            return Optional.of("DependencyNeverSatisfied");
        }
        if (!any && open) {
            return Optional.of("Dependency");
        }
        if (j.begin.filter(b -> b.isAfter(now)).isPresent()) {
            return Optional.of("BeginTime");
        }
        PartitionConf partition = partitions.getOrDefault(j.partition.name(), j.partition);
        return Admission.partitionObstacle(j, partition)
                .or(() -> throttled(j) ? Optional.of("JobArrayTaskLimit") : Optional.empty())
                .or(() -> limited(j) ? Optional.of("AssocMaxJobsLimit") : Optional.empty());
    }

    private boolean throttled(Job j) {
        return j.hasWaitingTasks()
                && j.throttle.isPresent()
                && jobs.values().stream()
                                .filter(o -> o.arrayId == j.arrayId && o.holdsNodes())
                                .count()
                        >= j.throttle.getAsInt();
    }

    private boolean limited(Job j) {
        return conf.limits().running().isPresent()
                && jobs.values().stream()
                                .filter(o -> o.request.user.equals(j.request.user) && o.holdsNodes())
                                .count()
                        >= conf.limits().running().getAsInt();
    }

    private void start(Job j, List<Share> shares) {
        j.shares = List.copyOf(shares);
        j.state = JobState.RUNNING;
        j.reason = "None";
        j.start = Optional.of(now);
        j.plannedStart = Optional.empty();
        j.earlySignalSent = false;
        if (j.request.onlyOccupies.isEmpty()) {
            Share first = shares.get(0);
            j.steps.add(new Step(Step.BATCH, "batch", List.of(first.node()), 1, first.cpus(), now));
            effects.add(JobEnvironment.start(j, conf));
        }
        record(j);
    }

    /** A batch script has ended by itself. */
    void batchEnded(long id, int run, ExitCode exit, Duration cpuTime) {
        Job j = jobs.get(id);
        if (j == null || j.restarts != run || !isReachable(j)) {
            return;
        }
        j.steps.stream().filter(s -> s.id.equals(Step.BATCH) && !s.isOver()).forEach(s -> {
            s.cpuTime = cpuTime;
            if (j.state == JobState.RUNNING && !j.completing) {
                s.finish(exit.isZero() ? JobState.COMPLETED : JobState.FAILED, exit, now);
            } else {
                s.finish(JobState.CANCELLED, ExitCode.bySignal(15), now);
            }
        });
        if (j.state == JobState.RUNNING && !j.completing) {
            finish(
                    j,
                    exit.isZero() ? JobState.COMPLETED : JobState.FAILED,
                    exit.isZero() ? "None" : "NonZeroExitCode",
                    exit);
        }
    }

    private boolean isReachable(Job j) {
        Node batchHost = j.shares.isEmpty() ? null : nodes.get(j.shares.get(0).node());
        return batchHost == null || batchHost.responding;
    }

    /** A job couldn't be started because its output can't be opened. */
    void launchFailed(long id, int run) {
        Job j = jobs.get(id);
        if (j != null && j.restarts == run && j.state == JobState.RUNNING) {
            j.batchStep().finish(JobState.FAILED, ExitCode.bySignal(53), now);
            finish(j, JobState.FAILED, "NonZeroExitCode", ExitCode.bySignal(53));
        }
    }

    /** No process of a job is left. */
    void gone(long id, int run) {
        Job j = jobs.get(id);
        if (j == null || !j.completing || j.restarts != run) {
            return;
        }
        j.completing = false;
        j.killAt = Optional.empty();
        j.steps.stream()
                .filter(s -> !s.isOver())
                .forEach(s -> s.finish(JobState.CANCELLED, ExitCode.bySignal(15), j.end.orElse(now)));
        if (j.requeueAfterwards.isPresent()) {
            putBack(j, j.requeueAfterwards.get());
        } else {
            record(j);
        }
        schedule();
    }

    /** The job's end is decided; what it has started is told to end, and killed if it doesn't in time. */
    private void finish(Job j, JobState state, String reason, ExitCode exit) {
        j.state = state;
        j.reason = reason;
        j.exit = exit;
        j.end = Optional.of(now);
        clear(j);
        record(j);
        schedule();
    }

    private void clear(Job j) {
        j.completing = true;
        j.killAt = Optional.of(now.plus(conf.killWait()));
        effects.add(new Effect.Signal(j.id, "TERM", Target.ALL));
        effects.add(new Effect.Watch(j.id, j.restarts));
    }

    // ---------------------------------------------------------------- what users and administrators do

    /** Ends a job, or takes it out of the queue. Returns whether there was anything to end. */
    boolean cancel(Job j, long uid) {
        if (j.state.isOver() || (j.completing && j.requeueAfterwards.isEmpty())) {
            return false;
        }
        j.cancelledBy = Optional.of(uid);
        j.requeueAfterwards = Optional.empty();
        if (j.state == JobState.PENDING && !j.completing) {
            j.start = Optional.of(now);
            j.end = Optional.of(now);
            j.state = JobState.CANCELLED;
            j.reason = "None";
            record(j);
            schedule();
        } else {
            note(j, "");
            finish(j, JobState.CANCELLED, "None", ExitCode.bySignal(15));
        }
        return true;
    }

    /** Takes one task that waits out of an array. */
    void cancelTask(Job array, int task, long uid) {
        if (array.waitingTasks.size() == 1) {
            array.waitingTasks.clear();
            array.taskId = java.util.OptionalInt.of(task);
            cancel(array, uid);
        } else if (array.waitingTasks.remove(task)) {
            Job single = new Job(nextId++, array, task);
            jobs.put(single.id, single);
            cancel(single, uid);
        }
    }

    void signal(Job j, String name, Target target) {
        if (j.state == JobState.RUNNING && !j.completing) {
            effects.add(new Effect.Signal(j.id, name, target));
        }
    }

    void hold(Job j, Held by) {
        j.held = by;
        j.priority = by == Held.NO ? j.request.priority.orElse(1) : 0;
        if (by == Held.NO) {
            j.reason = "None";
        }
        lookAtDependencies(j);
        schedule();
    }

    /** Something about a waiting or running job was changed. */
    void changed(Job j) {
        record(j);
        schedule();
    }

    /** Ends a running job and puts it back into the queue. */
    void requeue(Job j, boolean hold) {
        note(j, "DUE TO JOB REQUEUE");
        requeue(j, JobState.REQUEUED, new Job.Requeue(conf.requeueDelay(), hold));
    }

    private void requeue(Job j, JobState recorded, Job.Requeue how) {
        if (j.state.isOver() && !j.completing) {
            putBack(j, how);
            schedule();
            return;
        }
        j.end = Optional.of(now);
        database.send(JobRecord.of(j, recorded), now);
        j.state = JobState.PENDING;
        j.reason = "None";
        j.requeueAfterwards = Optional.of(how);
        clear(j);
    }

    private void putBack(Job j, Job.Requeue how) {
        j.requeueAfterwards = Optional.empty();
        j.restarts++;
        j.state = JobState.PENDING;
        j.submit = now;
        j.begin = Optional.of(now.plus(how.delay()));
        j.eligible = j.begin;
        j.start = Optional.empty();
        j.end = Optional.empty();
        j.exit = ExitCode.ZERO;
        j.shares = List.of();
        j.steps.clear();
        j.nextStep = 0;
        j.held = how.hold() ? Held.USER : Held.NO;
        lookAtDependencies(j);
        record(j);
    }

    /** A job of higher priority takes its nodes. */
    void preempt(Job j) {
        note(j, "DUE TO PREEMPTION");
        if (conf.setting("PreemptMode", "REQUEUE")
                        .toUpperCase(java.util.Locale.ROOT)
                        .contains("CANCEL")
                || !j.requeue) {
            finish(j, JobState.PREEMPTED, "None", ExitCode.bySignal(15));
        } else {
            requeue(j, JobState.PREEMPTED, new Job.Requeue(conf.requeueDelay(), false));
        }
    }

    /** The kernel has killed what the job ran, for want of memory. */
    void outOfMemory(Job j) {
        effects.add(new Effect.Note(
                j.id,
                "slurmstepd: error: Detected 1 oom_kill event in StepId=" + j.id
                        + ".batch. Some of the step tasks have been OOM Killed."));
        j.batchStep().finish(JobState.OUT_OF_MEMORY, ExitCode.bySignal(125), now);
        finish(j, JobState.OUT_OF_MEMORY, "OutOfMemory", ExitCode.bySignal(125));
        effects.add(new Effect.Signal(j.id, "KILL", Target.ALL));
    }

    private void note(Job j, String why) {
        if (j.request.onlyOccupies.isEmpty() && !j.shares.isEmpty()) {
            effects.add(new Effect.Note(
                    j.id,
                    "slurmstepd-" + j.shares.get(0).node() + ": error: *** JOB " + j.id + " ON "
                            + j.shares.get(0).node() + " CANCELLED AT "
                            + Times.print(now, Map.of(), conf.zone()) + (why.isEmpty() ? "" : " " + why) + " ***"));
        }
    }

    // ---------------------------------------------------------------- steps

    /** A step begins on nodes that the job has. */
    Step startStep(Job j, String name, List<String> on, int tasks, int cpus) {
        Step step = new Step(Integer.toString(j.nextStep++), name, on, tasks, cpus, now);
        j.steps.add(step);
        record(j);
        return step;
    }

    void stepEnded(long id, int run, String stepId, ExitCode exit, Duration cpuTime) {
        Job j = jobs.get(id);
        if (j == null || j.restarts != run) {
            return;
        }
        j.steps.stream().filter(s -> s.id.equals(stepId)).forEach(s -> {
            s.cpuTime = cpuTime;
            if (!s.isOver()) {
                boolean cancelled = j.completing && exit.signal() == 15;
                s.finish(
                        exit.isZero() ? JobState.COMPLETED : cancelled ? JobState.CANCELLED : JobState.FAILED,
                        exit,
                        now);
            }
        });
        if (exit.status() > j.derivedExit.status()) {
            j.derivedExit = exit;
        }
        record(j);
    }

    // ---------------------------------------------------------------- nodes and partitions

    /** A node doesn't answer any more: it lost its power, or its network. */
    void loseNode(Node n) {
        n.responding = false;
        n.downAt = Optional.of(now.plus(conf.slurmdTimeout()));
        effects.add(new Effect.PowerCut(n.conf().name()));
    }

    /** A node answers again. */
    void bringBack(Node n) {
        n.responding = true;
        n.downAt = Optional.empty();
        if (n.reason.equals("Not responding")) {
            n.down = false;
            n.reason = "";
            n.reasonSince = Optional.empty();
        }
        schedule();
    }

    void drain(Node n, String reason) {
        n.drained = true;
        n.reason = reason;
        n.reasonSince = Optional.of(now);
        schedule();
    }

    private void markDown(Node n, String reason) {
        n.down = true;
        n.reason = reason;
        n.reasonSince = Optional.of(now);
        for (Job j : List.copyOf(jobs.values())) {
            if (j.holdsNodes() && !j.completing && j.nodes().contains(n.conf().name())) {
                note(j, "DUE TO NODE FAILURE, SEE SLURMCTLD LOG FOR DETAILS");
                if (j.requeue) {
                    requeue(j, JobState.NODE_FAIL, new Job.Requeue(conf.requeueDelay(), false));
                } else {
                    finish(j, JobState.NODE_FAIL, "NodeDown", ExitCode.ZERO);
                }
            }
        }
    }

    private void record(Job j) {
        if (j.hasWaitingTasks() && j.state == JobState.PENDING && j.arrayId != j.id) {
            return;
        }
        database.send(JobRecord.of(j, j.state), now);
    }
}
