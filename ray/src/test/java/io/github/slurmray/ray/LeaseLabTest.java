package io.github.slurmray.ray;

import static io.github.slurmray.ray.Bounds.within;
import static io.github.slurmray.ray.ClusterLab.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.lab.LabTest;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ssh.SshHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a cluster lives with a handle, and without one. What a dead program leaves is in DeadProgramLabTest. */
@LabTest
class LeaseLabTest extends OnTheLab {
    private static final Duration LEASE = Duration.ofSeconds(5);
    private static final Duration WELL_OVER = LEASE.multipliedBy(2).plusSeconds(1);

    @Test
    void anOpenHandleAndADetachedClusterThatSomebodyLookedAtOutliveTheLease(@TempDir Path directory)
            throws IOException {
        // a site that wants to be asked seldom: the lease is renewed all the same
        Path site = Files.writeString(directory.resolve("site.json"), """
                {"name": "a slow site", "modules": {"init": "source /etc/profile.d/lmod.sh"}, "policies": {"pollFloor": "PT20S"},
                 "reaches": {"LOGIN_FORWARD": true}}
                """);
        RayCluster held = clusters.ready(
                clusters.standIn(0).platform(Platforms.load(site)).lease(LEASE));
        RayCluster left = clusters.ready(clusters.standIn(0).lease(LEASE));
        left.detach();
        RayClusters elsewhere = RayClusters.on(clusters.login, Platforms.lab());
        elsewhere.attach(left.id()).close();

        await().during(WELL_OVER)
                .atMost(SOON)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> held.phase() == Phase.READY
                        && lab.sh("ctl", "squeue -h -o %T -j " + left.job())
                                .strip()
                                .equals("RUNNING"));

        held.end();
        RayCluster found = clusters.own(elsewhere.attach(left.id()));
        found.awaitReady(SOON);
        found.end();
        assertThat(found.events()).noneMatch(ClusterEvent.LeaseOver.class::isInstance);
        clusters.leftovers(held).assertNone();
        clusters.leftovers(left).assertNone();
    }

    @Test
    void aSetUpThatHangsDoesNotOutliveTheLease() throws Exception {
        SshHost dying = ClusterLab.login(lab);
        RayCluster launched = clusters.own(clusters.small(RayEnvironment.builder()
                        .setupLine("sleep 1000")
                        .rayVersion("2.60.0")
                        .build())
                .host(dying)
                .lease(LEASE)
                .build()
                .launch());
        await().atMost(SOON).until(() -> launched.phase() == Phase.STARTING);
        dying.close();
        assertThatThrownBy(launched::close).isInstanceOf(IllegalStateException.class);

        within(LEASE.plusSeconds(15).toSeconds(), "the job ends though a line of its set-up hangs", () -> {
            await().atMost(SOON)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> lab.sh("ctl", "squeue -h -t R,PD,CG -n " + launched.id())
                            .isBlank());
        });
        clusters.leftovers(launched).assertNodesAreClean();
        assertThat(RayClusters.on(clusters.login, Platforms.lab()).prune().removed())
                .contains(launched.id());
        clusters.leftovers(launched).assertNone();
    }

    @Test
    void anAttachedHandleThatIsClosedLeavesADeadProgramsLeaseToRunOut() throws Exception {
        SshHost dying = ClusterLab.login(lab);
        RayCluster launched = clusters.own(
                clusters.standIn(0).host(dying).lease(LEASE).build().launch());
        launched.awaitReady(SOON);
        dying.close();
        assertThatThrownBy(launched::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(launched.id().value(), "job " + launched.job(), "lease of PT5S", "attach");
        RayClusters elsewhere = RayClusters.on(clusters.login, Platforms.lab());

        RayCluster guest = elsewhere.attach(launched.id());
        await().during(WELL_OVER).atMost(SOON).until(() -> guest.phase() == Phase.READY);
        guest.close();

        within(LEASE.plusSeconds(30).toSeconds(), "the job ends when nobody renews its lease any more", () -> {
            await().atMost(SOON)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> lab.sh("ctl", "squeue -h -t R,PD,CG -n " + launched.id())
                            .isBlank());
        });
        RayCluster found = clusters.own(elsewhere.observe(launched.id()));
        assertThat(found.events()).anyMatch(ClusterEvent.LeaseOver.class::isInstance);
        assertThatThrownBy(() -> found.awaitReady(SOON))
                .isInstanceOf(ClusterEndedException.class)
                .hasMessageContaining("nobody renewed its lease");
        assertThat(elsewhere.prune().removed()).contains(launched.id());
        clusters.leftovers(launched).assertNone();
    }
}
