package io.github.slurmray.ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.concurrent.Callable;

/** The bounds that users are promised, held and printed. */
final class Bounds {
    private Bounds() {}

    /** Does something, and asserts that it took no longer than promised. */
    static void within(long seconds, String what, Runnable action) throws Exception {
        within(seconds, what, () -> {
            action.run();
            return true;
        });
    }

    /** Does something, and asserts that it took no longer than promised. */
    static <T> T within(long seconds, String what, Callable<T> action) throws Exception {
        long start = System.nanoTime();
        T result = action.call();
        double took = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "%5.1f s of %d s: %s%n", took, seconds, what);
        assertThat(took).as(what).isLessThan((double) seconds);
        return result;
    }
}
