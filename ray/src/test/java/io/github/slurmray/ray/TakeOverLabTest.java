package io.github.slurmray.ray;

import static io.github.slurmray.ray.Bounds.within;
import static io.github.slurmray.ray.ClusterLab.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.slurm.SlurmUnavailableException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two handles on one cluster. */
@LabTest
@Tag("slurm-versions")
class TakeOverLabTest extends OnTheLab {
    private RayClusters elsewhere;

    @BeforeEach
    void attachFromElsewhere() {
        // as another program on another machine would
        elsewhere = RayClusters.on(clusters.own(ClusterLab.connection(lab, Lab.LOGIN1, Lab.USER)), Platforms.lab());
    }

    @Test
    void theLaterHandleTakesOverAndTheOlderMayEndNothing() throws Exception {
        RayCluster older = clusters.ready(clusters.standIn(1));

        RayCluster later = within(5, "attached and ready", () -> {
            RayCluster attached = clusters.own(elsewhere.attach(older.id()));
            attached.awaitReady(SOON);
            return attached;
        });

        assertThat(later.job()).isEqualTo(older.job());
        clusters.assertEventsAreThoseOfTheJob(later);
        assertThat(later.nodes()).hasSize(2);
        await().atMost(Duration.ofSeconds(5))
                .until(() -> older.events().stream().anyMatch(ClusterEvent.TakenOver.class::isInstance));
        assertThatThrownBy(older::end).isInstanceOf(TakenOverException.class).hasMessageContaining("attach again");
        assertThatThrownBy(older::detach).isInstanceOf(TakenOverException.class);
        assertThatThrownBy(older::close)
                .isInstanceOf(TakenOverException.class)
                .hasMessageContainingAll(older.id().value(), older.job().toString());
        assertThat(later.nodes()).as("after the older handle was closed").hasSize(2);

        later.end();
        clusters.leftovers(later).assertNone();
    }

    @Test
    void anAttachedHandleThatIsClosedGivesTheClusterBack() {
        RayCluster owner = clusters.ready(clusters.standIn(1));
        try (RayCluster guest = elsewhere.attach(owner.id())) {
            assertThat(guest.phase()).isEqualTo(Phase.READY);
            assertThat(guest.nodes()).hasSize(2);
            await().atMost(SOON)
                    .until(() -> owner.events().stream().anyMatch(ClusterEvent.TakenOver.class::isInstance));
        }

        await().atMost(SOON).until(() -> owner.events().stream().anyMatch(ClusterEvent.GivenBack.class::isInstance));
        owner.close();

        assertThat(owner.phase()).isEqualTo(Phase.ENDED);
        clusters.leftovers(owner).assertNone();
    }

    @Test
    void anObserverSeesAllAndChangesNothing() throws Exception {
        RayCluster owner = clusters.ready(clusters.standIn(1));
        String before = lab.sh("login2", "cat /home/hpcuser/.slurmray/" + owner.id() + "/owner");

        try (RayCluster observer = within(5, "observed", () -> elsewhere.observe(owner.id()))) {
            assertThat(observer.phase()).isEqualTo(Phase.READY);
            assertThat(observer.jobState()).isPresent();
            assertThat(observer.nodes()).hasSize(2);
            clusters.assertEventsAreThoseOfTheJob(observer);
            assertThatThrownBy(observer::end)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("attach");
        }

        assertThat(lab.sh(
                        "login2",
                        "cd /home/hpcuser/.slurmray/" + owner.id() + "; cat owner; ls detached 2>/dev/null;true"))
                .isEqualTo(before);
        owner.end();
        assertThat(owner.events()).noneMatch(ClusterEvent.TakenOver.class::isInstance);
        clusters.leftovers(owner).assertNone();
    }

    @Test
    void aHandleThatAttachesWhileTheClusterStartsSeesItBecomeReady() {
        RayCluster older = clusters.launch(clusters.standIn(1, "FAKE_RAY_START_SECONDS=3"));
        await().atMost(SOON).until(() -> older.phase() == Phase.STARTING);

        RayCluster later = clusters.own(elsewhere.attach(older.id()));
        later.awaitReady(SOON);

        clusters.assertEventsAreThoseOfTheJob(later);
        later.end();
        clusters.leftovers(later).assertNone();
    }

    @Test
    void aJobOfAnotherNameThatHasTheIdOfTheClustersJobIsLeftAlone() {
        RayCluster older = clusters.ready(clusters.standIn(0));
        String stranger = lab.shAs(
                        "login2",
                        Lab.USER,
                        "cd /tmp && sbatch --parsable -J stranger -o /dev/null -A " + Lab.ACCOUNT
                                + " -p all --mem=50 -t 10 --wrap 'exec sleep 600'")
                .strip();
        clusters.own(() -> lab.run("exec", "ctl", "scancel", stranger));
        // as if the cluster were in another Slurm that shares this home, and had the same id there
        recordSays(older, stranger);

        RayCluster later = clusters.own(elsewhere.attach(older.id()));
        assertThat(later.job()).hasToString(stranger);
        assertThatThrownBy(later::end)
                .isInstanceOf(SlurmUnavailableException.class)
                .hasMessageContainingAll(
                        "job " + stranger, "'stranger'", older.id().value());
        assertThat(elsewhere.prune().kept().get(older.id())).contains("'stranger'");
        lab.run("exec", "ctl", "scancel", stranger);
        await().atMost(SOON)
                .until(() -> lab.sh("ctl", "squeue -h -j " + stranger + " -t all -o %T")
                        .startsWith("CANCELLED"));
        assertThat(elsewhere.prune().kept().get(older.id())).contains("'stranger'");
        later.close();

        recordSays(older, older.job().toString());
        assertThat(older.nodes()).as("untouched").hasSize(1);
        older.end();
        clusters.leftovers(older).assertNone();
    }

    private void recordSays(RayCluster cluster, String job) {
        lab.shAs("login2", Lab.USER, "echo " + job + " >.slurmray/" + cluster.id() + "/submit/attempt.1/out");
    }

    @Test
    void whatIsLeftOfARemovalThatWasCutIsPruned() {
        ClusterId id = ClusterId.random();
        String run = "/home/hpcuser/.slurmray/" + id;
        lab.shAs(
                "login2",
                Lab.USER,
                "mkdir -p " + run + "/logs && touch " + run + "/logs/.nfs01 && touch -d '11 min ago' " + run);

        assertThat(elsewhere.prune().removed()).contains(id);
        LabLeftovers.of(lab, id, Optional.empty()).assertNone();
    }

    @Test
    void aClusterThatIsNotThereIsNotFound() {
        assertThatThrownBy(() -> elsewhere.attach(new ClusterId("ray-20200101-nosuch")))
                .isInstanceOf(ClusterNotFoundException.class)
                .hasMessageContaining("ray-20200101-nosuch")
                .hasMessageContaining("list()");
    }
}
