package io.github.slurmray.examples;

import io.github.slurmray.ray.ClusterEvent;
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
        say(event.at(), event.describe());
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
}
