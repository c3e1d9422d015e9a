package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.Effect.Target;
import io.github.slurmray.testkit.internal.slurm.Job.Held;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The life of a job from its start to its end, and of its steps. */
final class JobLife {
    private final Controller controller;

    JobLife(Controller controller) {
        this.controller = controller;
    }

    void start(Job j, List<Share> shares) {
        j.shares = List.copyOf(shares);
        j.state = JobState.RUNNING;
        j.reason = "None";
        j.start = Optional.of(controller.now());
        j.plannedStart = Optional.empty();
        j.earlySignalSent = false;
        if (j.request.onlyOccupies.isEmpty()) {
            Share first = shares.get(0);
            j.steps.add(new Step(Step.BATCH, "batch", List.of(first.node()), 1, first.cpus(), controller.now()));
            controller.add(JobEnvironment.start(j, controller.conf()));
        }
        controller.record(j);
    }

    /** A batch script has ended by itself. */
    void batchEnded(long id, int run, ExitCode exit, Duration cpuTime) {
        Job j = controller.job(id).orElse(null);
        if (j == null || j.restarts != run || j.batchLost) {
            return;
        }
        j.steps.stream().filter(s -> s.id.equals(Step.BATCH) && !s.isOver()).forEach(s -> {
            s.cpuTime = cpuTime;
            if (j.runsOrIsSuspended()) {
                s.finish(batchState(exit), exit, controller.now());
            } else {
                s.finish(JobState.CANCELLED, ExitCode.bySignal(15), controller.now());
            }
        });
        if (j.runsOrIsSuspended()) {
            finish(
                    j,
                    exit.isZero() ? JobState.COMPLETED : JobState.FAILED,
                    exit.isZero() ? "None" : exit.signal() > 0 ? signalled(exit) : "NonZeroExitCode",
                    exit);
        }
    }

    /** Why a job has failed that a signal ended. */
    private String signalled(ExitCode exit) {
        return controller.conf().release() == SlurmRelease.V22_05
                ? "JobLaunchFailure"
                : "RaisedSignal:" + exit.signal() + "(" + Signals.words(exit.signal()) + ")";
    }

    private static JobState batchState(ExitCode exit) {
        if (exit.signal() > 0) {
            return JobState.CANCELLED;
        }
        return exit.isZero() ? JobState.COMPLETED : JobState.FAILED;
    }

    /** A job couldn't be started because its output can't be opened. */
    void launchFailed(long id, int run) {
        Job j = controller.job(id).orElse(null);
        if (j != null && j.restarts == run && j.state == JobState.RUNNING) {
            j.batchStep().finish(JobState.CANCELLED, ExitCode.bySignal(53), controller.now());
            finish(j, JobState.FAILED, signalled(ExitCode.bySignal(53)), ExitCode.bySignal(53));
        }
    }

    /** No process of a job is left. */
    void gone(long id, int run) {
        Job j = controller.job(id).orElse(null);
        if (j == null || !j.completing || j.restarts != run) {
            return;
        }
        j.completing = false;
        j.killAt = Optional.empty();
        j.steps.stream()
                .filter(s -> !s.isOver())
                .forEach(s -> s.finish(JobState.CANCELLED, ExitCode.bySignal(15), j.end.orElse(controller.now())));
        if (j.requeueAfterwards.isPresent()) {
            putBack(j, j.requeueAfterwards.get());
        } else {
            controller.record(j);
        }
        controller.queue().schedule();
    }

    /** The job's end is decided; what it has started is told to end, and killed if it doesn't in time. */
    void finish(Job j, JobState state, String reason, ExitCode exit) {
        endSuspension(j);
        j.state = state;
        j.reason = reason;
        j.exit = exit;
        j.end = Optional.of(controller.now());
        clear(j);
        controller.record(j);
        controller.queue().schedule();
    }

    private void clear(Job j) {
        j.completing = true;
        j.killAt = Optional.of(controller.now().plus(controller.conf().killWait()));
        controller.add(new Effect.Signal(j.id, "TERM", Target.ALL));
        controller.add(new Effect.Watch(j.id, j.restarts));
    }

    /** Ends a job, or takes it out of the queue. Returns whether there was anything to end. */
    boolean cancel(Job j, long uid) {
        if (j.state.isOver() || (j.completing && j.requeueAfterwards.isEmpty())) {
            return false;
        }
        j.cancelledBy = Optional.of(uid);
        j.requeueAfterwards = Optional.empty();
        if (j.state == JobState.PENDING && !j.completing) {
            j.start = Optional.of(controller.now());
            j.end = Optional.of(controller.now());
            j.state = JobState.CANCELLED;
            controller.record(j);
            controller.queue().schedule();
        } else {
            note(j, "");
            finish(j, JobState.CANCELLED, "None", ExitCode.bySignal(15));
        }
        return true;
    }

    void signal(Job j, String name, Target target) {
        if (j.state == JobState.RUNNING && !j.completing) {
            controller.add(new Effect.Signal(j.id, name, target));
        }
    }

    /** Stops what a running job has started; its time limit waits, and others may have its CPUs. */
    void suspend(Job j) {
        j.ranBeforeSuspension = j.runTime(controller.now());
        j.state = JobState.SUSPENDED;
        j.suspendTime = Optional.of(controller.now());
        j.priority = 0;
        controller.add(new Effect.Signal(j.id, "STOP", Target.ALL));
        controller.record(j);
        controller.queue().schedule();
    }

