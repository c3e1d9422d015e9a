package io.github.slurmray.ray.internal;

import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.ray.ClusterEndedException;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.ClusterFailedException;
import io.github.slurmray.ray.NotReadyException;
import io.github.slurmray.ray.Phase;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.PublishFailedException;
import io.github.slurmray.ray.PublishState;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import java.time.Duration;
import java.util.Optional;

/** Waits until a watched cluster is ready, and says what it waits for, or why it can't be ready or isn't any more. */
final class Readiness {
    private static final Duration PUBLISH_GRACE = Duration.ofSeconds(3);
    private static final Duration EVENTS_ARRIVE = Duration.ofSeconds(5);

    private final PlanRecord plan;
    private final JobId job;
    private final ClusterWatch watch;

    Readiness(PlanRecord plan, JobId job, ClusterWatch watch) {
        this.plan = plan;
        this.job = job;
        this.watch = watch;
    }

    /**
     * Waits.
     *
     * @param timeout at most this long
     * @throws PublishFailedException if that is why; the job goes on
     */
    void await(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            ClusterState s = watch.await(c -> c.phase() == Phase.READY || cannotBeReady(c), left)
                    .orElseThrow(() -> new NotReadyException(
                            "cluster " + plan.id() + " isn't ready after " + timeout.toSeconds() + " s: "
                                    + waitsFor(watch.current()),
                            null));
            if (s.phase() == Phase.READY) {
                return;
            }
            if (endedByItself(s) && s.failure().isEmpty()) {
                // Slurm's word may come sooner than the job's own, which has the reason
                s = watch.await(
                                c -> c.failure().isPresent()
                                        || last(ClusterEvent.Finished.class).isPresent(),
                                EVENTS_ARRIVE)
                        .orElse(s);
            }
            // a port that is free a moment later, or an old failure among the events that are told again, is none
            if (s.failure().isPresent()
                    || !requiredPublishFailed(s)
                    || watch.await(c -> !requiredPublishFailed(c), PUBLISH_GRACE)
                            .isEmpty()) {
                throw whyNotReady(s);
            }
        }
    }

    /** What a cluster that isn't ready waits for, to be put after a colon. */
    String waitsFor(ClusterState s) {
        long joined = watch.events().stream()
                .filter(ClusterEvent.NodeJoined.class::isInstance)
                .count();
        String now = s.job().map(JobState::toString).orElse("not asked for yet");
        return switch (s.phase()) {
            case PENDING -> "its job is " + now;
            case STARTING -> joined + " of " + plan.nodes() + " nodes have joined; publishing: " + s.publish();
            default -> "it is " + s.phase() + "; its job is " + now;
        };
    }

    private SlurmRayException whyNotReady(ClusterState s) {
        if (s.failure().isPresent()) {
            return new ClusterFailedException(describe(s.failure().get()), null);
        }
        if (s.job().isPresent() && s.job().get() instanceof JobState.Ended ended) {
            return new ClusterEndedException("cluster " + plan.id() + " (job " + job + ") " + howItEnded(ended), ended);
        }
        if (requiredPublishFailed(s) && s.publish() instanceof PublishState.Down down) {
            return new PublishFailedException(
                    "cluster " + plan.id() + " must be published, and can't be: " + down.cause(), null);
        }
        return new ClusterFailedException(
                "the job of cluster " + plan.id() + " can never start: "
                        + s.job().map(Object::toString).orElse("") + "; end it and launch another",
                null);
    }

    /** The life of a cluster that has ended, after its name. */
    String howItEnded(JobState.Ended ended) {
        String end = last(ClusterEvent.LeaseOver.class)
                .map(e -> "has ended, since nobody renewed its lease of " + plan.lease() + ": " + ended)
                .orElse("has ended: " + ended);
        return wasReady().map(since -> since + ", and " + end).orElse(end + ", before it was ready");
    }

    /** Since when it was ready, as far as this handle can know: that it is ready, is no event of the job. */
    private Optional<String> wasReady() {
        return last(ClusterEvent.Ready.class)
                .map(e -> "had been ready since " + e.at())
                .or(() -> last(ClusterEvent.AllJoined.class).map(e -> "had had all its nodes since " + e.at()));
    }

    private String describe(ClusterEvent.Failed e) {
        return "cluster " + plan.id() + " (job " + job + ") "
                + last(ClusterEvent.Ready.class)
                        .map(ready -> "had been ready since " + ready.at() + ", and failed: ")
                        .orElse("can't come up: ")
                + e.detail() + " [" + e.cause() + ", on " + e.node() + "]"
                + (e.log().isBlank() ? "" : "\n  " + e.log().strip().replace("\n", "\n  "));
    }

    private <E extends ClusterEvent> Optional<E> last(Class<E> kind) {
        return watch.events().stream().filter(kind::isInstance).map(kind::cast).reduce((a, b) -> b);
    }

    /** Not by somebody who cancelled it, or by Slurm: then Slurm's word is all there is to say. */
    private static boolean endedByItself(ClusterState s) {
        return s.job().isPresent()
                && s.job().get() instanceof JobState.Ended ended
                && switch (ended.outcome()) {
                    case COMPLETED, FAILED, NOT_RECORDED -> true;
                    default -> false;
                };
    }

    private boolean cannotBeReady(ClusterState s) {
        boolean never = s.job().isPresent()
                && s.job().get() instanceof JobState.Pending p
                && p.clears() == JobState.Clears.NEVER;
        return s.failure().isPresent() || s.phase() == Phase.ENDED || never || requiredPublishFailed(s);
    }

    private boolean requiredPublishFailed(ClusterState s) {
        return plan.publish().filter(Publish::isRequired).isPresent() && s.publish() instanceof PublishState.Down;
    }
}
