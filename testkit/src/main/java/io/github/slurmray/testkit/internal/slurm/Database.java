package io.github.slurmray.testkit.internal.slurm;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The accounting database. Records reach it late, or, while it is down, when it is back. */
final class Database {
    private final Deque<Message> underWay = new ArrayDeque<>();
    private final Map<Key, JobRecord> records = new LinkedHashMap<>();
    private Duration lag = Duration.ZERO;
    private boolean down;

    private record Message(Instant sent, JobRecord text) {}

    private record Key(long id, int run) {}

    void lag(Duration newLag) {
        lag = newLag;
    }

    void down(boolean isDown) {
        down = isDown;
    }

    boolean isDown() {
        return down;
    }

    void send(JobRecord text, Instant now) {
        underWay.add(new Message(now, text));
    }

    /** What it has by now, in the order of first mention. */
    Collection<JobRecord> records(Instant now) {
        while (!down && !underWay.isEmpty() && !underWay.peek().sent().plus(lag).isAfter(now)) {
            JobRecord text = underWay.remove().text();
            records.put(new Key(text.id(), text.run()), text);
        }
        return List.copyOf(records.values());
    }
}
