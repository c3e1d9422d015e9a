package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.LocalHost;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.SlurmClient;
import io.github.slurmray.testkit.Leaks;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What its users can't see of {@link ClusterWatch}; the rest is in HandlesTest. */
@ExtendWith(Leaks.class)
class ClusterWatchTest {
    @Test
    void newsThatCameWhileTheWatcherLookedIsNotSleptThrough() throws InterruptedException {
        try (Host host = new LocalHost()) {
            PlanRecord plan = PlanRecord.of(Samples.ID, Samples.small().build(), Platforms.lab());
            ClusterWatch watch = new ClusterWatch(
                    plan,
                    new JobId(1),
                    new RunDirectory(host, "nowhere"),
                    SlurmClient.over(host),
                    Claim.OBSERVED,
                    "handle",
                    s -> false);
            ClusterState seen = watch.current();

            watch.told("{\"v\":1,\"at\":1,\"node\":\"cn1\",\"type\":\"all-joined\",\"nodes\":\"1\",\"seconds\":\"4\"}");

            long start = System.nanoTime();
            watch.waitForNews(seen, Duration.ofSeconds(30));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            watch.close("over");
        }
    }
}
