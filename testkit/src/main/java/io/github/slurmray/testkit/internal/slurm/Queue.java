package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.internal.slurm.Job.Held;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The jobs that wait: how they get in, what holds them back, and when they start. */
final class Queue {
    private final Controller controller;
    private final JobLife life;
    private final Scheduler scheduler;
    private final Admission admission;

    Queue(Controller controller, JobLife life) {
        this.controller = controller;
        this.life = life;
        this.scheduler = new Scheduler(controller.nodes(), controller.jobs());
        this.admission = new Admission(controller.conf(), scheduler);
    }

    /** Where and when a job would start. */
    record Estimate(Job job, Instant start) {}

    /**
     * Takes a job into the queue. Uses up an id even if not, as real Slurm does.
     *
     * @throws Refused if Slurm would refuse it
     */
    Job submit(JobRequest request) throws Refused {
        Admission.checkLengths(request);
        Job job = admission.admit(controller.newId(), request, controller.jobs(), controller.now());
        controller.add(job);
        lookAtDependencies(job);
        controller.record(job);
        schedule();
        return job;
    }

    /**
     * Says where and when a job would start, without taking it. Uses up an id, as real Slurm does.
     *
     * @throws Refused if it would be refused, or can't start with the nodes as they are
     */
    Estimate estimate(JobRequest request) throws Refused {
        Admission.checkLengths(request);
        Job job = admission.admit(controller.newId(), request, controller.jobs(), controller.now());
        Timeline.Slot slot = scheduler
                .estimate(job, ready(), controller.now())
                .orElseThrow(() -> new Refused("Requested node configuration is not available"));
        job.shares = slot.shares();
        Instant start = job.begin.filter(b -> b.isAfter(slot.start())).orElse(slot.start());
        return new Estimate(job, start);
    }

    private List<Job> ready() {
        return controller.jobs().stream()
                .filter(j -> j.state == JobState.PENDING
                        && !j.completing
                        && holdsBack(j).isEmpty())
                .sorted(Scheduler.ORDER)
                .toList();
    }

    /** Starts what can start. */
    void schedule() {
        boolean again = true;
        while (again) {
            List<Job> started = new ArrayList<>();
            for (Job j : List.copyOf(controller.jobs())) {
                if (j.state == JobState.PENDING && !j.completing) {
                    lookAtDependencies(j);
                }
            }
            scheduler.run(ready(), controller.now(), (job, shares) -> {
                Job begun = job;
                if (job.hasWaitingTasks()) {
                    int task = job.waitingTasks.first();
                    job.waitingTasks.remove(task);
                    if (job.waitingTasks.isEmpty()) {
                        job.taskId = OptionalInt.of(task);
                    } else {
                        begun = new Job(controller.newId(), job, task);
                        controller.add(begun);
                    }
                }
                life.start(begun, shares);
                started.add(begun);
            });
            // what has started may let others go on: the next task of an array, or one that waits for a start
            again = !started.isEmpty();
        }
    }

    void lookAtDependencies(Job j) {
        j.dependencies.forEach(d -> d.look(j, controller.jobs(), controller.now()));
        Optional<String> obstacle = holdsBack(j);
        j.plannedStart = Optional.empty();
        if (obstacle.isPresent()) {
            j.reason = obstacle.get();
        } else if (j.eligible.isEmpty()) {
            j.eligible = Optional.of(controller.now());
            controller.record(j);
        }
        if (j.reason.equals("DependencyNeverSatisfied") && j.request.killOnInvalidDependency) {
            j.start = Optional.of(controller.now());
            j.end = Optional.of(controller.now());
            j.state = JobState.CANCELLED;
            controller.record(j);
        }
    }

    /** Slurm's word for what keeps a job from being considered at all. */
    private Optional<String> holdsBack(Job j) {
        boolean failed = j.dependencies.stream().anyMatch(d -> d.state == Dependency.State.FAILED);
        boolean open = j.dependencies.stream().anyMatch(d -> d.state == Dependency.State.UNFULFILLED);
        boolean any = j.dependencies.stream().anyMatch(d -> d.any && d.state == Dependency.State.FULFILLED);
        if (j.held != Held.NO) {
            return Optional.of(
                    j.requeuedAndHeld
                            ? "job requeued in held state"
                            : j.held == Held.USER ? "JobHeldUser" : "JobHeldAdmin");
        }
        if (!any && failed && !j.dependencies.stream().allMatch(d -> d.any && d.state != Dependency.State.FAILED)) {
            return Optional.of("DependencyNeverSatisfied");
        }
        if (!any && open) {
            return Optional.of("Dependency");
        }
        if (j.begin.filter(b -> b.isAfter(controller.now())).isPresent()) {
            return Optional.of("BeginTime");
        }
        return Admission.partitionObstacle(j, j.partition)
                .or(() -> throttled(j) ? Optional.of("JobArrayTaskLimit") : Optional.empty())
                .or(() -> limited(j) ? Optional.of("AssocMaxJobsLimit") : Optional.empty());
    }

    private boolean throttled(Job j) {
        return j.hasWaitingTasks()
                && j.throttle.isPresent()
                && controller.jobs().stream()
                                .filter(o -> o.arrayId == j.arrayId && o.holdsNodes())
                                .count()
                        >= j.throttle.getAsInt();
    }

    private boolean limited(Job j) {
        return controller.conf().limits().running().isPresent()
                && controller.jobs().stream()
                                .filter(o -> o.request.user.equals(j.request.user) && o.holdsNodes())
                                .count()
                        >= controller.conf().limits().running().getAsInt();
    }

    /** Makes a waiting task of an array a job of its own, if it isn't one. */
    Job single(Job array, int task) {
        if (array.waitingTasks.size() == 1 && array.waitingTasks.contains(task)) {
            array.waitingTasks.clear();
            array.taskId = OptionalInt.of(task);
        }
        if (!array.waitingTasks.remove(task)) {
            return array;
        }
        Job single = new Job(controller.newId(), array, task);
        single.held = array.held;
        single.reason = array.reason;
        controller.add(single);
        array.recordedTasks = array.printedTasks();
        return single;
    }

    /** Takes one task that waits out of an array. Nothing is left of it, unless it is the last one. */
    void cancelTask(Job array, int task, long uid) {
        if (array.waitingTasks.size() > 1) {
            array.waitingTasks.remove(task);
        } else {
            life.cancel(array, uid);
        }
    }

    void hold(Job j, Held by) {
        j.held = by;
        j.requeuedAndHeld = false;
        j.priority = by == Held.NO ? j.ownPriority() : 0;
        if (by == Held.NO) {
            j.reason = "None";
        }
        lookAtDependencies(j);
        schedule();
    }

    /** Something about a waiting or running job was changed. */
    void changed(Job j) {
        controller.record(j);
        schedule();
    }
}