    /** Lets a suspended job go on, whoever has its CPUs by now. */
    void resume(Job j) {
        endSuspension(j);
        j.state = JobState.RUNNING;
        controller.add(new Effect.Signal(j.id, "CONT", Target.ALL));
        controller.record(j);
        controller.queue().schedule();
    }

    private void endSuspension(Job j) {
        if (j.state == JobState.SUSPENDED) {
            Duration since = Duration.between(j.suspendTime.orElseThrow(), controller.now());
            j.suspended = j.suspended.plus(since);
            j.steps.stream().filter(s -> !s.isOver()).forEach(s -> s.suspended = s.suspended.plus(since));
            j.suspendTime = Optional.of(controller.now());
            j.priority = j.ownPriority();
        }
    }

    /** Ends a running job and puts it back into the queue. */
    void requeue(Job j, boolean hold) {
        note(j, "DUE TO JOB REQUEUE");
        requeue(j, JobState.REQUEUED, new Job.Requeue(controller.conf().requeueDelay(), hold));
    }

    void requeue(Job j, JobState recorded, Job.Requeue how) {
        if (j.state.isOver() && !j.completing) {
            putBack(j, how);
            controller.queue().schedule();
            return;
        }
        endSuspension(j);
        j.end = Optional.of(controller.now());
        controller.record(j, recorded);
        j.state = JobState.PENDING;
        j.reason = "None";
        j.requeueAfterwards = Optional.of(how);
        clear(j);
    }

    private void putBack(Job j, Job.Requeue how) {
        j.requeueAfterwards = Optional.empty();
        j.batchLost = false;
        j.missedAt = Optional.empty();
        j.restarts++;
        j.state = JobState.PENDING;
        j.submit = controller.now();
        j.begin = Optional.of(controller.now().plus(how.delay()));
        j.eligible = j.begin;
        j.start = Optional.empty();
        j.end = Optional.empty();
        j.suspendTime = Optional.empty();
        j.suspended = Duration.ZERO;
        j.ranBeforeSuspension = Duration.ZERO;
        j.exit = ExitCode.ZERO;
        j.shares = List.of();
        j.steps.clear();
        j.nextStep = 0;
        j.held = how.hold() ? Held.USER : Held.NO;
        j.requeuedAndHeld = how.hold();
        controller.queue().lookAtDependencies(j);
        controller.record(j);
    }

    /** A job of higher priority takes its nodes. */
    void preempt(Job j) {
        note(j, "DUE TO PREEMPTION");
        if (controller
                        .conf()
                        .setting("PreemptMode", "REQUEUE")
                        .toUpperCase(java.util.Locale.ROOT)
                        .contains("CANCEL")
                || !j.requeue) {
            finish(j, JobState.PREEMPTED, "None", ExitCode.bySignal(15));
        } else {
            requeue(j, JobState.PREEMPTED, new Job.Requeue(controller.conf().requeueDelay(), false));
        }
    }

    /** The kernel has killed what the job ran, for want of memory. */
    void outOfMemory(Job j) {
        boolean old = controller.conf().release() == SlurmRelease.V22_05;
        controller.add(new Effect.Note(
                j.id,
                "slurmstepd-" + j.shares.get(0).node() + ": error: Detected 1 "
                        + (old ? "oom-kill event(s)" : "oom_kill event")
                        + " in StepId=" + j.id + ".batch. "
                        + (old
                                ? "Some of your processes may have been killed by the cgroup out-of-memory handler."
                                : "Some of the step tasks have been OOM Killed.")));
        // before anybody is told to end, and says so
        controller.add(new Effect.Signal(j.id, "KILL", Target.ALL));
        j.batchStep().finish(JobState.OUT_OF_MEMORY, ExitCode.bySignal(125), controller.now());
        finish(j, JobState.OUT_OF_MEMORY, "OutOfMemory", ExitCode.bySignal(125));
    }

    void note(Job j, String why) {
        if (j.request.onlyOccupies.isEmpty() && !j.shares.isEmpty()) {
            controller.add(new Effect.Note(
                    j.id,
                    "slurmstepd-" + j.shares.get(0).node() + ": error: *** JOB " + j.id + " ON "
                            + j.shares.get(0).node() + " CANCELLED AT "
                            + Times.print(
                                    controller.now(),
                                    Map.of(),
                                    controller.conf().zone()) + (why.isEmpty() ? "" : " " + why) + " ***"));
        }
    }

    /** A step begins on nodes that the job has. */
    Step startStep(Job j, String name, List<String> on, int tasks, int cpus, String submitLine) {
        Step step = new Step(Integer.toString(j.nextStep++), name, on, tasks, cpus, controller.now());
        step.submitLine = submitLine;
        j.steps.add(step);
        controller.record(j);
        return step;
    }

    void stepEnded(long id, int run, String stepId, ExitCode exit, Duration cpuTime) {
        Job j = controller.job(id).orElse(null);
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
                        controller.now());
            }
        });
        if (exit.status() > j.derivedExit.status()) {
            j.derivedExit = exit;
        }
        controller.record(j);
    }
}
