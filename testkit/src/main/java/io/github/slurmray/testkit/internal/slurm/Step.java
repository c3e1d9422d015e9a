package io.github.slurmray.testkit.internal.slurm;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A step of a job: the batch script, or an srun. */
final class Step {
    static final String BATCH = "batch";

    /** {@code batch}, or the number of an srun. */
    final String id;

    final String name;
    final List<String> nodes;
    final int tasks;
    final int cpus;
    final Instant start;
    Optional<Instant> end = Optional.empty();
    JobState state = JobState.RUNNING;
    ExitCode exit = ExitCode.ZERO;
    Duration cpuTime = Duration.ZERO;
    Duration suspended = Duration.ZERO;

    /** What was typed to start it. */
    String submitLine = "";

    Step(String id, String name, List<String> nodes, int tasks, int cpus, Instant start) {
        this.id = id;
        this.name = name;
        this.nodes = List.copyOf(nodes);
        this.tasks = tasks;
        this.cpus = cpus;
        this.start = start;
    }

    boolean isOver() {
        return end.isPresent();
    }

    void finish(JobState newState, ExitCode code, Instant now) {
        state = newState;
        exit = code;
        end = Optional.of(now);
    }
}
