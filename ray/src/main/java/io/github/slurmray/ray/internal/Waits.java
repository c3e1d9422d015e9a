package io.github.slurmray.ray.internal;

import io.github.slurmray.core.InterruptedCallException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Time as the loops of this package see it, so that tests move it by themselves. */
public interface Waits {
    /** The machine's own time. */
    Waits REAL = new Waits() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration d) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(d.toNanos());
        }
    };

    /**
     * Reads a clock that never goes back.
     *
     * @return nanoseconds since some moment
     */
    long nanoTime();

    /**
     * Lets time pass.
     *
     * @param d how much
     * @throws InterruptedException if the thread is interrupted
     */
    void sleep(Duration d) throws InterruptedException;

    /**
     * Lets time pass before something is tried again.
     *
     * @param d how much
     * @param what what is waited for, for the message
     * @throws InterruptedCallException if the thread is interrupted; its flag is set again
     */
    default void pause(Duration d, String what) {
        try {
            sleep(d);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException("interrupted while waiting for " + what, e);
        }
    }
}
