package io.github.slurmray.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcessGroupsTest {
    @Test
    void aZombieWhoseParentDoesNotAskForItIsNotWaitedFor() throws Exception {
        // the parent of the zombie is in a group of its own, and lives
        Process leader = new ProcessBuilder(
                        "setsid",
                        "sh",
                        "-c",
                        "(true & exec setsid sleep 20) & sleep 0.2; ps -A -o pgid= -o stat= | grep -c \"^ *$$ *Z\"; exec sleep 30")
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(leader.getInputStream(), StandardCharsets.US_ASCII))) {
            assertThat(out.readLine()).isEqualTo("1");

            long begin = System.nanoTime();
            Process end = new ProcessBuilder("/bin/sh", "-c", ProcessGroups.end(List.of(leader.pid()))).start();

            assertThat(end.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(1900));
            assertThat(leader.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            leader.destroyForcibly();
        }
    }
}
