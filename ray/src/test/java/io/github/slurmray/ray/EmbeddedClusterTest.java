package io.github.slurmray.ray;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.core.Memory;
import io.github.slurmray.ssh.SshHost;
import io.github.slurmray.testkit.EmbeddedSlurm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedClusterTest {
    @TempDir
    Path dir;

    @Test
    void trial() throws Exception {
        Path bin = Files.createDirectory(dir.resolve("bin"));
        Files.copy(Path.of(System.getProperty("slurmray.root", "..")).resolve("lab/conf/fake-ray"), bin.resolve("ray"));
        bin.resolve("ray").toFile().setExecutable(true);
        Path file = Files.writeString(dir.resolve("site.json"), """
                {"name": "embedded", "nodeDirectory": "$TMPDIR", "slurm": {"version": "24.11"},
                 "reaches": {"LOGIN_FORWARD": true}, "partitions": {"all": {}}}""");
        Platform site = Platforms.load(file);
        try (EmbeddedSlurm slurm = EmbeddedSlurm.builder().accounts("project_1").start();
                SshHost login = SshHost.builder(slurm.host())
                        .port(slurm.port())
                        .user(slurm.user())
                        .identity(slurm.key())
                        .knownHosts(slurm.knownHosts())
                        .build()) {
            SlurmRayCluster.Builder b = SlurmRayCluster.builder()
                    .host(login)
                    .platform(site)
                    .account("project_1")
                    .rayEnvironment(RayEnvironment.builder()
                            .setupLine("export FAKE_RAY_START_SECONDS=0.2 PATH=" + bin + ":$PATH")
                            .rayVersion("2.60.0")
                            .build())
                    .timeLimit(Duration.ofMinutes(5))
                    .head(HeadGroup.builder().partition("all").cpus(1).memory(Memory.ofMiB(500)).build())
                    .workers(WorkerGroup.builder("cpu").nodes(2).cpus(1).memory(Memory.ofMiB(500)).build());
            long start = System.nanoTime();
            RayCluster cluster = b.build().launch();
            try {
                cluster.awaitReady(Duration.ofSeconds(20));
                System.out.println("ready after " + (System.nanoTime() - start) / 1e9);
                System.out.println(cluster.nodes());
            } finally {
                cluster.events().forEach(System.out::println);
                System.out.println(slurm.received());
                try (var logs = Files.walk(slurm.home().resolve(".slurmray"))) {
                    for (Path p : (Iterable<Path>) logs.filter(f -> f.toString().endsWith(".log"))::iterator) {
                        System.out.println("== " + p + "\n" + Files.readString(p));
                    }
                }
            }
            System.out.println(cluster.end().table());
            System.out.println("ended after " + (System.nanoTime() - start) / 1e9);
        }
        assertThat(dir).exists();
    }
}
