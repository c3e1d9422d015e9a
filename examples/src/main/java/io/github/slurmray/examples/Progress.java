package io.github.slurmray.examples;

import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.slurm.JobState;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Prints what happens to a cluster, each line with the seconds since the start. */
final class Progress implements Consumer<ClusterEvent> {
    private final PrintStream out;
    private final Instant start = Instant.now();
    private volatile List<String> nodes = List.of();

    Progress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void accept(ClusterEvent event) {
        if (event instanceof ClusterEvent.Started e) {
            nodes = e.nodes();
        }
        say(event.at(), describe(event));
    }

    /** The nodes of the job, once it has started. */
    List<String> nodes() {
        return nodes;
    }

    void say(String what) {
        say(Instant.now(), what);
    }

    private void say(Instant at, String what) {
        double seconds = Duration.between(start, at).toMillis() / 1000.0;
        out.printf(Locale.ROOT, "%7.1f s  %s%n", seconds, what);
    }

    private static String describe(ClusterEvent event) {
        if (event instanceof ClusterEvent.JobChanged e) {
            return "job: " + describe(e.state());
        } else if (event instanceof ClusterEvent.Started e) {
            return "job " + e.job() + " runs on " + String.join(", ", e.nodes());
        } else if (event instanceof ClusterEvent.EnvironmentReady e) {
            return "Ray " + e.rayVersion().orElse("of unknown version") + (e.guarded() ? ", guarded by a token" : "");
        } else if (event instanceof ClusterEvent.NodeJoined e) {
            return e.node() + " has joined (" + e.role().toString().toLowerCase(Locale.ROOT) + ")";
        } else if (event instanceof ClusterEvent.Published e) {
            return "published on the VM: " + e.address() + ":" + e.port();
        } else if (event instanceof ClusterEvent.PublishFailed e) {
            return "not published: " + e.cause();
        }
        return event.getClass().getSimpleName();
    }

    private static String describe(JobState state) {
        if (state instanceof JobState.Pending p) {
            return "pending (" + p.reason() + "): " + p.explanation();
        } else if (state instanceof JobState.Running r) {
            return "running";
        } else if (state instanceof JobState.Ended e) {
            return "ended, " + e.outcome();
        } else if (state instanceof JobState.Unknown u) {
            return "unknown since " + u.since() + ": " + u.cause().getMessage();
        }
        return state.toString();
    }
}
