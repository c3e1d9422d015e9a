package io.github.slurmray.ray;

import static io.github.slurmray.ray.Bounds.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.slurm.Accounting;
import io.github.slurmray.slurm.JobState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a launched cluster does, whatever Slurm it runs on, emulated or real. Ray is the stand-in, so that only the
 * launch is asked. Each implementation has the nodes cn1 to cn3 in the partition all, and four GPUs in gputest.
 */
@SuppressWarnings("try") // close() may be interrupted: then the test is over anyway
abstract class ClusterContract {
    static final Duration SOON = Duration.ofSeconds(40);

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private Host login;

    /** Connects to the login node. */
    abstract Host connect();

    abstract Platform platform();

    abstract String account();

    /** The stand-in for Ray, with these lines of shell in its setup too. */
    abstract RayEnvironment standIn(List<String> lines);

    /**
     * Asserts that no job, process, file or directory of the cluster is left, where only the implementation can look.
     */
    abstract void assertNothingLeft(RayCluster cluster);

    abstract void stopController();

    abstract void startController();

    @BeforeEach
    final void connectToLogin() {
        login = own(connect());
    }

    @AfterEach
    final void endAll() throws Exception {
        AssertionError trouble = new AssertionError("could not end or undo all of the test");
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                trouble.addSuppressed(e);
            }
        }
        if (trouble.getSuppressed().length > 0) {
            throw trouble;
        }
    }

    final <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    // ---------------------------------------------------------------- specs

    private SlurmRayCluster.Builder cluster(int workers, String... exports) {
        List<String> lines = new ArrayList<>(List.of("export FAKE_RAY_START_SECONDS=0.2"));
        for (String export : exports) {
            lines.add("export " + export);
        }
        SlurmRayCluster.Builder cluster = SlurmRayCluster.builder()
                .host(login)
                .platform(platform())
                .rayEnvironment(standIn(lines))
                .account(account())
                .timeLimit(Duration.ofMinutes(5))
                .lease(Duration.ofMinutes(2))
                .head(HeadGroup.builder()
                        .partition("all")
                        .cpus(1)
                        .memory(Memory.ofMiB(500))
                        .build());
        if (workers > 0) {
            cluster.workers(group("cpu", 1, workers));
        }
        return cluster;
    }

    private static WorkerGroup group(String name, int cpus, int nodes) {
        return WorkerGroup.builder(name)
                .nodes(nodes)
                .cpus(cpus)
                .memory(Memory.ofMiB(500))
                .build();
    }

    private RayCluster launch(SlurmRayCluster.Builder cluster) {
        return own(cluster.build().launch());
    }

    private RayCluster ready(SlurmRayCluster.Builder spec) {
        RayCluster cluster = launch(spec);
        cluster.awaitReady(SOON);
        return cluster;
    }

    /** A cluster that waits for all four GPUs, of which another job holds one. */
    private RayCluster pending() {
        String job = login.run(Command.shell("cd /tmp && sbatch --parsable -o /dev/null -A " + account()
                        + " -p gputest --gres=gpu:1 --mem=50 -t 10 --wrap 'exec sleep 600'"))
                .orThrow()
                .stdout()
                .strip();
        own(() -> login.run(Command.of("scancel", job)));
        RayCluster cluster = launch(cluster(0)
                .head(HeadGroup.builder()
                        .partition("gputest")
                        .gpus(4)
                        .memory(Memory.ofMiB(500))
                        .build()));
        await().atMost(SOON)
                .until(() -> cluster.jobState()
                        .filter(JobState.Pending.class::isInstance)
                        .isPresent());
        return cluster;
    }

    /** A path that all nodes can see and nobody uses. */
    private String unusedFile() {
        String file = login.run(Command.shell("mktemp -u ~/contract.XXXXXX"))
                .orThrow()
                .stdout()
                .strip();
        own(() -> login.run(Command.of("rm", "-f", file)));
        return file;
    }

    private void end(RayCluster cluster) {
        cluster.end();
        assertThat(RayClusters.on(login, platform()).list()).noneMatch(c -> c.id().equals(cluster.id()));
        assertNothingLeft(cluster);
    }

    private static void awaitPhase(RayCluster cluster, Phase phase) {
        await().atMost(SOON).until(() -> cluster.phase() == phase);
    }

    // ---------------------------------------------------------------- nothing fails

    @Test
    void aHeadAloneIsAClusterAndEndingItTwiceIsHarmless() {
        RayCluster cluster = ready(cluster(0));

        assertThat(cluster.nodes()).singleElement().matches(RayNode::head);
        Accounting accounting = cluster.end();

        assertThat(accounting.jobRow().flatMap(r -> r.end())).isPresent();
        assertThat(cluster.end()).isSameAs(accounting);
        cluster.close();
        cluster.close();
        assertThat(cluster.phase()).isEqualTo(Phase.ENDED);
        assertNothingLeft(cluster);
    }

    @Test
    void eachWorkerGroupHasItsOwnShapeAndNodesOfItsOwn() {
        RayCluster cluster = ready(cluster(0).workers(group("few", 2, 1)).workers(group("many", 3, 1)));

        assertThat(cluster.nodes()).extracting(n -> n.resources().get("CPU")).containsExactlyInAnyOrder(1.0, 2.0, 3.0);
        assertThat(cluster.nodes()).extracting(RayNode::name).containsExactlyInAnyOrder("cn1", "cn2", "cn3");
        end(cluster);
    }

    @Test
    void twoClustersOfOneUserShareNodesAndEndByThemselves() {
        RayCluster first = launch(cluster(2));
        RayCluster second = launch(cluster(2));
        first.awaitReady(SOON);
        second.awaitReady(SOON);

        end(first);

        assertThat(second.nodes()).hasSize(3);
        assertThat(second.phase()).isEqualTo(Phase.READY);
        end(second);
    }

    @Test
    void aRayJobRunsWithItsFilesAndSettingsAndItsLogIsFollowed(@TempDir Path directory) throws IOException {
        RayCluster cluster = ready(cluster(1));
        Files.writeString(directory.resolve("words.txt"), "of the file\n");

        List<String> log = new ArrayList<>();
        RayJob job = cluster.jobs()
                .submit(RayJobSpec.builder("cat words.txt; echo \"$WORDS\"")
                        .workingDir(directory)
                        .env("WORDS", "of the setting")
                        .build());
        RayJobInfo info = job.followLogs(log::add);

        assertThat(info.status()).isEqualTo(RayJobStatus.SUCCEEDED);
        assertThat(log).containsExactly("of the file", "of the setting");
        RayJob failing = cluster.jobs().submit(RayJobSpec.builder("exit 3").build());
        assertThat(failing.await(SOON).status()).isEqualTo(RayJobStatus.FAILED);
        RayJob endless = cluster.jobs().submit(RayJobSpec.builder("sleep 600").build());
        endless.stop();
        assertThat(endless.await(SOON).status()).isEqualTo(RayJobStatus.STOPPED);
        assertThat(cluster.jobs().list()).hasSize(3);
        end(cluster);
    }

    @Test
    void aPendingClusterSaysWhyAndCanBeEnded() {
        RayCluster cluster = pending();

        assertThatThrownBy(() -> cluster.awaitReady(Duration.ofSeconds(1)))
                .isInstanceOf(NotReadyException.class)
                .hasMessageContaining("Resources");
        assertThat(cluster.phase()).isEqualTo(Phase.PENDING);
        end(cluster);
    }

    @Test
    void anInterruptedWaitThrowsAndLeavesTheClusterAlone() throws Exception {
        RayCluster cluster = pending();
        FutureTask<Boolean> waiting = new FutureTask<>(() -> {
            try {
                cluster.awaitReady(SOON);
                return false;
            } catch (InterruptedCallException e) {
                return Thread.currentThread().isInterrupted();
            }
        });
        Thread thread = new Thread(waiting);
        thread.start();
        await().atMost(SOON).until(() -> thread.getState() == Thread.State.TIMED_WAITING);

        thread.interrupt();

        assertThat(waiting.get()).as("the flag is set again").isTrue();
        assertThat(cluster.phase()).isEqualTo(Phase.PENDING);
    }

    @Test
    void aSubscriberThatThrowsIsToldNoMoreAndDisturbsNobody() {
        RayCluster cluster = launch(cluster(1));
        AtomicInteger calls = new AtomicInteger();
        List<ClusterEvent> told = new ArrayList<>();
        cluster.subscribe(e -> {
            calls.incrementAndGet();
            throw new IllegalArgumentException("the subscriber's own fault");
        });
        cluster.subscribe(told::add);
        cluster.awaitReady(SOON);

        end(cluster);

        await().atMost(SOON).until(() -> told.equals(cluster.events()));
        assertThat(calls).hasValue(1);
        assertThat(told.stream().filter(ClusterEvent.NodeJoined.class::isInstance))
                .hasSize(2);
        assertThat(told.stream().filter(ClusterEvent.Ready.class::isInstance)).hasSize(1);
        assertThat(told.stream().filter(ClusterEvent.Finished.class::isInstance))
                .hasSize(1);
    }

    // ---------------------------------------------------------------- Ray doesn't start, or dies

    @Test
    void aSetupLineThatFailsIsNamedWithItsWords() throws Exception {
        fails(
                10,
                cluster(1).rayEnvironment(standIn(List.of("no-such-command --at-all"))),
                "no-such-command --at-all",
                "command not found");
    }

    @Test
    void aHeadThatDiesFailsWithTheTailOfItsLog() throws Exception {
        fails(10, cluster(1, "FAKE_RAY_FAIL=head"), "told to fail", "head");
    }

    @Test
    void aWorkerThatDiesBeforeItJoinedFailsWithTheTailOfItsLog() throws Exception {
        fails(10, cluster(1, "FAKE_RAY_FAIL=worker"), "told to fail", "worker");
    }

    @Test
    void aWorkerThatNeverJoinsFailsAtTheJoinTimeout() throws Exception {
        fails(
                15,
                cluster(1, "FAKE_RAY_HANG=worker").joinTimeout(Duration.ofSeconds(5)),
                "1 of 2 nodes joined within 5 s");
    }

    /** The user is told, the job ends by itself, and ending the handle removes the rest. */
    private void fails(int seconds, SlurmRayCluster.Builder spec, String... words) throws Exception {
        RayCluster cluster = launch(spec);
        await().atMost(SOON).until(() -> cluster.phase() != Phase.PENDING);

        ClusterFailedException e = within(
                seconds,
                words[0],
                () -> catchThrowableOfType(ClusterFailedException.class, () -> cluster.awaitReady(SOON)));
        within(seconds, words[0] + ": the job has ended", () -> awaitPhase(cluster, Phase.ENDED));

        assertThat(e).hasMessageContainingAll(words);
        assertThat(cluster.jobState()).get().isInstanceOf(JobState.Ended.class);
        end(cluster);
    }

    @Test
    void aReadyClusterWhoseHeadDiesEnds() throws Exception {
        String death = unusedFile();
        RayCluster cluster = ready(cluster(1, "FAKE_RAY_DIE=head", "FAKE_RAY_DIE_FILE=" + death));

        login.run(Command.of("touch", death)).orThrow();

        within(10, "a ready cluster's head dies", () -> awaitPhase(cluster, Phase.ENDED));

        assertThat(cluster.events().stream().filter(ClusterEvent.NodeLeft.class::isInstance))
                .anyMatch(e -> ((ClusterEvent.NodeLeft) e).log().contains("told to die"));
        end(cluster);
    }

    @Test
    void aReadyClusterGoesOnWithoutAWorkerThatDied() {
        String death = unusedFile();
        RayCluster cluster = ready(cluster(2, "FAKE_RAY_DIE=cn3", "FAKE_RAY_DIE_FILE=" + death));

        login.run(Command.of("touch", death)).orThrow();

        await().atMost(SOON)
                .until(() -> cluster.events().stream()
                        .anyMatch(e -> e instanceof ClusterEvent.NodeLeft left
                                && left.node().equals("cn3")
                                && left.hadJoined()));

        assertThat(cluster.phase()).isEqualTo(Phase.READY);
        assertThat(cluster.nodes()).hasSize(2);
        end(cluster);
    }

    // ---------------------------------------------------------------- Slurm ends it, or is away

    @Test
    void aJobCancelledFromOutsideIsAnEndWithThatOutcome() throws Exception {
        RayCluster cluster = ready(cluster(1));

        login.run(Command.of("scancel", cluster.job().toString())).orThrow();

        within(10, "a ready cluster cancelled from outside", () -> awaitPhase(cluster, Phase.ENDED));
        ClusterEndedException e =
                catchThrowableOfType(ClusterEndedException.class, () -> cluster.awaitReady(Duration.ZERO));
        assertThat(e.state().outcome()).isEqualTo(JobState.Outcome.CANCELLED);
        assertThatThrownBy(() -> cluster.jobs().list())
                .isInstanceOf(ClusterEndedException.class)
                .hasMessageContainingAll(cluster.id().value(), "had been ready since", "cancelled");
        end(cluster);
    }

    @Test
    void aPendingJobCancelledFromOutsideIsAnEnd() throws Exception {
        RayCluster cluster = pending();

        login.run(Command.of("scancel", cluster.job().toString())).orThrow();

        ClusterEndedException e = within(
                10,
                "a pending job cancelled from outside",
                () -> catchThrowableOfType(ClusterEndedException.class, () -> cluster.awaitReady(SOON)));
        assertThat(e.state().outcome()).isEqualTo(JobState.Outcome.CANCELLED);
        end(cluster);
    }

    @Test
    void aReadyClusterOutlivesItsController() {
        RayCluster cluster = ready(cluster(1));

        stopController();
        try {
            assertThat(cluster.nodes()).hasSize(2);
            assertThat(cluster.phase()).isEqualTo(Phase.READY);
        } finally {
            startController();
        }

        end(cluster);
    }

    // ---------------------------------------------------------------- other handles

    @Test
    void theLaterHandleTakesOverAndTheOlderMayEndNothing() {
        RayCluster older = ready(cluster(1));

        RayCluster later = own(RayClusters.on(own(connect()), platform()).attach(older.id()));
        later.awaitReady(SOON);

        assertThat(later.job()).isEqualTo(older.job());
        await().atMost(SOON).until(() -> older.events().stream().anyMatch(ClusterEvent.TakenOver.class::isInstance));
        assertThatThrownBy(older::end).isInstanceOf(TakenOverException.class).hasMessageContaining("attach again");
        assertThatThrownBy(older::close).isInstanceOf(TakenOverException.class);
        assertThat(later.nodes()).as("after the older handle was closed").hasSize(2);
        end(later);
    }

    @Test
    void anAttachedHandleThatIsClosedGivesTheClusterBack() {
        RayCluster owner = ready(cluster(0));

        try (RayCluster guest = RayClusters.on(own(connect()), platform()).attach(owner.id())) {
            assertThat(guest.phase()).isEqualTo(Phase.READY);
            await().atMost(SOON)
                    .until(() -> owner.events().stream().anyMatch(ClusterEvent.TakenOver.class::isInstance));
        }

        await().atMost(SOON).until(() -> owner.events().stream().anyMatch(ClusterEvent.GivenBack.class::isInstance));
        end(owner);
    }

    @Test
    void aDetachedClusterGoesOnAndIsFoundAndEndedByAnotherProgram() {
        RayCluster left = ready(cluster(1));
        left.detach();
        left.close();

        RayClusters elsewhere = RayClusters.on(own(connect()), platform());
        assertThat(elsewhere.list()).anyMatch(c -> c.id().equals(left.id()));
        RayCluster found = own(elsewhere.attach(left.id()));
        found.awaitReady(SOON);
        end(found);
    }

    @Test
    void anEndedClusterCanBeAttachedToSaysHowItEndedAndIsPruned() {
        RayCluster older = ready(cluster(0));
        login.run(Command.of("scancel", older.job().toString())).orThrow();
        awaitPhase(older, Phase.ENDED);

        RayClusters elsewhere = RayClusters.on(own(connect()), platform());
        RayCluster later = own(elsewhere.attach(older.id()));
        assertThatThrownBy(() -> later.awaitReady(SOON))
                .isInstanceOf(ClusterEndedException.class)
                .hasMessageContaining("cancelled");
        later.close();

        assertThat(elsewhere.prune().removed()).contains(older.id());
        assertThat(elsewhere.list()).noneMatch(c -> c.id().equals(older.id()));
        older.close();
        assertNothingLeft(older);
    }

    @Test
    void aClusterWhoseProgramIsGoneEndsItselfWhenItsLeaseIsOver() throws Exception {
        Host dying = connect();
        RayCluster launched =
                own(cluster(0).host(dying).lease(Duration.ofSeconds(5)).build().launch());
        launched.awaitReady(SOON);

        dying.close();
        assertThatThrownBy(launched::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lease of PT5S");

        RayClusters elsewhere = RayClusters.on(login, platform());
        RayCluster found = own(elsewhere.observe(launched.id()));
        awaitPhase(found, Phase.ENDED);
        assertThat(found.events()).anyMatch(ClusterEvent.LeaseOver.class::isInstance);
        assertThat(elsewhere.prune().removed()).contains(launched.id());
        assertNothingLeft(launched);
    }
}
