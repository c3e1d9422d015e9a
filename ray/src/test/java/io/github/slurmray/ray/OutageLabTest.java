package io.github.slurmray.ray;

import static io.github.slurmray.ray.Bounds.within;
import static io.github.slurmray.ray.ClusterLab.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.lab.LabTest;
import io.github.slurmray.slurm.JobState;
import io.github.slurmray.slurm.SlurmUnavailableException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** What a cluster and its handle do while a host, the network or Slurm's controller is away, and when it is back. */
@LabTest
class OutageLabTest extends OnTheLab {
    // ---------------------------------------------------------------- Slurm's controller

    @Test
    void aLaunchWhileTheControllerIsDownSubmitsOnceItIsBack() throws Exception {
        clusters.login.connect();
        SlurmRayCluster spec = clusters.standIn(0).build();
        LaunchPlan plan = spec.plan();
        FutureTask<RayCluster> launch = new FutureTask<>(() -> clusters.own(spec.launch(plan)));
        during("svc ctl stop slurmctld", "svc ctl start slurmctld", () -> {
            new Thread(launch).start();
            // sbatch has failed once
            await().atMost(SOON)
                    .until(() -> !lab.sh(
                                    "login2",
                                    "cat /home/hpcuser/.slurmray/" + plan.id() + "/submit/attempt.1/status 2>/dev/null;"
                                            + " true")
                            .isBlank());
            assertThat(launch).isNotDone();
        });

        RayCluster cluster = within(5, "launched, after the controller is back", () -> launch.get());

        assertThat(lab.sh("ctl", "squeue -h -n " + plan.id()).lines()).hasSize(1);
        cluster.awaitReady(SOON);
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    @Test
    void aLaunchInterruptedBeforeSlurmAnsweredIsLaunchedAgainAndMakesOneJob() throws Exception {
        clusters.login.connect();
        SlurmRayCluster spec = clusters.standIn(0).build();
        LaunchPlan plan = spec.plan();
        FutureTask<Throwable> launch = new FutureTask<>(() -> catchThrowable(() -> clusters.own(spec.launch(plan))));
        Thread thread = new Thread(launch);
        String record = "/home/hpcuser/.slurmray/" + plan.id() + "/submit/attempt.1/owner";
        lab.sh("ctl", "pkill -STOP -x slurmctld");
        try {
            thread.start();
            await().atMost(SOON)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() ->
                            lab.attempt("exec", "login2", "test", "-f", record).status() == 0);
            thread.interrupt();
            assertThat(launch.get())
                    .isInstanceOf(LaunchUndecidedException.class)
                    .hasMessageContainingAll(plan.id().value(), "launch(plan)", "attach", "prune()");
        } finally {
            lab.sh("ctl", "pkill -CONT -x slurmctld");
        }

        RayCluster cluster = clusters.own(spec.launch(plan));

        assertThat(lab.sh("ctl", "squeue -h -t all -o %A -n " + plan.id()).lines())
                .containsExactly(cluster.job().toString());
        cluster.awaitReady(SOON);
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    @Test
    void aPendingJobIsUnknownWhileTheControllerIsDownAndPendingAgainAfterwards() throws Exception {
        clusters.blocker();
        RayCluster cluster = clusters.launch(clusters.pending());
        await().atMost(SOON).until(() -> is(cluster, JobState.Pending.class));

        during("svc ctl stop slurmctld", "svc ctl start slurmctld", () -> {
            await().atMost(SOON).until(() -> is(cluster, JobState.Unknown.class));
            assertThat(cluster.phase()).isEqualTo(Phase.PENDING);
            JobState.Unknown unknown = (JobState.Unknown) cluster.jobState().orElseThrow();
            assertThat(unknown.lastKnown()).get().isInstanceOf(JobState.Pending.class);
            assertThat(unknown.cause()).hasMessageContaining("controller");
        });

        within(5, "pending again, after the controller is back", () -> {
            await().atMost(SOON).until(() -> is(cluster, JobState.Pending.class));
        });
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    @Test
    void aReadyClusterOutlivesItsController() throws Exception {
        RayCluster cluster = clusters.ready(clusters.standIn(1));

        during("svc ctl stop slurmctld", "svc ctl start slurmctld", () -> {
            await().atMost(SOON).until(() -> is(cluster, JobState.Unknown.class));
            assertThat(cluster.phase()).isEqualTo(Phase.READY);
            assertThat(cluster.nodes()).hasSize(2);
        });

        within(5, "running again, after the controller is back", () -> {
            await().atMost(SOON).until(() -> is(cluster, JobState.Running.class));
        });
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    @Test
    void aClusterEndsAndIsRemovedWhileTheAccountingIsDownAndTheNumbersComeLater() throws Exception {
        RayCluster cluster = clusters.ready(clusters.standIn(0));

        during("svc ctl stop slurmdbd", "svc ctl start slurmdbd", () -> {
            SlurmUnavailableException e = within(
                    30,
                    "ended without accounting",
                    () -> catchThrowableOfType(SlurmUnavailableException.class, cluster::end));
            assertThat(e).hasMessageContaining("accounting");
            assertThat(cluster.phase()).isEqualTo(Phase.ENDED);
        });

        // the controller keeps the records until the database takes them
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> cluster.accounting().jobRow().flatMap(r -> r.end()).isPresent());
        assertThat(cluster.end().jobRow().flatMap(r -> r.end())).isPresent();
        clusters.leftovers(cluster).assertNone();
    }

    private static boolean is(RayCluster cluster, Class<? extends JobState> kind) {
        return cluster.jobState().filter(kind::isInstance).isPresent();
    }

    // ---------------------------------------------------------------- the way to the login node

    @Test
    void aCutOfTheLoginNodeEndsNothingAndLosesNoEvent() throws Exception {
        RayCluster cluster = clusters.ready(clusters.standIn(2, "FAKE_RAY_DIE=cn3"));

        during("netcut login2", "netheal login2", () -> {
            await().atMost(SOON).until(() -> is(cluster, JobState.Unknown.class));
            // cn3's Ray dies two seconds after it has joined: this program can't hear of it
            await().during(Duration.ofSeconds(8)).atMost(SOON).until(() -> cluster.phase() == Phase.READY);
        });

        within(15, "job and Ray answer, after the network is back", () -> {
            await().atMost(SOON).until(() -> is(cluster, JobState.Running.class));
            await().atMost(SOON).ignoreExceptions().until(() -> cluster.nodes().size() == 2);
        });
        within(15, "the events are followed again", () -> {
            await().atMost(SOON)
                    .until(() -> cluster.events().stream().anyMatch(ClusterEvent.NodeLeft.class::isInstance));
        });
        clusters.assertEventsAreThoseOfTheJob(cluster);
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    @Test
    void aLoginNodeWhoseSshServerWasKilledIsUsedAgainOnceItIsBack() throws Exception {
        RayCluster cluster = clusters.ready(clusters.standIn(0));

        // the listener and every session, as when the machine goes down
        during("exec login2 pkill -KILL sshd", "svc login2 start sshd", () -> {
            await().atMost(SOON).until(() -> is(cluster, JobState.Unknown.class));
            assertThat(cluster.phase()).isEqualTo(Phase.READY);
        });

        within(15, "job and Ray answer, after sshd is back", () -> {
            await().atMost(SOON).until(() -> is(cluster, JobState.Running.class));
            await().atMost(SOON).ignoreExceptions().until(() -> cluster.nodes().size() == 1);
        });
        cluster.end();
        assertThat(cluster.events().stream().filter(ClusterEvent.Started.class::isInstance))
                .hasSize(1);
        clusters.leftovers(cluster).assertNone();
    }

    @Test
    void aLaunchThroughACutOfTheNetworkMakesOneJob() throws Exception {
        clusters.login.connect();
        SlurmRayCluster spec = clusters.standIn(0).build();
        LaunchPlan plan = spec.plan();
        FutureTask<RayCluster> launch = new FutureTask<>(() -> clusters.own(spec.launch(plan)));
        String record = "/home/hpcuser/.slurmray/" + plan.id() + "/submit/attempt.1";
        // the controller stands still, so that the network is cut between sbatch and its answer
        lab.sh("ctl", "pkill -STOP -x slurmctld");
        try {
            new Thread(launch).start();
            await().atMost(SOON)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> lab.attempt("exec", "login2", "test", "-f", record + "/owner")
                                    .status()
                            == 0);
            during("netcut login2", "netheal login2", () -> {
                lab.sh("ctl", "pkill -CONT -x slurmctld");
                await().during(Duration.ofSeconds(8)).atMost(SOON).until(() -> !launch.isDone());
            });
        } finally {
            lab.sh("ctl", "pkill -CONT -x slurmctld");
        }

        RayCluster cluster = within(15, "launched, after the network is back", () -> launch.get());

        assertThat(lab.sh("ctl", "squeue -h -t all -o %A -n " + plan.id()).lines())
                .containsExactly(cluster.job().toString());
        cluster.awaitReady(SOON);
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    // ---------------------------------------------------------------- a node

    @Test
    void aNodeThatLosesItsPowerIsReported() throws Exception {
        RayCluster cluster = clusters.ready(clusters.standIn(0).workers(ClusterLab.group("cpu", 2)));

        during("powercut cn2", "poweron cn2", () -> {
            within(40, "a lost node is reported, after its power was cut", () -> {
                await().atMost(SOON).until(() -> cluster.phase() == Phase.ENDED);
            });
        });

        assertThat(cluster.jobState())
                .get()
                .isInstanceOfSatisfying(
                        JobState.Ended.class, e -> assertThat(e.outcome()).isEqualTo(JobState.Outcome.NODE_FAIL));
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    private interface Action {
        void run() throws Exception;
    }

    /** Does something while the lab has a fault, which is undone in any case. */
    private void during(String fault, String undo, Action action) throws Exception {
        lab.run(fault.split(" ", -1));
        try {
            action.run();
        } finally {
            lab.run(undo.split(" ", -1));
        }
    }
}
