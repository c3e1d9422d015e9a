package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.HostProcess;
import io.github.slurmray.core.LocalHost;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program that follows a cluster's events on the login node. */
@Timeout(20)
class FollowScriptTest {
    private static final String LONG = "60";

    @TempDir
    private Path parent;

    private final LocalHost host = new LocalHost();
    private Path run;

    @BeforeEach
    void makeRunDirectory() throws IOException {
        run = Files.createDirectory(parent.resolve("run"));
        Files.writeString(run.resolve("owner"), "me\n");
    }

    @AfterEach
    void closeHost() {
        host.close();
    }

    private HostProcess follow(int told, String silence) {
        return host.start(Scripts.command("bash", "follow.sh", run.toString(), Integer.toString(told), silence));
    }

    private static BufferedReader lines(HostProcess process) {
        return new BufferedReader(new InputStreamReader(process.stdout(), StandardCharsets.UTF_8));
    }

    private void write(String text) throws IOException {
        Files.writeString(run.resolve("events.jsonl"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void eachLineIsToldOnceFromTheGivenOneOnAndAHalfWrittenOneOnlyWhenItIsWhole() throws IOException {
        write("one\ntwo\nthr");
        try (HostProcess process = follow(1, LONG);
                BufferedReader lines = lines(process)) {
            assertThat(lines.readLine()).isEqualTo("two");
            assertThat(lines.readLine()).isEqualTo("!owner me");
            write("ee\nfour\n");
            assertThat(lines.readLine()).isEqualTo("three");
            assertThat(lines.readLine()).isEqualTo("four");
        }
    }

    @Test
    void aLineRenewsTheLeaseAndAnEmptyOneDoesNot() throws IOException {
        Path lease = run.resolve("lease");
        try (HostProcess process = follow(0, LONG)) {
            process.stdin().write("renewed 1\n\n".getBytes(StandardCharsets.UTF_8));
            process.stdin().flush();

            await().atMost(Duration.ofSeconds(5))
                    .until(() -> Files.exists(lease) && Files.readString(lease).equals("renewed 1\n"));
            await().during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> Files.readString(lease).equals("renewed 1\n"));
        }
    }

    @Test
    void itEndsWhenItHasHeardNothingForTooLong() throws IOException {
        try (HostProcess process = follow(0, "1");
                BufferedReader lines = lines(process)) {
            assertThat(lines.lines()).containsExactly("!owner me");
        }
    }

    @Test
    void itEndsWhenTheRunDirectoryIsGone() throws IOException {
        try (HostProcess process = follow(0, LONG);
                BufferedReader lines = lines(process)) {
            assertThat(lines.readLine()).isEqualTo("!owner me");
            Files.delete(run.resolve("owner"));
            Files.delete(run);
            assertThat(lines.lines().filter(l -> !l.equals("!owner "))).isEmpty();
        }
    }
}
