package io.github.slurmray.core;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before each retry: doubling from {@code first} up to {@code max}, with half of it at random, so that
 * many clients that failed together don't come back together.
 *
 * @param first the ceiling of the first wait
 * @param max the ceiling of any wait
 */
public record Backoff(Duration first, Duration max) {
    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException unless 0 &lt; first &lt;= max
     */
    public Backoff {
        if (first.isNegative() || first.isZero() || first.compareTo(max) > 0) {
            throw new IllegalArgumentException("need 0 < first <= max, but first=" + first + ", max=" + max);
        }
    }

    /**
     * Computes the wait; a pure function of its arguments, so a test needs neither a clock nor a sleep.
     *
     * @param failures how many attempts have failed, at least 1
     * @param random gives numbers in [0, 1)
     * @return between half of the ceiling and the ceiling
     */
    public Duration delay(int failures, DoubleSupplier random) {
        Duration ceiling = first;
        for (int i = 1; i < failures && ceiling.compareTo(max) < 0; i++) {
            ceiling = ceiling.multipliedBy(2);
        }
        if (ceiling.compareTo(max) > 0) {
            ceiling = max;
        }
        return Duration.ofNanos((long) (ceiling.toNanos() * (0.5 + random.getAsDouble() / 2)));
    }
}
