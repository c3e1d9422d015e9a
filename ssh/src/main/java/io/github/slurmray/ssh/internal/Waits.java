package io.github.slurmray.ssh.internal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waiting for something that is being ended, where neither an interrupt nor a failure may keep from going on. */
final class Waits {
    /** How long the ending of a process group may take: its time to react, two seconds of grace, and a little. */
    static final Duration ENDING = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Waits.class);

    private Waits() {}

    /** Runs something after the future has completed, in whatever way. */
    static void after(CompletableFuture<?> future, Runnable action) {
        CompletableFuture<?> unused = future.whenComplete((done, e) -> action.run());
    }

    /** Runs something after the future has completed, and gives it what went wrong, or null. */
    static void after(CompletableFuture<?> future, Consumer<@Nullable Throwable> action) {
        CompletableFuture<?> unused = future.whenComplete((done, e) -> action.accept(e));
    }

    /** Waits for the future's completion, but no longer than this; restores the interrupt flag. */
    static void atMost(Duration limit, CompletableFuture<?> future) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
                continue;
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("went on without waiting for an end: {}", e.toString());
            }
            break;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
