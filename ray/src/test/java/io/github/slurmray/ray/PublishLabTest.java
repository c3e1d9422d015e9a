package io.github.slurmray.ray;

import static io.github.slurmray.ray.Bounds.within;
import static io.github.slurmray.ray.ClusterLab.REAL_RAY;
import static io.github.slurmray.ray.ClusterLab.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.AuthenticationException;
import io.github.slurmray.core.Memory;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.ssh.SshHost;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The dashboard on a cloud VM, and what happens when it can't get there. */
@LabTest
class PublishLabTest extends OnTheLab {
    static CloudVm.Builder vmAt(int port) {
        return CloudVm.builder(Lab.VM).user(Lab.VM_USER).privateAddress(Lab.VM).port(port);
    }

    private SlurmRayCluster.Builder published(Publish publish) {
        return clusters.standIn(0).publish(publish).vmHost(clusters.vm);
    }

    @Test
    void theDashboardIsOnTheVmBehindItsTokenAndTheKeyGoesWithTheCluster() throws Exception {
        RayCluster cluster =
                clusters.ready(published(Publish.dashboardTo(vmAt(8301).build()).required()));

        assertThat(cluster.publishState()).isEqualTo(new PublishState.Up(Lab.VM, 8301));
        assertThat(statusOf(cluster)).as("without the token").isEqualTo(401);

        cluster.end();
        clusters.leftovers(cluster).onVmPort(8301).assertNone();
    }

    @Test
    void theUsersOwnKeyAndHostKeysNeedNoConnectionToTheVm() throws Exception {
        String hostKey = lab.sh("vm", "cat /etc/ssh/ssh_host_ed25519_key.pub").strip();
        CloudVm vm = vmAt(8302).ownKey(".ssh/cluster_ed25519").hostKey(hostKey).build();
        RayCluster cluster = clusters.ready(
                clusters.standIn(0).publish(Publish.dashboardTo(vm).required()));

        assertThat(statusOf(cluster)).as("without the token").isEqualTo(401);

        cluster.end();
        clusters.leftovers(cluster).onVmPort(8302).assertNone();
        assertThat(lab.sh("login2", "ls /home/hpcuser/.ssh/cluster_ed25519"))
                .as("the user's key stays")
                .isNotBlank();
    }

