package io.github.slurmray.slurm;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes as fast as it is slept away, so that a test of half a minute's patience takes a moment. */
final class QuickTiming extends Timing {
    private final AtomicLong skipped = new AtomicLong();

    QuickTiming() {
        super(Duration.ofSeconds(30));
    }

    @Override
    Duration waitOnHost() {
        return Duration.ofSeconds(1);
    }

    @Override
    long nanos() {
        return System.nanoTime() + skipped.get();
    }

    @Override
    void sleep(Duration time) throws InterruptedException {
        skipped.addAndGet(time.toNanos());
        // lets the real processes of the test go on
        super.sleep(Duration.ofMillis(5));
    }
}
