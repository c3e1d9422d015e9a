package io.github.slurmray.ssh.internal;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The sessions that one connection may have open at once. A server's usual limit is 10; 8 of them are for commands, so
 * that there is always one left to end commands that take too long. Where the server allows less, the number of slots
 * learns it.
 */
final class Slots {
    private static final int FOR_COMMANDS = 8;

    private final Semaphore free = new Semaphore(FOR_COMMANDS, true);
    private int limit = FOR_COMMANDS;

    boolean acquire(long nanos) throws InterruptedException {
        return free.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    }

    /** Returns how many commands may run at once. */
    synchronized int limit() {
        return limit;
    }

    void release() {
        free.release();
    }

    /**
     * Gives up a slot for good, after the server has refused it.
     *
     * @return false if it was the last one: the refusal is not for want of room
     */
    synchronized boolean shrink() {
        if (limit == 1) {
            free.release();
            return false;
        }
        limit--;
        return true;
    }
}
