package io.github.slurmray.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.ssh.SshHost;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@LabTest
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ExamplesLabTest {
    private static final Path ROOT = Path.of(System.getProperty("slurmray.root", ".."));

    @Test
    @Tag("slurm-versions")
    void theMainExampleComputesOnEveryNodeAndLeavesNothingBehind(Lab lab) {
        computesOnEveryNodeAndLeavesNothingBehind(lab, "lab");
    }

    @Test
    void aNewSiteIsAFileAlone(Lab lab, @TempDir Path directory) throws IOException {
        String facts;
        try (InputStream in = Objects.requireNonNull(Platforms.class.getResourceAsStream("lab.json"))) {
            facts = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Path file = Files.writeString(
                directory.resolve("new-site.json"), facts.replace("\"name\": \"lab\"", "\"name\": \"new-site\""));
        assertThat(Platforms.load(file).name()).isEqualTo("new-site");

        computesOnEveryNodeAndLeavesNothingBehind(lab, file.toString());
    }

    private static void computesOnEveryNodeAndLeavesNothingBehind(Lab lab, String platform) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        boolean ok = LaunchRayCluster.run(
                Settings.of(
                        "platform=" + platform,
                        "keys=" + lab.key().getParent(),
                        "jobs=" + ROOT.resolve("examples/jobs"),
                        "vm-port=8290"),
                new PrintStream(printed, true, StandardCharsets.UTF_8));

        String said = printed.toString(StandardCharsets.UTF_8);
        assertThat(said)
                .contains("nodes that took part: 3")
                .contains("cn1 took part", "cn2 took part", "cn3 took part")
                .contains("the dashboard is published at 10.77.0.5:8290 of the cloud VM")
                .contains("COMPLETED")
                .contains("nothing is left on any host");
        assertThat(ok).as(said).isTrue();
    }

    @Test
    void theProgramOfTheReadmeRuns(Lab lab) {
        assertThatCode(() -> TenLines.run(
                        SshHost.builder(Lab.LOGIN1)
                                .user(Lab.USER)
                                .identity(lab.key())
                                .knownHosts(lab.knownHosts()),
                        Platforms.lab(),
                        Lab.ACCOUNT,
                        ROOT.resolve("examples/jobs")))
                .doesNotThrowAnyException();
    }

    @Test
    void aSignalToTheProgramEndsItsClusterByTheHookOfTheReadme(Lab lab) throws Exception {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EndedBySignal.class.getName(),
                        "keys=" + lab.key().getParent())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader said = program.inputReader(StandardCharsets.UTF_8)) {
            String first = Objects.requireNonNull(said.readLine(), "the program ended without a word");
            assertThat(first).startsWith("cluster ray-").endsWith(": Ctrl-C ends it");
            String id = first.substring("cluster ".length(), first.indexOf(':'));

            program.toHandle().destroy(); // SIGTERM, and its output stays open
            assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
            // it was the signal, not the end of the try block
            assertThat(program.exitValue()).isEqualTo(128 + 15);
            assertThat(said.lines()).isEmpty();
            assertThat(lab.sh("ctl", "squeue -h -n " + id)).isEmpty();
            assertThat(lab.sh("login1", "ls -d /home/" + Lab.USER + "/.slurmray/" + id + " 2>/dev/null; true"))
                    .isEmpty();
        } finally {
            program.destroyForcibly();
        }
    }
}
