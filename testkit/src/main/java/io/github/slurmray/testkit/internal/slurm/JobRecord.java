package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One run of a job as the accounting database has it: a copy that doesn't change any more. */
record JobRecord(
        long id,
        int run,
        String printedId,
        long arrayId,
        JobRequest request,
        String name,
        String account,
        String partition,
        String qos,
        Optional<String> comment,
        Duration timeLimit,
        long priority,
        String state,
        boolean over,
        ExitCode exit,
        ExitCode derivedExit,
        Instant submit,
        Optional<Instant> eligible,
        Optional<Instant> start,
        Optional<Instant> end,
        Suspended suspended,
        List<Share> shares,
        String requestedTres,
        String requestedMemory,
        List<StepRecord> steps) {

    /**
     * For how long something was suspended.
     *
     * @param before in the past
     * @param since when it was suspended that still is
     */
    record Suspended(Duration before, Optional<Instant> since) {
        static Suspended of(Job j, Duration before) {
            return new Suspended(before, j.state == JobState.SUSPENDED ? j.suspendTime : Optional.empty());
        }

        Duration until(Instant now) {
            return since.map(s -> before.plus(Duration.between(s, now))).orElse(before);
        }
    }

    /** A step, likewise. */
    record StepRecord(
            String id,
            String name,
            List<String> nodes,
            int tasks,
            int cpus,
            Instant start,
            Optional<Instant> end,
            Suspended suspended,
            String state,
            ExitCode exit,
            Duration cpuTime,
            String submitLine) {
        static StepRecord of(Job j, Step s) {
            boolean stopped = j.state == JobState.SUSPENDED && !s.isOver();
            return new StepRecord(
                    s.id,
                    s.name,
                    s.nodes,
                    s.tasks,
                    s.cpus,
                    s.start,
                    s.end,
                    stopped ? Suspended.of(j, s.suspended) : new Suspended(s.suspended, Optional.empty()),
                    stopped ? j.state.name() : s.state.name(),
                    s.exit,
                    s.cpuTime,
                    s.submitLine);
        }

        Duration elapsed(Instant now) {
            return Duration.between(start, end.orElse(now)).minus(suspended.until(now));
        }
    }

    /** Copies a job as it is now, in a state that may differ from the one that the controller shows. */
    static JobRecord of(Job j, JobState state) {
        String word = state.name() + j.cancelledBy.map(uid -> " by " + uid).orElse("");
        // a job that was told to end has an exit code of its own: what the signal did to the script is the batch step's
        boolean told = List.of(JobState.CANCELLED, JobState.TIMEOUT, JobState.PREEMPTED, JobState.REQUEUED)
                .contains(state);
        return new JobRecord(
                j.id,
                j.restarts,
                j.recordedId(),
                j.arrayId,
                j.request,
                j.name,
                j.account,
                j.partition.name(),
                j.qos,
                j.comment,
                j.timeLimit,
                j.priority,
                word,
                state.isOver(),
                told ? ExitCode.ZERO : j.exit,
                j.derivedExit,
                j.submit,
                j.eligible,
                j.start,
                j.end,
                Suspended.of(j, j.suspended),
                j.shares,
                j.requestedTres(),
                Job.memory(j.requestedMemory()),
                j.steps.stream().map(s -> StepRecord.of(j, s)).toList());
    }

    String nodeList() {
        return shares.isEmpty()
                ? "None assigned"
                : HostList.compress(shares.stream().map(Share::node).toList());
    }

    int allocCpus() {
        return shares.stream().mapToInt(Share::cpus).sum();
    }

    Duration elapsed(Instant now) {
        return start.map(s -> Duration.between(s, end.orElse(now)).minus(suspended.until(now)))
                .orElse(Duration.ZERO);
    }

    Duration cpuTime() {
        return steps.stream().map(StepRecord::cpuTime).reduce(Duration.ZERO, Duration::plus);
    }
}
