package io.github.slurmray.testkit.internal.embedded;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.util.threads.NoCloseExecutor;

/**
 * The threads on which completions of reads and writes run. What comes after the shutdown runs on the thread that
 * brings it.
 *
 * <p>When a channel group is shut down, the JDK's own thread may still bring the completion of a channel that is being
 * closed. MINA's executors refuse it with an exception that the JDK doesn't expect, and that thread dies of it. MINA
 * wraps any executor in a {@link NoCloseExecutor} of its own, but takes one of these as it is.
 */
final class IoExecutor extends NoCloseExecutor {
    /**
     * Creates the executor; a thread is started when there is work.
     *
     * @param name what its daemon threads are called
     * @param threads how many there are at most
     */
    IoExecutor(String name, int threads) {
        super(Executors.newFixedThreadPool(threads, daemons(name)));
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-io-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException shutDown) {
            task.run();
        }
    }

    /** Takes no more work for the threads, which end when what they have is done. */
    @Override
    public void shutdown() {
        executor.shutdown();
        super.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        return List.of();
    }
}
