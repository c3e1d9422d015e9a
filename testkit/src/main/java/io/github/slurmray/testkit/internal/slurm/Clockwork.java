package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.internal.slurm.Effect.Target;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What happens as time goes on: limits are reached, waits end, nodes that don't answer are taken for down. */
final class Clockwork {
    private final Controller controller;
    private final Queue queue;
    private final JobLife life;
    private final NodeLife nodeLife;

    Clockwork(Controller controller) {
        this.controller = controller;
        this.queue = controller.queue();
        this.life = controller.life();
        this.nodeLife = controller.nodeLife();
    }

    /** Lets the time go on; what falls due on the way happens in order. */
    void advanceTo(Instant time) {
        for (Optional<Instant> due = nextDue(); due.isPresent() && !due.get().isAfter(time); due = nextDue()) {
            controller.now(due.get());
            passTime();
        }
        controller.now(time);
    }

    /** When something will happen by itself. */
    Optional<Instant> nextDue() {
        Stream<Instant> ofJobs = controller.jobs().stream().flatMap(this::dueTimes);
        Stream<Instant> ofNodes = controller.nodes().values().stream().flatMap(n -> n.downAt.stream());
        return Stream.concat(ofJobs, ofNodes).min(Instant::compareTo);
    }

    private Stream<Instant> dueTimes(Job j) {
        if (j.completing) {
            return j.killAt.stream();
        }
        return switch (j.state) {
            case PENDING -> Stream.concat(j.begin.filter(b -> b.isAfter(controller.now())).stream(), startsByDelay(j));
            case RUNNING ->
                Stream.of(j.limitReached(), earlySignalAt(j), occupiedUntil(j), j.missedAt)
                        .flatMap(Optional::stream);
            default -> j.end.map(e -> e.plus(controller.conf().minJobAge())).stream();
        };
    }

    private Stream<Instant> startsByDelay(Job j) {
        return j.dependencies.stream()
                .filter(d -> d.type == Dependency.Type.AFTER && d.state == Dependency.State.UNFULFILLED)
                .flatMap(d -> controller.jobsOf(d.job).stream()
                        .flatMap(o -> o.start.stream())
                        .map(s -> s.plus(d.delay)))
                .filter(t -> t.isAfter(controller.now()));
    }

    private static Optional<Instant> earlySignalAt(Job j) {
        return j.earlySignalSent
                ? Optional.empty()
                : j.request.earlySignal.flatMap(s -> j.limitReached().map(l -> l.minus(s.before())));
    }

    private static Optional<Instant> occupiedUntil(Job j) {
        return j.request.onlyOccupies.flatMap(d -> j.start.map(s -> s.plus(d).plus(j.suspended)));
    }

    private boolean isDue(Optional<Instant> time) {
        return time.filter(t -> !t.isAfter(controller.now())).isPresent();
    }

    private void passTime() {
        for (Job j : List.copyOf(controller.jobs())) {
            if (j.completing && isDue(j.killAt)) {
                j.killAt = Optional.empty();
                controller.add(new Effect.Signal(j.id, "KILL", Target.ALL));
            } else if (j.state == JobState.RUNNING && !j.completing) {
                passTimeOfRunning(j);
            } else if (j.isOver()
                    && isDue(j.end.map(e -> e.plus(controller.conf().minJobAge())))) {
                controller.forget(j);
            }
        }
        for (Node n : controller.nodes().values()) {
            if (isDue(n.downAt)) {
                n.downAt = Optional.empty();
                nodeLife.markDown(n, "Not responding");
            }
        }
        queue.schedule();
    }

    private void passTimeOfRunning(Job j) {
        if (isDue(occupiedUntil(j))) {
            // it has no process that a node would have to report
            life.finish(j, JobState.COMPLETED, "None", ExitCode.ZERO);
            life.gone(j.id, j.restarts);
        } else if (isDue(j.missedAt)) {
            j.missedAt = Optional.empty();
            nodeLife.miss(j);
        } else if (isDue(j.limitReached())) {
            life.note(j, "DUE TO TIME LIMIT");
            life.finish(j, JobState.TIMEOUT, "TimeLimit", ExitCode.bySignal(15));
        } else if (isDue(earlySignalAt(j))) {
            j.earlySignalSent = true;
            JobRequest.EarlySignal s = j.request.earlySignal.orElseThrow();
            controller.add(new Effect.Signal(j.id, s.signal(), s.batchOnly() ? Target.BATCH : Target.STEPS));
        }
    }
}
