package io.github.slurmray.ray.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What a real Ray answered, and a clock that a test's waiting moves. */
final class Recorded {
    private Recorded() {}

    static String answer(String version, String name) {
        try (InputStream in = Recorded.class.getResourceAsStream(version + "/" + name + ".txt")) {
            if (in == null) {
                throw new IllegalArgumentException("no record of " + name + " by " + version);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Passes as fast as it is waited for. */
    static final class FastTime implements Waits {
        private long now;

        @Override
        public synchronized long nanoTime() {
            return now;
        }

        @Override
        public synchronized void sleep(Duration d) {
            now += d.toNanos();
        }
    }
}
