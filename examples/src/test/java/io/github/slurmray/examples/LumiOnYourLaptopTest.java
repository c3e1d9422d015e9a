package io.github.slurmray.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.LaunchPlan;
import io.github.slurmray.ray.RayCluster;
import io.github.slurmray.ray.SlurmRayCluster;
import io.github.slurmray.ray.WorkerGroup;
import io.github.slurmray.slurm.SbatchScript;
import io.github.slurmray.slurm.SlurmClient;
import io.github.slurmray.slurm.SubmissionRefusedException;
import io.github.slurmray.ssh.SshHost;
import io.github.slurmray.testkit.EmbeddedSlurm;
import io.github.slurmray.testkit.EmbeddedSlurmExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A laptop that has LUMI's partitions and limits: what a program would get from LUMI's Slurm, it gets from the
 * emulation.
 */
class LumiOnYourLaptopTest {
    private static final String PROJECT = "project_465000001";

    @RegisterExtension
    static final EmbeddedSlurmExtension SLURM = new EmbeddedSlurmExtension(EmbeddedSlurm.builder()
            .slurmConf(Platforms.lumiC().slurmConf())
            .like("lumi-c")
            .rayModule("pytorch/2.5")
            .accounts(PROJECT));

    private static SlurmRayCluster.Builder cluster(Platform site, SshHost login) {
        return SlurmRayCluster.builder()
                .host(login)
                .platform(site)
                .account(PROJECT)
                .timeLimit(Duration.ofMinutes(30))
                .head(HeadGroup.builder()
                        .partition("small")
                        .cpus(8)
                        .memory(Memory.ofGiB(16))
                        .build())
                .workers(WorkerGroup.builder("cpu")
                        .nodes(2)
                        .cpus(8)
                        .memory(Memory.ofGiB(16))
                        .build());
    }

    private static SshHost login(EmbeddedSlurm slurm) {
        return SshHost.builder(slurm.host())
                .port(slurm.port())
                .user(slurm.user())
                .identity(slurm.key())
                .knownHosts(slurm.knownHosts())
                .build();
    }

    @Test
    void whatIsOverALimitIsRefusedInSlurmsWords(EmbeddedSlurm slurm) {
        try (SshHost login = login(slurm)) {
            SbatchScript tooLong = SbatchScript.builder()
                    .account(PROJECT)
                    .partition("debug")
                    .time(WallTime.parse("01:00:00"))
                    .line("hostname")
                    .build();

            assertThatThrownBy(() -> SlurmClient.over(login).submit(tooLong))
                    .isInstanceOf(SubmissionRefusedException.class)
                    .hasMessageContaining("time limit");
        }
    }

    @Test
    void aClusterIsCheckedAndPricedAsOnLumiAndRunsHere(EmbeddedSlurm slurm) {
        Platform lumi = Platforms.load(slurm.site());
        try (SshHost login = login(slurm)) {
            SlurmRayCluster cluster = cluster(lumi, login).build();
            LaunchPlan plan = cluster.plan();
            assertThat(plan.describe()).contains("bill for the whole time limit: 12.00 core-hours");

            try (RayCluster running = cluster.launch(plan)) {
                running.awaitReady(Duration.ofMinutes(1));
                assertThat(running.nodes()).hasSize(3);
            }
        }
    }

    @Test
    void aProgramThatNamesItsModuleFindsRayInIt(EmbeddedSlurm slurm) {
        try (SshHost login = login(slurm);
                RayCluster running = cluster(Platforms.load(slurm.site()), login)
                        .rayEnvironment(
                                RayEnvironment.builder().module("pytorch/2.5").build())
                        .build()
                        .launch()) {
            running.awaitReady(Duration.ofMinutes(1));
            assertThat(running.nodes()).hasSize(3);
        }
    }
}
