package io.github.slurmray.ray;

import static io.github.slurmray.ray.ClusterLab.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.platforms.Platforms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a cluster lives with a handle, and without one. What a dead program leaves is in DeadProgramLabTest. */
@LabTest
class LeaseLabTest {
    private static final Duration LEASE = Duration.ofSeconds(5);
    private static final Duration WELL_OVER = LEASE.multipliedBy(2).plusSeconds(1);

    private ClusterLab clusters;

    @BeforeEach
    void connect(Lab lab) {
        clusters = new ClusterLab(lab);
    }

    @AfterEach
    void disconnect() {
        clusters.close();
    }

    @Test
    void anOpenHandleAndADetachedClusterOutliveTheLease(Lab lab, @TempDir Path directory) throws IOException {
        // a site that wants to be asked seldom: the lease is renewed all the same
        Path site = Files.writeString(directory.resolve("site.json"), """
                {"name": "a slow site", "modules": {"init": "source /etc/profile.d/lmod.sh"}, "policies": {"pollFloor": "PT20S"},
                 "reaches": {"LOGIN_FORWARD": true}}
                """);
        RayCluster held = clusters.ready(
                clusters.standIn(0).platform(Platforms.load(site)).lease(LEASE));
        RayCluster left = clusters.ready(clusters.standIn(0).lease(LEASE));
        left.detach();

        await().during(WELL_OVER)
                .atMost(SOON)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> held.phase() == Phase.READY
                        && lab.sh("ctl", "squeue -h -o %T -j " + left.job())
                                .strip()
                                .equals("RUNNING"));

        held.end();
        RayCluster found =
                clusters.own(RayClusters.on(clusters.login, Platforms.lab()).attach(left.id()));
        found.awaitReady(SOON);
        found.end();
        assertThat(found.events()).noneMatch(ClusterEvent.LeaseOver.class::isInstance);
        clusters.leftovers(held).assertNone();
        clusters.leftovers(left).assertNone();
    }
}
