package io.github.slurmray.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.Host;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ssh.SshHost;
import io.github.slurmray.testkit.EmbeddedSlurm;
import io.github.slurmray.testkit.SlurmRelease;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on an emulated Slurm. */
abstract class EmbeddedClusterContract extends ClusterContract {
    private final EmbeddedSlurm slurm;

    EmbeddedClusterContract(SlurmRelease release) {
        slurm = EmbeddedSlurm.builder().release(release).start();
    }

    /** An extension, since the suite ends its clusters first. */
    @RegisterExtension
    final AfterEachCallback closeSlurm = context -> close();

    private void close() {
        slurm.close();
    }

    @Override
    Host connect() {
        return SshHost.builder(slurm.host())
                .port(slurm.port())
                .user(slurm.user())
                .identity(slurm.key())
                .knownHosts(slurm.knownHosts())
                .build();
    }

    @Override
    Platform platform() {
        return Platforms.load(slurm.site());
    }

    @Override
    String account() {
        return "project_1";
    }

    @Override
    RayEnvironment standIn(List<String> lines) {
        RayEnvironment.Builder ray = platform().defaultRay().orElseThrow().toBuilder();
        lines.forEach(ray::setupLine);
        return ray.build();
    }

    @Override
    void assertNothingLeft(RayCluster cluster) {
        await().atMost(SOON).untilAsserted(() -> assertThat(left(cluster)).isEmpty());
    }

    private List<String> left(RayCluster cluster) throws IOException {
        String mark = "SLURM_JOB_ID=" + cluster.job();
        try (Stream<Path> files = Files.walk(slurm.home().resolveSibling("n"));
                Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
            return Stream.concat(
                            files.filter(f -> f.getFileName().toString().startsWith("r-" + cluster.job()))
                                    .map(Path::toString),
                            processes
                                    .filter(p -> isOf(p.pid(), mark))
                                    .map(p -> p.info().commandLine().orElse("a process")))
                    .toList();
        }
    }

    // of this emulation: another one's job may have the same number
    private boolean isOf(long pid, String mark) {
        try {
            String environment = Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
            List<String> variables = List.of(environment.split("\0", -1));
            return variables.contains(mark) && variables.contains("HOME=" + slurm.home());
        } catch (IOException e) {
            return false; // it has gone, or is somebody else's
        }
    }

    @Override
    void stopController() {
        slurm.stopController();
    }

    @Override
    void startController() {
        slurm.startController();
    }
}
