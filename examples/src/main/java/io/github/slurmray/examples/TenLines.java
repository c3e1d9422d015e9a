package io.github.slurmray.examples;

import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Platform;
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
final class TenLines {
    private TenLines() {}

    static void run(String address, String user, Path key, Path knownHosts, Platform site, String account, Path train) {
        // README: begin
        try (SshHost login = SshHost.builder(address)
                        .user(user)
                        .identity(key)
                        .knownHosts(knownHosts)
                        .build();
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
        // README: end
    }
}
