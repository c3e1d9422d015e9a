package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.internal.ProcessGroups;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Ends process groups at the far end of a connection, in one session at a time that no command can take: what is to be
 * ended meanwhile goes together into the next. Safe for use by many threads.
 */
final class Killer {
    private final Connection connection;
    private Map<Long, CompletableFuture<Void>> waiting = new LinkedHashMap<>();
    private boolean busy;

    Killer(Connection connection) {
        this.connection = connection;
    }

    /** Ends a group. What is returned completes when it has ended, exceptionally if it couldn't be told to. */
    CompletableFuture<Void> end(long group) {
        CompletableFuture<Void> ended;
        synchronized (this) {
            ended = waiting.computeIfAbsent(group, g -> new CompletableFuture<>());
        }
        next();
        return ended;
    }

    private void next() {
        Map<Long, CompletableFuture<Void>> batch;
        synchronized (this) {
            if (busy || waiting.isEmpty()) {
                return;
            }
            busy = true;
            batch = waiting;
            waiting = new LinkedHashMap<>();
        }
        Waits.after(run(new ArrayList<>(batch.keySet())), e -> {
            synchronized (this) {
                busy = false;
            }
            for (CompletableFuture<Void> ended : batch.values()) {
                if (e == null) {
                    ended.complete(null);
                } else {
                    ended.completeExceptionally(e);
                }
            }
            next();
        });
    }

    private CompletableFuture<Void> run(List<Long> groups) {
        Sink nowhere = (bytes, offset, length) -> length;
        ExecChannel channel = new ExecChannel(new Frame().request(ProcessGroups.end(groups)), nowhere, nowhere);
        try {
            connection.register(channel);
            channel.input().feed(new byte[0], true);
            channel.begin();
            return channel.done();
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