    private static int statusOf(RayCluster cluster) throws Exception {
        URI published = cluster.endpoints().published().orElseThrow();
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(published.resolve("/api/version"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void aTakenPortIsReportedWhileTheClusterIsReadyAndTriedAgain() throws Exception {
        AutoCloseable listener = taken(8303);
        RayCluster cluster =
                clusters.launch(published(Publish.dashboardTo(vmAt(8303).build())));

        within(15, "ready though the VM's port is taken", () -> {
            cluster.awaitReady(SOON);
        });
        PublishState.Down down = within(15, "publishing failed: port taken", () -> failed(cluster));
        assertThat(down.cause()).contains("port 8303").contains("taken");

        listener.close();
        within(40, "published, once the port was free again", () -> {
            await().atMost(SOON).until(() -> cluster.publishState() instanceof PublishState.Up);
        });
        cluster.end();
        clusters.leftovers(cluster).onVmPort(8303).assertNone();
    }

    @Test
    void aRequiredPublishingThatFailsThrowsAndEndsTheJob() throws Exception {
        taken(8304);
        RayCluster cluster = clusters.launch(
                published(Publish.dashboardTo(vmAt(8304).build()).required()));

        PublishFailedException e = within(
                15,
                "required publishing fails and the job is ended",
                () -> catchThrowableOfType(PublishFailedException.class, () -> cluster.awaitReady(SOON)));

        assertThat(e).hasMessageContaining("port 8304").hasNoSuppressedExceptions();
        assertThat(cluster.phase()).isEqualTo(Phase.ENDED);
        clusters.leftovers(cluster).assertNone();
    }

    @Test
    void anUnreachableVmIsReportedWhileTheClusterIsReady() throws Exception {
        // nobody has this address
        CloudVm vm = CloudVm.builder("10.77.0.99")
                .user(Lab.VM_USER)
                .port(8305)
                .ownKey(".ssh/cluster_ed25519")
                .hostKey(lab.sh("vm", "cat /etc/ssh/ssh_host_ed25519_key.pub").strip())
                .build();
        RayCluster cluster = clusters.launch(clusters.standIn(0).publish(Publish.dashboardTo(vm)));

        within(15, "ready though the VM can't be reached", () -> {
            cluster.awaitReady(SOON);
        });
        PublishState.Down down = within(15, "publishing failed: VM unreachable", () -> failed(cluster));
        assertThat(down.cause()).contains("10.77.0.99");
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    @Test
    void aVmWithAnotherHostKeyIsNotTrusted() throws Exception {
        String otherKey =
                lab.sh("login2", "cat /etc/ssh/ssh_host_ed25519_key.pub").strip();
        CloudVm vm = vmAt(8306).hostKey(otherKey).build();
        RayCluster cluster = clusters.launch(published(Publish.dashboardTo(vm)));

        PublishState.Down down = within(15, "publishing failed: another host key", () -> failed(cluster));

        assertThat(down.cause()).containsIgnoringCase("host key").contains(Lab.VM);
        cluster.end();
        clusters.leftovers(cluster).onVmPort(8306).assertNone();
    }

    @Test
    void aVmThatThisProgramCannotReachRefusesTheLaunchAndLeavesNothing() {
        SshHost wrongUser = clusters.own(ClusterLab.connection(lab, Lab.VM, "nobody"));
        String hostKey = lab.sh("vm", "cat /etc/ssh/ssh_host_ed25519_key.pub").strip();
        SlurmRayCluster cluster = clusters.standIn(0)
                .publish(Publish.dashboardTo(vmAt(8308).hostKey(hostKey).build()))
                .vmHost(wrongUser)
                .build();
        LaunchPlan plan = cluster.plan();

        AuthenticationException e = catchThrowableOfType(AuthenticationException.class, () -> cluster.launch(plan));

        assertThat(e).hasMessageContaining(Lab.VM).hasNoSuppressedExceptions();
        LabLeftovers.of(lab, plan.id(), Optional.empty()).assertNone();
    }

    @Test
    void aMachineThatIsNotTheVmDoesNotLoseItsKey() {
        RayCluster cluster =
                clusters.launch(published(Publish.dashboardTo(vmAt(8309).build())));
        lab.run("exec", "ctl", "scancel", cluster.job().toString());
        await().atMost(SOON).until(() -> cluster.phase() == Phase.ENDED);
        RayClusters found = RayClusters.on(clusters.login, Platforms.lab());

        PruneReport pruned = found.withVmHost(clusters.login).prune();

        assertThat(pruned.kept().get(cluster.id())).contains(clusters.login.name(), "isn't the VM");
        assertThat(lab.sh("vm", "cat /home/vmuser/.ssh/authorized_keys"))
                .contains(cluster.id().value());
        assertThat(found.withVmHost(clusters.vm).prune().removed()).contains(cluster.id());
        cluster.close();
        clusters.leftovers(cluster).onVmPort(8309).assertNone();
    }

    private static PublishState.Down failed(RayCluster cluster) {
        await().atMost(SOON).until(() -> cluster.publishState() instanceof PublishState.Down);
        return (PublishState.Down) cluster.publishState();
    }

    /** Something of the VM's own listens on the port until it is closed. */
    private AutoCloseable taken(int port) {
        lab.sh(
                "vm",
                "python3 -c 'import socket, time; s = socket.create_server((\"" + Lab.VM + "\", " + port
                        + ")); time.sleep(300)' slurmray-test-" + port + " >/dev/null 2>&1 </dev/null &"
                        + " until ss -Hltn 'sport = :" + port + "' | grep -q .; do sleep 0.05; done");
        return clusters.own(() -> lab.sh("vm", "pkill -f '[s]lurmray-test-" + port + "'; true"));
    }

    // ---------------------------------------------------------------- a Ray without tokens

    @Test
    void aRayWithoutTokensIsRefusedUnlessThereIsAWayIn() {
        PlanRefusedException e = catchThrowableOfType(
                PlanRefusedException.class,
                clusters.small(Platforms.lab().rayEnvironment("pytorch/2.5")).build()::launch);

        assertThat(e).hasMessageContaining("no-way-in").hasMessageContaining("allowOpenPort()");
    }

    @Test
    void aRayWithoutTokensIsReachedThroughTheVmOnly() {
        RayCluster cluster = clusters.launch(oldRay().publish(Publish.dashboardTo(
                        vmAt(8307).privateAddress("127.0.0.1").build()))
                .vmHost(clusters.vm));
        cluster.awaitReady(REAL_RAY);

        ClusterEvent.EnvironmentReady environment = environment(cluster);
        assertThat(environment.rayVersion()).hasValue("2.43.0");
        assertThat(environment.guarded()).isFalse();
        assertThat(environment.dashboardHost()).isEqualTo("127.0.0.1");
        await().atMost(SOON).until(() -> cluster.publishState() instanceof PublishState.Up);
        RayJob job =
                cluster.jobs().submit(RayJobSpec.builder("echo through the VM").build());
        assertThat(job.await(REAL_RAY).status()).isEqualTo(RayJobStatus.SUCCEEDED);
        assertThat(job.logs()).contains("through the VM");
        cluster.end();
        clusters.leftovers(cluster).onVmPort(8307).assertNone();
    }

    @Test
    void aRayWithoutTokensIsReachedThroughTheLoginNodeIfTheUserAllowsAnOpenPort() {
        RayCluster cluster = clusters.launch(oldRay().allowOpenPort());
        cluster.awaitReady(REAL_RAY);

        assertThat(cluster.nodes()).hasSize(1);
        assertThat(environment(cluster).dashboardHost()).startsWith("10.77.1.");
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    private SlurmRayCluster.Builder oldRay() {
        return clusters.small(Platforms.lab().rayEnvironment("pytorch/2.5"))
                .head(HeadGroup.builder()
                        .partition("all")
                        .cpus(1)
                        .memory(Memory.ofGiB(3))
                        .build());
    }

    private static ClusterEvent.EnvironmentReady environment(RayCluster cluster) {
        return cluster.events().stream()
                .filter(ClusterEvent.EnvironmentReady.class::isInstance)
                .map(ClusterEvent.EnvironmentReady.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
