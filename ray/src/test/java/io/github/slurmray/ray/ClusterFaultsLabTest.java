package io.github.slurmray.ray;

import static io.github.slurmray.ray.Bounds.within;
import static io.github.slurmray.ray.ClusterLab.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.Memory;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.slurm.JobState;
import io.github.slurmray.slurm.SubmissionRefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the user of a cluster gets when the spec or the site is at fault, besides what {@link ClusterContract} says. */
@LabTest
class ClusterFaultsLabTest extends OnTheLab {
    // ---------------------------------------------------------------- refused

    @Test
    void whatThePlatformKnowsToBeRefusedIsNotSubmitted() throws Exception {
        SlurmRayCluster.Builder tooMuch = clusters.standIn(3)
                .timeLimit(Duration.ofDays(2))
                .head(HeadGroup.builder()
                        .partition("all")
                        .memory(Memory.ofMiB(500))
                        .build());

        PlanRefusedException e = within(
                1, "a refused plan", () -> catchThrowableOfType(PlanRefusedException.class, tooMuch.build()::launch));

        assertThat(e).hasMessageContaining("--nodes=4").hasMessageContaining("at most 3");
        assertThat(e).hasMessageContaining("--time=2-00:00:00").hasMessageContaining("1-00:00:00");
        LabLeftovers.of(lab, e.plan().id(), Optional.empty()).assertNone();
    }

    @Test
    void anUnknownPartitionIsRefusedWithTheOnesThereAre() throws Exception {
        SlurmRayCluster cluster = clusters.standIn(0)
                .head(HeadGroup.builder().partition("huge").build())
                .build();

        PlanRefusedException e = within(
                1, "an unknown partition", () -> catchThrowableOfType(PlanRefusedException.class, cluster::launch));

        assertThat(e).hasMessageContaining("huge").hasMessageContaining("gputest");
    }

    @Test
    void anAccountThatSlurmRefusesIsNamedInSlurmsWordsAndLeavesNothing() throws Exception {
        SlurmRayCluster cluster = clusters.standIn(0)
                .account(Lab.FOREIGN_ACCOUNT)
                .publish(Publish.dashboardTo(PublishLabTest.vmAt(8390).build()))
                .vmHost(clusters.vm)
                .build();
        LaunchPlan plan = cluster.plan();
        clusters.login.connect();

        SubmissionRefusedException e = within(
                5,
                "a foreign account, with the submission",
                () -> catchThrowableOfType(SubmissionRefusedException.class, () -> cluster.launch(plan)));

        assertThat(e).hasMessageContaining("Invalid account").hasMessageContaining(Lab.FOREIGN_ACCOUNT);
        assertThat(e.option()).hasValue("account");
        LabLeftovers.of(lab, plan.id(), Optional.empty()).assertNone();
    }

    @ParameterizedTest
    @CsvSource({
        "4, 10, all, Node count, nodes",
        "1, 2000, test, time limit, time",
        "1, 10, huge, partition, partition",
    })
    void whatOnlySlurmKnowsIsRefusedInItsWords(
            int nodes, int minutes, String partition, String words, String option, @TempDir Path directory)
            throws Exception {
        Path site = Files.writeString(directory.resolve("site.json"), """
                {"name": "a site of which nothing is known", "reaches": {"LOGIN_FORWARD": true}}
                """);
        SlurmRayCluster.Builder spec = clusters.standIn(nodes - 1)
                .platform(Platforms.load(site))
                .timeLimit(Duration.ofMinutes(minutes))
                .head(HeadGroup.builder()
                        .partition(partition)
                        .memory(Memory.ofMiB(500))
                        .build());
        SlurmRayCluster cluster = spec.build();
        LaunchPlan plan = cluster.plan();
        clusters.login.connect();

        SubmissionRefusedException e = within(
                5,
                "refused by Slurm: " + option + ", with the submission",
                () -> catchThrowableOfType(SubmissionRefusedException.class, () -> cluster.launch(plan)));

        assertThat(e.slurmSays()).containsIgnoringCase(words);
        assertThat(e.option()).hasValue(option);
        LabLeftovers.of(lab, plan.id(), Optional.empty()).assertNone();
    }

    // ---------------------------------------------------------------- Ray doesn't start

    @Test
    void aModuleThatDoesNotExistFailsWithItsOwnWords() throws Exception {
        failsWithin(
                10,
                "a missing module",
                clusters.small(RayEnvironment.builder()
                        .module("no-such-ray/9.9")
                        .rayVersion("2.60.0")
                        .build()),
                "no-such-ray/9.9",
                "unknown");
    }

    @Test
    void aSetUpThatHangsFailsAtTheJoinTimeoutAndIsNamed() throws Exception {
        failsWithin(
                15,
                "a set-up line that hangs, with the join timeout of 5 s",
                clusters.small(RayEnvironment.builder()
                                .setupLine("sleep 1000")
                                .rayVersion("2.60.0")
                                .build())
                        .joinTimeout(Duration.ofSeconds(5)),
                "0 of 1 nodes joined within 5 s",
                "sleep 1000");
    }

    /** The user is told, the job ends by itself, and ending the handle removes the rest. */
    private void failsWithin(long seconds, String what, SlurmRayCluster.Builder spec, String... words)
            throws Exception {
        RayCluster cluster = clusters.launch(spec);
        await().atMost(SOON).until(() -> cluster.phase() != Phase.PENDING);

        ClusterFailedException e = within(
                seconds,
                what,
                () -> catchThrowableOfType(ClusterFailedException.class, () -> cluster.awaitReady(SOON)));
        within(seconds, what + ": the job has ended", () -> {
            await().atMost(SOON).until(() -> cluster.phase() == Phase.ENDED);
        });

        assertThat(e).hasMessageContainingAll(words);
        assertThat(cluster.jobState()).get().isInstanceOf(JobState.Ended.class);
        clusters.leftovers(cluster).assertNodesAreClean();
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    // ---------------------------------------------------------------- Slurm ends it

    @Test
    void aJobThatReachesItsTimeLimitIsAnEndWithThatOutcome() throws Exception {
        RayCluster cluster = clusters.ready(clusters.standIn(1));

        // a time limit has whole minutes; its end can be moved to the second
        lab.sh("ctl", "scontrol update jobid=" + cluster.job() + " EndTime=now+1");

        endsAs(cluster, JobState.Outcome.TIMEOUT, "time limit reached");
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    private void endsAs(RayCluster cluster, JobState.Outcome outcome, String what) throws Exception {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> lab.sh("ctl", "squeue -h -t R,PD,CG -j " + cluster.job() + " 2>/dev/null; true")
                        .isBlank());
        within(10, what + ", after Slurm has ended it", () -> {
            await().atMost(SOON).until(() -> cluster.phase() == Phase.ENDED);
        });
        assertThat(cluster.jobState())
                .get()
                .isInstanceOfSatisfying(
                        JobState.Ended.class,
                        ended -> assertThat(ended.outcome()).isEqualTo(outcome));
        assertThatThrownBy(() -> cluster.awaitReady(Duration.ZERO)).isInstanceOf(ClusterEndedException.class);
    }
}
