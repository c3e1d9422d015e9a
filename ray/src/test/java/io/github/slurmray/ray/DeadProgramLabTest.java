package io.github.slurmray.ray;

import static io.github.slurmray.ray.Bounds.within;
import static io.github.slurmray.ray.ClusterLab.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.lab.LabTest;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.slurm.JobId;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The program that launched a cluster is killed, at each phase; another one attaches, or nobody does. */
@LabTest
class DeadProgramLabTest extends OnTheLab {
    private static final Duration LONG_LEASE = Duration.ofMinutes(2);

    private RayClusters elsewhere;

    @BeforeEach
    void attachFromElsewhere() {
        elsewhere = RayClusters.on(clusters.login, Platforms.lab()).withVmHost(clusters.vm);
        clusters.login.connect();
    }

    @Test
    void killedBeforeItSubmittedThePreparedClusterIsPruned() throws Exception {
        DyingProgram program = start("prepared", 8321, LONG_LEASE);
        ClusterId id = says(program, "PREPARED");
        program.kill();

        assertThatThrownBy(() -> elsewhere.attach(id))
                .isInstanceOf(ClusterNotFoundException.class)
                .hasMessageContaining("never submitted");
        assertThat(elsewhere.prune().kept().get(id)).contains("being submitted just now");
        assertThat(elsewhere.prune(Duration.ZERO).removed()).contains(id);
        LabLeftovers.of(lab, id, Optional.empty()).assertNone();
    }

    @Test
    void killedWhileItSubmittedTheOneJobIsFound() throws Exception {
        ClusterId id;
        // the controller stands still, so sbatch waits for its answer when the program dies
        lab.sh("ctl", "pkill -STOP -x slurmctld");
        try {
            DyingProgram program = start("ready", 8322, LONG_LEASE);
            id = says(program, "PLAN");
            String record = "/home/hpcuser/.slurmray/" + id + "/submit/attempt.1/owner";
            await().atMost(SOON)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() ->
                            lab.attempt("exec", "login2", "test", "-f", record).status() == 0);
            program.kill();
        } finally {
            lab.sh("ctl", "pkill -CONT -x slurmctld");
        }

        attachedIsTheSame(id, 8322, "killed while it submitted");
        assertThat(lab.sh("ctl", "squeue -h -t all -o %A -n " + id).lines()).hasSize(1);
    }

    @Test
    void killedWhilePendingTheClusterIsAttachedTo() throws Exception {
        AutoCloseable blocker = clusters.blocker();
        DyingProgram program = start("pending", 8323, LONG_LEASE);
        ClusterId id = says(program, "PENDING");
        program.kill();

        RayCluster attached = within(5, "attached, killed while pending", () -> {
            RayCluster found = clusters.own(elsewhere.attach(id));
            await().atMost(SOON).until(() -> found.jobState().isPresent());
            return found;
        });
        assertThat(attached.phase()).isEqualTo(Phase.PENDING);
        blocker.close();
        endsCleanly(attached, 8323);
    }

    @Test
    void killedWhileStartingTheClusterIsAttachedTo() throws Exception {
        DyingProgram program = start("starting", 8324, LONG_LEASE);
        ClusterId id = says(program, "STARTING");
        program.kill();

        RayCluster attached = within(5, "attached, killed while starting", () -> {
            RayCluster found = clusters.own(elsewhere.attach(id));
            await().atMost(SOON).until(() -> found.phase() == Phase.STARTING);
            return found;
        });
        endsCleanly(attached, 8324);
    }

    @Test
    void killedWhileReadyTheClusterIsAttachedTo() throws Exception {
        DyingProgram program = start("ready", 8325, LONG_LEASE);
        ClusterId id = says(program, "READY Up");
        program.kill();

        attachedIsTheSame(id, 8325, "killed while ready");
    }

    @Test
    void killedAndNobodyAttachesTheJobEndsWithItsLeaseAndPruneRemovesTheRest() throws Exception {
        Duration lease = Duration.ofSeconds(5);
        DyingProgram program = start("ready", 8326, lease);
        ClusterId id = says(program, "READY Up");
        JobId job = JobId.parse(word(program, "JOB"));
        program.kill();

        within(lease.plusSeconds(30).toSeconds(), "the job ends when its lease of 5 s has run out", () -> {
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> lab.sh("ctl", "squeue -h -t R,PD,CG -n " + id).isBlank());
        });
        LabLeftovers.of(lab, id, Optional.of(job)).assertNodesAreClean();
        assertThat(RayClusters.on(clusters.login, Platforms.lab())
                        .prune()
                        .kept()
                        .get(id))
                .as("without a connection to the VM")
                .contains("withVmHost");
        assertThat(elsewhere.prune().removed()).contains(id);
        LabLeftovers.of(lab, id, Optional.of(job)).onVmPort(8326).assertNone();
    }

    @ParameterizedTest
    @Tag("fault")
    @MethodSource("io.github.slurmray.lab.Lab#seeds")
    void killedAtAnyMomentTheClusterIsFoundOrWasNeverSubmitted(long seed) throws Exception {
        DyingProgram program = start("ready", 8327, LONG_LEASE);
        ClusterId id = says(program, "PLAN");
        Duration moment = Duration.ofMillis(new Random(seed).nextInt(4_000));
        System.out.println("seed " + seed + ": killed after " + moment);
        await().pollDelay(moment).until(() -> true);
        program.kill();

        Optional<JobId> job = Optional.empty();
        try {
            RayCluster attached = clusters.own(elsewhere.attach(id));
            job = Optional.of(attached.job());
            attached.awaitReady(SOON);
            attached.end();
        } catch (ClusterNotFoundException e) {
            assertThat(lab.sh("ctl", "squeue -h -t all -o %A -n " + id)).isEmpty();
        }
        LabLeftovers left = LabLeftovers.of(lab, id, job).onVmPort(8327);
        // what the dead program had sent off may still be under way
        await().atMost(SOON).untilAsserted(() -> {
            elsewhere.prune(Duration.ZERO);
            left.assertNone();
        });
    }

    private DyingProgram start(String kind, int vmPort, Duration lease) throws Exception {
        return clusters.own(DyingProgram.start(kind, vmPort, lease));
    }

    /** Waits until the program has said so, and returns its cluster. */
    private static ClusterId says(DyingProgram program, String line) throws Exception {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> program.said().stream().anyMatch(l -> l.startsWith(line)));
        return new ClusterId(word(program, "PLAN"));
    }

    private static String word(DyingProgram program, String key) throws Exception {
        return program.said().stream()
                .filter(l -> l.startsWith(key + " "))
                .map(l -> l.substring(key.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    private void attachedIsTheSame(ClusterId id, int vmPort, String what) throws Exception {
        RayCluster attached = within(5, "attached, " + what, () -> clusters.own(elsewhere.attach(id)));
        endsCleanly(attached, vmPort);
    }

    private void endsCleanly(RayCluster attached, int vmPort) {
        attached.awaitReady(SOON);
        clusters.assertEventsAreThoseOfTheJob(attached);
        attached.end();
        clusters.leftovers(attached).onVmPort(vmPort).assertNone();
    }
}
