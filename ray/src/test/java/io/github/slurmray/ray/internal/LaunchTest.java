package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.ConnectionLostException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostUnreachableException;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.LaunchPlan;
import io.github.slurmray.ray.LaunchUndecidedException;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.RayCluster;
import io.github.slurmray.ray.RayClusters;
import io.github.slurmray.ray.SlurmRayCluster;
import io.github.slurmray.ray.TakenOverException;
import io.github.slurmray.ray.WrappedHost;
import io.github.slurmray.slurm.SubmissionRefusedException;
import io.github.slurmray.slurm.SubmissionToken;
import io.github.slurmray.slurm.SubmissionUndecidedException;
import io.github.slurmray.testkit.Leaks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A launch that is broken off, and launched again. */
@ExtendWith(Leaks.class)
@Timeout(60)
class LaunchTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String REFUSES =
            "echo 'sbatch: error: Batch job submission failed: Invalid qos specification' >&2; exit 1";

    @TempDir
    Path temporary;

    private FakeSlurm slurm;
    private Host host;

    @BeforeEach
    void openHost() throws IOException {
        slurm = new FakeSlurm(temporary);
        host = slurm.host();
    }

    @AfterEach
    void closeHost() {
        Thread.interrupted();
        host.close();
    }

    private SlurmRayCluster cluster() {
        return cluster(host);
    }

    private static SlurmRayCluster cluster(Host host) {
        return builder(host).build();
    }

    private static SlurmRayCluster.Builder builder(Host host) {
        return SlurmRayCluster.builder()
                .host(host)
                .platform(Platforms.lab())
                .rayEnvironment(RayEnvironment.builder().rayVersion("2.60.0").build())
                .timeLimit(Duration.ofMinutes(30))
                .head(HeadGroup.builder().partition("all").cpus(1).build());
    }

    /** An sbatch that waits until the test lets it go. */
    private void sbatchWaits() throws IOException {
        slurm.sbatch("while [ ! -e " + slurm.file("go") + " ]; do sleep 0.05; done");
    }

    private Throwable interruptedWhileItSubmits(SlurmRayCluster cluster, LaunchPlan plan) throws Exception {
        FutureTask<Throwable> launch = new FutureTask<>(() -> catchThrowable(() -> cluster.launch(plan)));
        Thread thread = new Thread(launch);
        thread.start();
        Path owner = slurm.run(plan.id()).resolve("submit/attempt.1/owner");
        await().atMost(SOON).until(() -> Files.exists(owner));
        thread.interrupt();
        return launch.get();
    }

    @Test
    void aLaunchThatWasInterruptedWhileItSubmittedSaysWhatToDoAndGoesOnWithTheSamePlan() throws Exception {
        sbatchWaits();
        SlurmRayCluster cluster = cluster();
        LaunchPlan plan = cluster.plan();

        Throwable broken = interruptedWhileItSubmits(cluster, plan);

        assertThat(broken)
                .isInstanceOfSatisfying(
                        LaunchUndecidedException.class,
                        e -> assertThat(e.plan()).isSameAs(plan))
                .hasMessageContainingAll(plan.id().value(), "launch(plan)", "attach", "prune()")
                .hasMessageNotContaining("token");
        Files.createFile(slurm.file("go"));
        try (RayCluster launched = cluster.launch(plan)) {
            assertThat(slurm.jobs()).containsExactly(launched.job().toString());
        }
        assertThat(slurm.run(plan.id())).doesNotExist();
    }

    @Test
    void anUndecidedLaunchThatWasSerializedHasNoPlanAndSaysSo() throws Exception {
        LaunchPlan plan = cluster().plan();
        SubmissionToken token = SubmissionToken.random();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new LaunchUndecidedException(
                    "undecided", plan, new SubmissionUndecidedException("undecided", token, null)));
        }

        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            LaunchUndecidedException read = (LaunchUndecidedException) in.readObject();
            assertThat(read).hasMessage("undecided");
            assertThat(read.token()).isEqualTo(token);
            assertThatThrownBy(read::plan)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("attach");
        }
    }

    @Test
    void aSecondLaunchWhileTheFirstIsUnderWayMakesNoSecondJob() throws Exception {
        sbatchWaits();
        SlurmRayCluster cluster = cluster();
        LaunchPlan plan = cluster.plan();
        FutureTask<RayCluster> first = new FutureTask<>(() -> cluster.launch(plan));
        new Thread(first).start();
        await().atMost(SOON).until(() -> Files.exists(slurm.run(plan.id()).resolve("submit/attempt.1/owner")));
        CountDownLatch submits = new CountDownLatch(1);
        SlurmRayCluster again = cluster(before(host, "submit ", submits::countDown));
        FutureTask<RayCluster> second = new FutureTask<>(() -> again.launch(plan));
        new Thread(second).start();
        assertThat(submits.await(10, TimeUnit.SECONDS)).isTrue();

        Files.createFile(slurm.file("go"));

        assertThat(second.get().job()).isEqualTo(first.get().job());
        assertThat(slurm.jobs()).hasSize(1);
        assertThatThrownBy(first.get()::close).isInstanceOf(TakenOverException.class);
        second.get().close();
        assertThat(slurm.run(plan.id())).doesNotExist();
    }

    @Test
    void launchedAgainALaunchedClusterIsTakenOver() {
        SlurmRayCluster cluster = cluster();
        LaunchPlan plan = cluster.plan();
        RayCluster first = cluster.launch(plan);

        RayCluster second = cluster.launch(plan);

        assertThat(second.job()).isEqualTo(first.job());
        assertThatThrownBy(first::end).isInstanceOf(TakenOverException.class);
        second.end();
        first.close();
        assertThat(slurm.jobs()).hasSize(1);
    }

    @Test
    void aLaunchThatWasInterruptedBeforeItSubmittedIsNotUndecided() {
        // the interrupt comes with the run directory's answer
        SlurmRayCluster cluster = cluster(interrupting(host, "make run directory"));
        LaunchPlan plan = cluster.plan();

        InterruptedCallException e = catchThrowableOfType(InterruptedCallException.class, () -> cluster.launch(plan));

        assertThat(Thread.interrupted()).as("the flag is set again").isTrue();
        assertThat(e)
                .hasMessageContainingAll(plan.id().value(), "there is no job", "launch(plan)", "prune()")
                .hasNoSuppressedExceptions();
        assertThat(slurm.run(plan.id())).doesNotExist();
        assertThat(slurm.jobs()).isEmpty();
        try (RayCluster launched = cluster().launch(plan)) {
            assertThat(slurm.jobs()).containsExactly(launched.job().toString());
        }
    }

    @Test
    void aConnectionThatIsLostBeforeThereCanBeAJobMakesLaunchingAgainSafe() {
        SlurmRayCluster cluster = cluster(new WrappedHost(host, (to, command) -> {
            if (command.toString().contains("make run directory")) {
                throw new ConnectionLostException("the connection broke", null);
            }
            return to.run(command);
        }));

        SlurmRayException e = catchThrowableOfType(SlurmRayException.class, cluster::launch);

        assertThat(e).hasMessageContainingAll("there is no job", "Launch it again", "the connection broke");
        assertThat(e.retry()).isEqualTo(Retry.SAFE);
        assertThat(slurm.jobs()).isEmpty();
    }

    @Test
    void anInterruptedSecondLaunchLeavesWhatTheFirstHasMade() {
        LaunchPlan plan = cluster().plan();
        RayCluster first = cluster().launch(plan);

        assertThatThrownBy(
                        () -> cluster(interrupting(host, "make run directory")).launch(plan))
                .isInstanceOf(InterruptedCallException.class);

        Thread.interrupted();
        assertThat(slurm.run(plan.id()).resolve("plan.json")).exists();
        RayClusters.on(host, Platforms.lab()).attach(plan.id()).end();
        first.close();
    }

    @Test
    void aLaunchAgainThatFailsLeavesTheClusterToWhoeverHasIt() throws IOException {
        LaunchPlan plan = cluster().plan();
        RayCluster first = cluster().launch(plan);
        Path owner = slurm.run(plan.id()).resolve("owner");
        String owners = Files.readString(owner);
        Host unreachable = before(host, "submit ", () -> {
            throw new HostUnreachableException("no route", null);
        });

        assertThatThrownBy(() -> cluster(unreachable).launch(plan)).isInstanceOf(HostUnreachableException.class);

        assertThat(owner).hasContent(owners);
        first.end();
        assertThat(slurm.run(plan.id())).doesNotExist();
    }

    @Test
    void whatCanNotBeUndoneDoesNotHideWhyALaunchFailed() throws IOException {
        slurm.sbatch(REFUSES);
        Host closing = before(host, "remove ", () -> {
            throw new IllegalStateException("the host is closed");
        });

        SubmissionRefusedException e = catchThrowableOfType(
                SubmissionRefusedException.class, () -> cluster(closing).launch());

        assertThat(e.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aVmWhoseConnectionIsClosedLeavesNothingOnTheSite() {
        CloudVm vm = Samples.vm().hostKey("ssh-ed25519 AAAAC3Nz").build();
        Host closed = new WrappedHost(host, (h, command) -> {
            throw new IllegalStateException("the VM's host is closed");
        });
        SlurmRayCluster cluster =
                builder(host).publish(Publish.dashboardTo(vm)).vmHost(closed).build();
        LaunchPlan plan = cluster.plan();

        assertThatThrownBy(() -> cluster.launch(plan))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the VM's host is closed")
                .hasNoSuppressedExceptions();

        assertThat(slurm.run(plan.id())).doesNotExist();
        assertThat(slurm.jobs()).isEmpty();
    }

    @Test
    void whatSlurmRefusesIsRemovedByTheLaunchThatHasMadeIt() throws IOException {
        slurm.sbatch(REFUSES);
        LaunchPlan plan = cluster().plan();

        assertThatThrownBy(() -> cluster().launch(plan)).isInstanceOf(SubmissionRefusedException.class);

        assertThat(slurm.run(plan.id())).doesNotExist();
    }

    @Test
    void whatSlurmRefusesIsLeftToPruneByALaunchThatHasNotMadeIt() throws Exception {
        sbatchWaits();
        LaunchPlan plan = cluster().plan();
        assertThat(interruptedWhileItSubmits(cluster(), plan)).isInstanceOf(LaunchUndecidedException.class);
        slurm.sbatch(REFUSES);
        // the attempt that is under way still runs the old program: it ends, and says what the new one would
        Path attempt = slurm.run(plan.id()).resolve("submit/attempt.1");
        Files.writeString(
                attempt.resolve("err"), "sbatch: error: Batch job submission failed: Invalid qos specification\n");
        Files.writeString(attempt.resolve("out"), "");
        Files.writeString(attempt.resolve("status"), "1 1763800000\n");

        assertThatThrownBy(() -> cluster().launch(plan)).isInstanceOf(SubmissionRefusedException.class);

        assertThat(slurm.run(plan.id()).resolve("plan.json"))
                .as("another launch of the plan may be using it")
                .exists();
        assertThat(RayClusters.on(host, Platforms.lab()).prune(Duration.ZERO).removed())
                .containsExactly(plan.id());
        Files.createFile(slurm.file("go"));
    }

    @Test
    void aRunDirectoryOfAnotherScriptIsNotTouched() throws Exception {
        LaunchPlan plan = cluster().plan();
        RayCluster first = cluster().launch(plan);
        Path script = slurm.run(plan.id()).resolve("cluster.sh");
        String before = Files.readString(script);
        Files.writeString(script, before + "# another\n");

        assertThatThrownBy(() -> cluster().launch(plan))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("another plan's");

        assertThat(script).hasContent(before + "# another\n");
        first.end();
    }

    @Test
    void whoAttachesToASubmissionThatIsUndecidedIsToldToAttachAgain() throws Exception {
        sbatchWaits();
        LaunchPlan plan = cluster().plan();
        assertThat(interruptedWhileItSubmits(cluster(), plan)).isInstanceOf(LaunchUndecidedException.class);
        FutureTask<Throwable> attach = new FutureTask<>(
                () -> catchThrowable(() -> RayClusters.on(host, Platforms.lab()).attach(plan.id())));
        Thread thread = new Thread(attach);
        thread.start();
        await().atMost(SOON).until(() -> thread.getState() == Thread.State.TIMED_WAITING);

        thread.interrupt();

        assertThat(attach.get())
                .isInstanceOfAny(SubmissionUndecidedException.class, InterruptedCallException.class)
                .hasMessageNotContaining("Submit the same script");
        Files.createFile(slurm.file("go"));
        RayClusters.on(host, Platforms.lab()).attach(plan.id()).end();
    }

    /** A host on which something happens before one command. */
    private static Host before(Host host, String before, Runnable happens) {
        return new WrappedHost(host, (h, command) -> {
            if (command.description().startsWith(before)) {
                happens.run();
            }
            return h.run(command);
        });
    }

    /** A host whose caller is interrupted just as one command has been done. */
    private static Host interrupting(Host host, String after) {
        return new WrappedHost(host, (h, command) -> {
            CommandResult result = h.run(command);
            if (command.description().startsWith(after)) {
                Thread.currentThread().interrupt();
            }
            return result;
        });
    }
}
