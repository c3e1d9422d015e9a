package io.github.slurmray.examples;

import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.RayCluster;
import io.github.slurmray.ray.RayJob;
import io.github.slurmray.ray.RayJobSpec;
import io.github.slurmray.ray.SlurmRayCluster;
import io.github.slurmray.ray.WorkerGroup;
import io.github.slurmray.ssh.SshHost;
import java.nio.file.Path;
import java.time.Duration;

/** The program of the README; a test holds the two together, and another one runs it on the lab. */
class TenLines {
    public static void main(String[] args) {
        Path ssh = Path.of(System.getProperty("user.home"), ".ssh");
        Platform site = Platforms.load(Path.of("my-site.json"));
        SshHost.Builder login = SshHost.builder("login.example.org")
                .user("alice")
                .identity(ssh.resolve("id_ed25519"))
                .knownHosts(ssh.resolve("known_hosts"));
        run(login, site, "project_2001234", Path.of("train"));
    }

    static void run(SshHost.Builder address, Platform site, String account, Path train) {
        try (SshHost login = address.build();
                RayCluster cluster = SlurmRayCluster.builder()
                        .host(login)
                        .platform(site)
                        .account(account)
                        .timeLimit(Duration.ofMinutes(30))
                        .head(HeadGroup.builder()
                                .partition("all")
                                .cpus(2)
                                .memory(Memory.ofGiB(3))
                                .build())
                        .workers(WorkerGroup.builder("cpu")
                                .nodes(2)
                                .cpus(2)
                                .memory(Memory.ofGiB(3))
                                .build())
                        .build()
                        .launch()) {
            cluster.awaitReady(Duration.ofMinutes(15));
            RayJob job = cluster.jobs()
                    .submit(RayJobSpec.builder("python pi.py").workingDir(train).build());
            job.followLogs(System.out::println, Duration.ofMinutes(20));
            System.out.println(cluster.end().table());
        }
    }
}
