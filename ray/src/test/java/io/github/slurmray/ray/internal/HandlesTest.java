package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.Retry;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.ClusterEndedException;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.ClusterFailedException;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.LeftRunningException;
import io.github.slurmray.ray.Phase;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.PublishFailedException;
import io.github.slurmray.ray.RayApiException;
import io.github.slurmray.ray.RayCluster;
import io.github.slurmray.ray.RayClusters;
import io.github.slurmray.ray.RayJob;
import io.github.slurmray.ray.RayJobSpec;
import io.github.slurmray.ray.RayJobs;
import io.github.slurmray.ray.RayUnreachableException;
import io.github.slurmray.ray.SlurmRayCluster;
import io.github.slurmray.ray.TakenOverException;
import io.github.slurmray.ray.WrappedHost;
import io.github.slurmray.slurm.Accounting;
import io.github.slurmray.slurm.JobState;
import io.github.slurmray.slurm.SlurmUnavailableException;
import io.github.slurmray.testkit.Leaks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What handles on one cluster may do, and what they leave, on a Slurm that is played by files. */
@ExtendWith(Leaks.class)
@Timeout(60)
class HandlesTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final RayJobSpec JOB = RayJobSpec.builder("python main.py").build();

    @TempDir
    Path temporary;

    private FakeSlurm slurm;
    private Host host;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void openHost() throws IOException {
        slurm = new FakeSlurm(temporary);
        host = open(slurm.host());
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            try {
                opened.get(i).close();
            } catch (TakenOverException | LeftRunningException | IllegalStateException e) {
                // what a handle says when its test has left it so
                assertThat(e).hasMessageContaining("cluster");
            }
        }
    }

    private <T extends AutoCloseable> T open(T resource) {
        opened.add(resource);
        return resource;
    }

    private RayCluster launch() {
        return launch(host);
    }

    private RayCluster launch(Host through) {
        return open(builder(through).build().launch());
    }

    private static SlurmRayCluster.Builder builder(Host through) {
        return SlurmRayCluster.builder()
                .host(through)
                .platform(Platforms.lab())
                .rayEnvironment(RayEnvironment.builder().rayVersion("2.60.0").build())
                .timeLimit(Duration.ofMinutes(30))
                .lease(Duration.ofSeconds(20))
                .head(HeadGroup.builder().partition("all").cpus(1).build());
    }

    private RayCluster attach(RayCluster cluster) {
        return open(RayClusters.on(host, Platforms.lab()).attach(cluster.id()));
    }

    private RayCluster observe(RayCluster cluster) {
        return open(RayClusters.on(host, Platforms.lab()).observe(cluster.id()));
    }

    private String lease(RayCluster cluster) {
        return read(cluster, "lease");
    }

    private String read(RayCluster cluster, String name) {
        try {
            return Files.readString(slurm.run(cluster.id()).resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void hears(RayCluster cluster, Class<? extends ClusterEvent> kind) {
        await().atMost(SOON).until(() -> cluster.events().stream().anyMatch(kind::isInstance));
    }

    private static void atOnce(ThrowingCallable call, Class<? extends Exception> kind, String... words) {
        long start = System.nanoTime();
        assertThatThrownBy(call).isInstanceOf(kind).hasMessageContainingAll(words);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    // ---------------------------------------------------------------- two handles

    @Test
    void whoObservesTakesNothingOverAndMayNotEndAnything() {
        RayCluster owner = launch();
        String owners = read(owner, "owner");

        RayCluster observer = observe(owner);

        assertThat(observer.job()).isEqualTo(owner.job());
        assertThat(observer.jobState()).get().isInstanceOf(JobState.Running.class);
        assertThatThrownBy(observer::end)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(owner.id().value(), "attach");
        assertThatThrownBy(observer::detach)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(owner.id().value(), "attach");
        observer.close();
        observer.close();
        assertThat(read(owner, "owner")).isEqualTo(owners);
        assertThat(slurm.run(owner.id()).resolve("detached")).doesNotExist();
        assertThat(owner.phase()).isEqualTo(Phase.STARTING);
        owner.end();
        assertThat(owner.events()).noneMatch(ClusterEvent.TakenOver.class::isInstance);
        assertThat(slurm.run(owner.id())).doesNotExist();
    }

    @Test
    void whoObservesRenewsNoLease() {
        RayCluster owner = launch();
        RayCluster observer = observe(owner);
        RayCluster guest = attach(owner);
        // from here on nobody but the observer is there
        assertThatThrownBy(owner::close).isInstanceOf(TakenOverException.class);
        guest.close();

        String last = lease(owner);

        await().during(Duration.ofSeconds(6))
                .atMost(SOON)
                .until(() -> lease(owner).equals(last));
        assertThat(observer.phase()).isEqualTo(Phase.STARTING);
    }

    @Test
    void closingAnAttachedHandleGivesTheClusterBackToTheOwnerThatLives() {
        RayCluster owner = launch();
        RayCluster guest = attach(owner);
        hears(owner, ClusterEvent.TakenOver.class);
        assertThatThrownBy(owner::end)
                .isInstanceOf(TakenOverException.class)
                .hasMessageContainingAll(owner.id().value(), owner.job().toString(), "attach again");
        assertThatThrownBy(owner::detach).isInstanceOf(TakenOverException.class);

        guest.close();

        hears(owner, ClusterEvent.GivenBack.class);
        assertThat(slurm.run(owner.id()).resolve("detached")).doesNotExist();
        owner.close();
        assertThat(owner.phase()).isEqualTo(Phase.ENDED);
        assertThat(slurm.run(owner.id())).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void whicheverOfTwoGuestsLeavesFirstTheOwnerHasTheClusterAtTheEnd(boolean lastFirst) {
        RayCluster owner = launch();
        RayCluster first = attach(owner);
        RayCluster second = attach(owner);
        assertThatThrownBy(first::end).isInstanceOf(TakenOverException.class);

        (lastFirst ? second : first).close();
        assertThatThrownBy(owner::end).isInstanceOf(TakenOverException.class);
        (lastFirst ? first : second).close();

        assertThatCode(owner::end).doesNotThrowAnyException();
    }

    @Test
    void aGuestThatDiesLeavesAnOwnerWhoRenewsTheLeaseAndHasToAttachToEnd() {
        RayCluster owner = launch();
        String ownerRenewed = "renewed " + read(owner, "owner").strip() + " ";
        Host guestsHost = open(slurm.host());
        open(RayClusters.on(guestsHost, Platforms.lab()).attach(owner.id()));
        guestsHost.close();

        await().atMost(SOON).until(() -> lease(owner).startsWith(ownerRenewed));
        assertThatThrownBy(owner::end).isInstanceOf(TakenOverException.class);
        attach(owner).end();
        assertThat(slurm.run(owner.id())).doesNotExist();
    }

    @Test
    void aGuestRenewsTheLeaseOfAnOwnerThatDied() {
        Host ownersHost = open(slurm.host());
        RayCluster owner = launch(ownersHost);
        ownersHost.close();

        RayCluster guest = attach(owner);

        String guestRenewed =
                "renewed " + read(owner, "owner").lines().findFirst().orElseThrow() + " ";
        await().atMost(SOON).until(() -> lease(owner).startsWith(guestRenewed));
        guest.close();
        String last = lease(owner);
        await().during(Duration.ofSeconds(6))
                .atMost(SOON)
                .until(() -> lease(owner).equals(last));
    }

    @Test
    void aDetachedClusterStaysDetachedWhoeverAttachesAndLeaves() {
        RayCluster owner = launch();
        owner.detach();
        // a full disk has room for an empty file only
        assertThat(slurm.run(owner.id()).resolve("detached")).isEmptyFile();

        RayCluster guest = attach(owner);
        guest.close();

        assertThat(slurm.run(owner.id()).resolve("detached")).exists();
        attach(owner).end();
        assertThat(slurm.run(owner.id())).doesNotExist();
    }

    @Test
    void whatAGuestDetachedIsNotEndedByTheOldOwner() throws IOException {
        RayCluster owner = launch();
        String ownerRenewed = "renewed " + read(owner, "owner").strip() + " ";
        RayCluster guest = attach(owner);
        guest.detach();

        await().atMost(SOON).until(() -> lease(owner).startsWith(ownerRenewed));
        assertThatThrownBy(owner::close)
                .isInstanceOf(TakenOverException.class)
                .hasMessageContaining(owner.id().value());
        assertThat(slurm.run(owner.id()).resolve("detached")).exists();
        assertThat(slurm.state(owner.job())).isEqualTo("RUNNING");
    }

    @Test
    void aClusterWhoseTokenWasEmptiedCanBeFoundAndEnded() throws IOException {
        RayCluster owner = launch();
        Files.writeString(slurm.run(owner.id()).resolve("token"), "\n");

        assertThat(observe(owner).job()).isEqualTo(owner.job());
        attach(owner).end();

        assertThat(slurm.run(owner.id())).doesNotExist();
    }

    // ---------------------------------------------------------------- what must not be ended

    @Test
    void whereItCanNotBeReadWhoTheOwnerIsNothingIsEnded() throws Exception {
        RayCluster cluster = launch();
        Path owner = slurm.run(cluster.id()).resolve("owner");
        String handle = Files.readString(owner);
        Files.delete(owner);
        Files.createDirectory(owner);

        assertThatThrownBy(cluster::end).isInstanceOf(CommandFailedException.class);
        assertThatThrownBy(cluster::detach).isInstanceOf(CommandFailedException.class);
        assertThatThrownBy(cluster::close)
                .isInstanceOf(LeftRunningException.class)
                .hasMessageContainingAll(cluster.id().value(), "lease");

        assertThat(slurm.state(cluster.job())).isEqualTo("RUNNING");
        assertThat(slurm.run(cluster.id()).resolve("detached")).doesNotExist();
        Files.delete(owner);
        Files.writeString(owner, handle);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RUNNING", "PENDING", "COMPLETED"})
    void aJobOfAnotherNameIsNotTheClustersAndIsNotEnded(String state) throws Exception {
        RayCluster launched = launch();
        launched.detach();
        // as on a login node of another Slurm that has the same home
        slurm.says(launched.job(), state, "stranger");

        RayCluster cluster = attach(launched);

        assertThat(cluster.jobState()).get().isInstanceOf(JobState.Unknown.class);
        assertThatThrownBy(cluster::end)
                .isInstanceOf(SlurmUnavailableException.class)
                .hasMessageContainingAll("job " + launched.job(), "'stranger'", "login node");
        assertThat(slurm.state(launched.job())).isEqualTo(state);
        assertThat(slurm.run(launched.id())).exists();
        slurm.says(launched.job(), "RUNNING", launched.id().value());
        cluster.end();
        assertThat(slurm.run(launched.id())).doesNotExist();
    }

    // ---------------------------------------------------------------- what ending leaves

    @Test
    void aSuspendedClusterIsCancelledSinceItTakesNoOrderToEnd() throws Exception {
        RayCluster cluster = launch();
        slurm.says(cluster.job(), "SUSPENDED");

        cluster.end();

        assertThat(slurm.state(cluster.job())).isEqualTo("CANCELLED");
        assertThat(slurm.run(cluster.id())).doesNotExist();
    }

    @Test
    void aClusterThatWasPutBackIntoTheQueueIsCancelled() throws Exception {
        RayCluster cluster = launch();
        await().atMost(SOON).until(() -> cluster.phase() == Phase.STARTING);
        slurm.says(cluster.job(), "PENDING");

        cluster.end();

        assertThat(slurm.state(cluster.job())).isEqualTo("CANCELLED");
        assertThat(slurm.run(cluster.id())).doesNotExist();
    }

    @Test
    void whoEndsAClusterWithoutAConnectionToItsVmIsToldThatItsKeyIsLeft() throws Exception {
        RayCluster launched = open(SlurmRayCluster.builder()
                .host(host)
                .platform(Platforms.lab())
                .rayEnvironment(RayEnvironment.builder().rayVersion("2.60.0").build())
                .timeLimit(Duration.ofMinutes(30))
                .head(HeadGroup.builder().partition("all").cpus(1).build())
                .publish(Publish.dashboardTo(
                        Samples.vm().hostKey("ssh-ed25519 AAAA").build()))
                .vmHost(host)
                .build()
                .launch());
        Path keys = slurm.file("home/.ssh/authorized_keys");
        RayCluster guest = attach(launched);

        guest.end();

        assertThat(slurm.state(launched.job())).isEqualTo("COMPLETED");
        assertThat(keys).content().contains(launched.id().value());
        assertThat(slurm.run(launched.id())).exists();
        assertThatThrownBy(guest::nodes)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("has been ended", "key", "withVmHost", "prune()")
                .hasMessageNotContaining("is removed");
        assertThat(RayClusters.on(host, Platforms.lab())
                        .withVmHost(host)
                        .prune()
                        .removed())
                .containsExactly(launched.id());
        assertThat(keys).content().doesNotContain(launched.id().value());
    }

    @Test
    void anOwnerWhoseClusterEndedUnderAGuestClosesWithoutAWord() throws IOException {
        RayCluster owner = launch();
        RayCluster guest = attach(owner);
        hears(owner, ClusterEvent.TakenOver.class);
        slurm.says(owner.job(), "CANCELLED");
        await().atMost(SOON).until(() -> guest.phase() == Phase.ENDED);

        assertThatCode(owner::close).doesNotThrowAnyException();
        assertThat(slurm.run(owner.id())).as("the guest's").exists();
        guest.end();
        assertThat(slurm.run(owner.id())).doesNotExist();
    }

    @Test
    void aGuestThatLeavesAnEndedAndRemovedClusterHasNothingToGiveBack() {
        RayCluster owner = launch();
        RayCluster guest = attach(owner);
        attach(owner).end();

        assertThatCode(guest::close).doesNotThrowAnyException();
        assertThatCode(owner::close).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"attach", "observe"})
    void aHandleThatIsFoundKnowsWhatHasHappened(String how) throws Exception {
        try (TinyServer dashboard = new TinyServer(r -> ready(r))) {
            RayCluster owner = launch();
            slurm.joined(owner.id(), dashboard.uri().getPort());
            owner.awaitReady(SOON);

            RayCluster found = how.equals("attach") ? attach(owner) : observe(owner);

            assertThat(found.phase()).isEqualTo(Phase.READY);
            assertThat(found.jobState()).isPresent();
            assertThat(found.events()).anyMatch(ClusterEvent.AllJoined.class::isInstance);
            found.close();
        }
    }

    private static TinyServer.Answer ready(TinyServer.Request r) {
        return TinyServer.text(
                200, Recorded.answer("2.60.0", r.path().startsWith("/api/v0/nodes") ? "nodes" : "agent-ok"));
    }

    // ---------------------------------------------------------------- after the end

    @Test
    void anEndedClusterSaysAtOnceThatNothingCanBeAskedButItsAccounting() throws Exception {
        try (TinyServer dashboard = new TinyServer(r -> ready(r))) {
            RayCluster cluster = launch();
            slurm.joined(cluster.id(), dashboard.uri().getPort());
            cluster.awaitReady(SOON);
            RayJobs jobs = cluster.jobs();
            RayJob job = jobs.job("j");
            assertThat(cluster.nodes()).hasSize(1);

            Accounting accounting = cluster.end();

            String id = cluster.id().value();
            atOnce(() -> jobs.submit(JOB), IllegalStateException.class, id, "ended");
            atOnce(jobs::list, IllegalStateException.class, id, "ended");
            atOnce(job::status, IllegalStateException.class, id, "ended");
            atOnce(() -> job.followLogs(line -> {}), IllegalStateException.class, id, "ended");
            atOnce(cluster::jobs, IllegalStateException.class, id, "ended");
            atOnce(cluster::nodes, IllegalStateException.class, id, "ended");
            atOnce(cluster::endpoints, IllegalStateException.class, id, "ended");
            atOnce(() -> cluster.keepLogs(temporary.resolve("logs")), IllegalStateException.class, id, "before");
            assertThat(cluster.accounting()).isSameAs(accounting);
            assertThat(cluster.phase()).isEqualTo(Phase.ENDED);
        }
    }

    @Test
    void aHandleThatWasOnlyClosedSaysHowToGetAnother() {
        RayCluster owner = launch();
        RayCluster guest = attach(owner);
        guest.close();

        for (ThrowingCallable call : List.<ThrowingCallable>of(
                guest::jobs,
                guest::nodes,
                guest::endpoints,
                guest::accounting,
                guest::end,
                () -> guest.awaitReady(Duration.ZERO),
                () -> guest.keepLogs(temporary))) {
            atOnce(call, IllegalStateException.class, owner.id().value(), "RayClusters.attach");
        }
        guest.detach();
        assertThat(slurm.run(owner.id()).resolve("detached")).doesNotExist();
    }

    @Test
    void aClusterThatHasEndedByItselfIsNotAskedForAMinute() throws Exception {
        try (TinyServer dashboard = new TinyServer(r -> ready(r))) {
            RayCluster cluster = launch();
            slurm.joined(cluster.id(), dashboard.uri().getPort());
            cluster.awaitReady(SOON);
            RayJobs jobs = cluster.jobs();
            slurm.says(cluster.job(), "CANCELLED");
            await().atMost(SOON).until(() -> cluster.phase() == Phase.ENDED);

            atOnce(
                    () -> jobs.submit(JOB),
                    ClusterEndedException.class,
                    cluster.id().value(),
                    "cancelled");
            atOnce(cluster::nodes, ClusterEndedException.class, cluster.id().value(), "cancelled");
            assertThat(cluster.endpoints().local()).isEmpty();
            atOnce(
                    () -> cluster.awaitReady(SOON),
                    ClusterEndedException.class,
                    cluster.id().value(),
                    "had been ready since",
                    "cancelled");
        }
    }

    @Test
    void aClusterThatEndedBeforeItWasReadySaysSo() throws Exception {
        RayCluster cluster = launch();
        slurm.says(cluster.job(), "CANCELLED");

        assertThatThrownBy(() -> cluster.awaitReady(SOON))
                .isInstanceOf(ClusterEndedException.class)
                .hasMessageContainingAll(
                        "before it was ready", "cancelled", cluster.job().toString());
    }

    @Test
    void aReadyClusterWhoseHeadDiedHadBeenReady() throws Exception {
        try (TinyServer dashboard = new TinyServer(r -> ready(r))) {
            RayCluster cluster = launch();
            slurm.joined(cluster.id(), dashboard.uri().getPort());
            cluster.awaitReady(SOON);
            slurm.event(cluster.id(), "ray-exited", "role", "head", "joined", "yes", "log", "last words");
            slurm.event(cluster.id(), "ending", "reason", "failed");
            await().atMost(SOON).until(() -> cluster.phase() == Phase.ENDING);

            assertThatThrownBy(() -> cluster.awaitReady(SOON))
                    .isInstanceOf(ClusterFailedException.class)
                    .hasMessageContainingAll("had been ready since", "last words");
        }
    }

    @Test
    void whoeverFindsAClusterThatRanOutOfItsLeaseIsTold() throws Exception {
        RayCluster owner = launch();
        slurm.joined(owner.id(), 1);
        slurm.event(owner.id(), "lease-over", "seconds", "20");
        slurm.event(owner.id(), "ending", "reason", "lease");
        slurm.event(owner.id(), "ended", "reason", "lease");
        slurm.says(owner.job(), "COMPLETED");

        RayCluster found = observe(owner);

        assertThat(found.phase()).isEqualTo(Phase.ENDED);
        assertThatThrownBy(() -> found.awaitReady(SOON))
                .isInstanceOf(ClusterEndedException.class)
                .hasMessageContainingAll("all its nodes since", "nobody renewed its lease", "completed");
    }

    @Test
    void closingAfterTheHostWasClosedSaysWhatIsLeftAndHowToEndIt() {
        RayCluster owner = launch();
        RayCluster guest = attach(owner);
        host.close();

        for (RayCluster cluster : List.of(guest, owner)) {
            atOnce(
                    cluster::close,
                    IllegalStateException.class,
                    owner.id().value(),
                    "job " + owner.job(),
                    "lease of PT20S",
                    "attach(id).end()",
                    "closed");
            assertThatCode(cluster::close).doesNotThrowAnyException();
        }
    }

    @Test
    void aHandleWhoseHostIsClosedStopsWatchingAndSaysSoToWhoeverWaits() {
        RayCluster cluster = launch();
        await().atMost(SOON).until(() -> cluster.jobState().isPresent());
        host.close();

        atOnce(
                () -> cluster.awaitReady(Duration.ofMinutes(1)),
                IllegalStateException.class,
                cluster.id().value(),
                "isn't watched",
                "closed");
        await().atMost(SOON)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(t -> t.getName().equals("slurmray-watch-" + cluster.id())));
        assertThat(cluster.phase()).isEqualTo(Phase.STARTING);
    }

    @Test
    void anAttachThatFailsGivesTheClusterBackAndLeavesNoThread() {
        RayCluster owner = launch();
        String owners = read(owner, "owner");
        Host broken = failing("query ");

        assertThatThrownBy(() -> RayClusters.on(broken, Platforms.lab()).attach(owner.id()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("broken for a test");

        assertThat(read(owner, "owner")).isEqualTo(owners);
        owner.end();
    }

    @Test
    void thatAClusterCanNotBeEndedDoesNotHideThatItCanNotBePublished() throws IOException {
        CloudVm vm =
                Samples.vm().ownKey(".ssh/id").hostKey("ssh-ed25519 AAAAC3Nz").build();
        RayCluster cluster = open(builder(failing("scancel "))
                .publish(Publish.dashboardTo(vm).required())
                .build()
                .launch());
        slurm.event(cluster.id(), "publish-failed", "cause", "Connection refused");

        assertThatThrownBy(() -> cluster.awaitReady(SOON))
                .isInstanceOf(PublishFailedException.class)
                .hasMessageContaining("Connection refused")
                .satisfies(
                        e -> assertThat(e.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class));
        slurm.says(cluster.job(), "COMPLETED");
    }

    private Host failing(String command) {
        return new WrappedHost(host, (h, c) -> {
            if (c.description().startsWith(command)) {
                throw new IllegalStateException("broken for a test");
            }
            return h.run(c);
        });
    }

    // ---------------------------------------------------------------- before it is ready

    @Test
    void beforeThereIsARayItCanNotBeAskedAndThatIsSaidAtOnce() {
        RayCluster cluster = launch();
        await().atMost(SOON).until(() -> cluster.phase() == Phase.STARTING);

        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> cluster.jobs().submit(JOB), () -> cluster.jobs().list(), cluster::nodes)) {
            atOnce(
                    call,
                    RayUnreachableException.class,
                    cluster.id().value(),
                    "STARTING",
                    "0 of 1 nodes have joined",
                    "awaitReady");
        }
    }

    @Test
    void aRayThatAnswersHalfIsNotReadyYetInOurWords() throws Exception {
        byte[] half = Recorded.answer("2.60.0", "nodes").getBytes(StandardCharsets.UTF_8);
        List<TinyServer.Answer> answers = List.of(
                TinyServer.reset(),
                TinyServer.reset(200, half, 100),
                TinyServer.text(500, "Internal Server Error"),
                TinyServer.text(503, "not yet"),
                TinyServer.text(200, "<html>"));
        for (TinyServer.Answer answer : answers) {
            try (TinyServer dashboard = new TinyServer(r -> answer)) {
                RayCluster cluster = launch();
                slurm.joined(cluster.id(), dashboard.uri().getPort());
                hears(cluster, ClusterEvent.AllJoined.class);

                for (ThrowingCallable call :
                        List.<ThrowingCallable>of(() -> cluster.jobs().submit(JOB), cluster::nodes)) {
                    atOnce(
                            call,
                            RayUnreachableException.class,
                            cluster.id().value(),
                            "STARTING",
                            "1 of 1 nodes have joined",
                            "awaitReady");
                }
                cluster.close();
            }
        }
    }

    @Test
    void whatRayRefusesBeforeTheClusterIsReadyIsRaysWord() throws Exception {
        try (TinyServer dashboard = new TinyServer(r -> TinyServer.text(401, "no token"))) {
            RayCluster cluster = launch();
            slurm.joined(cluster.id(), dashboard.uri().getPort());
            hears(cluster, ClusterEvent.AllJoined.class);

            assertThatThrownBy(cluster::nodes)
                    .isInstanceOfSatisfying(
                            RayApiException.class, e -> assertThat(e.retry()).isEqualTo(Retry.POINTLESS));
        }
    }
}
