package io.github.slurmray.ray.internal;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Tells the login host by a {@link Follower} that this program lives, and renews the lease for as long as it may.
 *
 * <p>It has a daemon thread of its own: neither a Slurm that answers slowly nor a Ray that doesn't may cost the lease.
 */
final class Heartbeat implements AutoCloseable {
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Follower follower;
    private final String handle;
    private final long renewal;
    private final BooleanSupplier mayRenew;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    // guarded by this
    private long renewals;
    private long nextRenewal = System.nanoTime();

    /**
     * Creates it; {@link #start} starts it.
     *
     * @param follower how to reach the login host
     * @param name for the thread's name
     * @param handle written into the lease
     * @param lease renewed four times as often
     * @param mayRenew asked each time
     */
    Heartbeat(Follower follower, String name, String handle, Duration lease, BooleanSupplier mayRenew) {
        this.follower = follower;
        this.handle = handle;
        this.renewal = lease.dividedBy(4).toNanos();
        this.mayRenew = mayRenew;
        this.thread = new Thread(this::beat, "slurmray-lease-" + name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void beat() {
        long wait = 0;
        try {
            while (!closed.await(wait, TimeUnit.NANOSECONDS)) {
                wait = send() ? Math.min(renewal, Follower.SIGN_OF_LIFE.toNanos()) : RETRY.toNanos();
            }
        } catch (InterruptedException e) {
            // closed while it was writing to a connection that takes nothing any more
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean send() {
        if (!mayRenew.getAsBoolean() || System.nanoTime() - nextRenewal < 0) {
            return follower.signOfLife();
        }
        boolean sent = follower.renew("renewed " + handle + " " + ++renewals);
        if (sent) {
            nextRenewal = System.nanoTime() + renewal;
        }
        return sent;
    }

    /** Ends the thread; waits for it for seconds at most. */
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
