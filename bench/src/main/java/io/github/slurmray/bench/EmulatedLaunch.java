package io.github.slurmray.bench;

import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.RayCluster;
import io.github.slurmray.ray.SlurmRayCluster;
import io.github.slurmray.ray.WorkerGroup;
import io.github.slurmray.ssh.SshHost;
import io.github.slurmray.testkit.EmbeddedSlurm;
import java.time.Duration;
import java.time.Instant;

/** One launch of the stand-in for Ray on an emulated Slurm of as many nodes as it takes. */
final class EmulatedLaunch {
    private static final Memory MEMORY = Memory.ofGiB(3);

    private EmulatedLaunch() {}

    /** Seconds from the start of the job until the last of its nodes has joined. */
    static double secondsUntilAllJoined(int nodes, int startSeconds) {
        String conf = "ClusterName=flat\nSlurmctldHost=ctl\nNodeName=n[1-" + nodes
                + "] CPUs=8 RealMemory=16000\nPartitionName=all Nodes=n[1-" + nodes + "] MaxTime=1-0\n";
        try (EmbeddedSlurm slurm = EmbeddedSlurm.builder()
                        .slurmConf(conf)
                        .accounts("project_1")
                        .start();
                SshHost login = SshHost.builder(slurm.host())
                        .port(slurm.port())
                        .user(slurm.user())
                        .identity(slurm.key())
                        .knownHosts(slurm.knownHosts())
                        .build();
                RayCluster cluster = launch(login, Platforms.load(slurm.site()), nodes, startSeconds)) {
            cluster.awaitReady(Duration.ofMinutes(10));
            Instant started = Instant.MAX;
            Instant joined = Instant.MIN;
            for (ClusterEvent event : cluster.events()) {
                if (event instanceof ClusterEvent.Started) {
                    started = event.at();
                } else if (event instanceof ClusterEvent.NodeJoined) {
                    joined = event.at();
                }
            }
            return Duration.between(started, joined).toNanos() / 1e9;
        }
    }

    private static RayCluster launch(SshHost login, Platform site, int nodes, int startSeconds) {
        RayEnvironment standIn = site.defaultRay().orElseThrow().toBuilder()
                .setupLine("export FAKE_RAY_START_SECONDS=" + startSeconds)
                .build();
        SlurmRayCluster.Builder cluster = SlurmRayCluster.builder()
                .host(login)
                .platform(site)
                .rayEnvironment(standIn)
                .account("project_1")
                .timeLimit(Duration.ofHours(1))
                .head(HeadGroup.builder()
                        .partition("all")
                        .cpus(1)
                        .memory(MEMORY)
                        .build());
        if (nodes > 1) {
            cluster.workers(WorkerGroup.builder("workers")
                    .nodes(nodes - 1)
                    .cpus(1)
                    .memory(MEMORY)
                    .build());
        }
        return cluster.build().launch();
    }
}
