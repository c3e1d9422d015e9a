package io.github.slurmray.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.LocalHost;
import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Finding;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said of a cluster, and what is refused at once. */
class ValuesTest {
    private static HeadGroup head() {
        return HeadGroup.builder().cpus(2).build();
    }

    private static WorkerGroup workers(String name) {
        return WorkerGroup.builder(name).build();
    }

    // ---------------------------------------------------------------- groups

    @Test
    void aGroupWithNothingSaidIsOneCpuOnOneNode() {
        NodeShape one = new NodeShape(OptionalInt.empty(), 0, Optional.empty(), Optional.empty());
        assertThat(HeadGroup.builder().build().shape()).isEqualTo(one);
        assertThat(HeadGroup.builder().build().partition()).isEmpty();
        assertThat(workers("cpu").shape()).isEqualTo(one);
        assertThat(workers("cpu").nodes()).isEqualTo(1);
        assertThat(workers("cpu").name()).isEqualTo("cpu");
        assertThat(workers("cpu").partition()).isEmpty();
    }

    @Test
    void aGroupKeepsWhatWasSaid() {
        NodeShape large =
                new NodeShape(OptionalInt.of(64), 8, Optional.of(Memory.ofGiB(480)), Optional.of(Memory.ofGiB(100)));
        assertThat(HeadGroup.builder()
                        .cpus(64)
                        .gpus(8)
                        .memory(Memory.ofGiB(480))
                        .objectStore(Memory.ofGiB(100))
                        .build()
                        .shape())
                .isEqualTo(large);
        WorkerGroup workers = WorkerGroup.builder("gpu-1.a_b")
                .nodes(16)
                .partition("standard-g")
                .cpus(64)
                .gpus(8)
                .memory(Memory.ofGiB(480))
                .objectStore(Memory.ofGiB(100))
                .build();
        assertThat(workers.shape()).isEqualTo(large);
        assertThat(workers.nodes()).isEqualTo(16);
        assertThat(workers.partition()).contains("standard-g");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void aGroupHasAtLeastOneCpuAndOneNode(int none) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HeadGroup.builder().cpus(none))
                .withMessage("cpus must be at least 1, but was " + none);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerGroup.builder("w").cpus(none));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerGroup.builder("w").nodes(none))
                .withMessage("nodes must be at least 1, but was " + none);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NodeShape(OptionalInt.of(none), 0, Optional.empty(), Optional.empty()));
    }

    @Test
    void gpusAreNotNegative() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HeadGroup.builder().gpus(-1))
                .withMessage("gpus can't be negative, but was -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerGroup.builder("w").gpus(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NodeShape(OptionalInt.of(1), -1, Optional.empty(), Optional.empty()));
    }

    @Test
    void theObjectStoreIsAPartOfTheMemory() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HeadGroup.builder()
                        .objectStore(Memory.ofGiB(11))
                        .memory(Memory.ofGiB(10))
                        .build())
                .withMessage("the object store (11G) can't be larger than the memory (10G)");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        WorkerGroup.builder("w").objectStore(Memory.ofGiB(1)).build())
                .withMessageContaining("memory(…)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerGroup.builder("w")
                        .memory(Memory.ofGiB(1))
                        .objectStore(Memory.ofMiB(74))
                        .build())
                .withMessage("the object store must be at least 75M, or Ray won't start, but was 74M");
        assertThat(HeadGroup.builder()
                        .memory(Memory.ofGiB(1))
                        .objectStore(Memory.ofGiB(1))
                        .build()
                        .shape()
                        .objectStore())
                .contains(Memory.ofGiB(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a/b", "gpu$", "a\nb", "ä"})
    void aWorkerGroupsNameIsAPlainWord(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> workers(name)).withMessageContaining("'" + name + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "a\0"})
    void aPartitionAndAnAccountCanStandInAScript(String word) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HeadGroup.builder().partition(word))
                .withMessageContaining("--partition");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerGroup.builder("w").partition(word))
                .withMessageContaining("--partition");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RayClusterSpec.builder().account(word))
                .withMessageContaining("--account");
    }

    // ---------------------------------------------------------------- topology

    @Test
    void theNodesAreTheHeadAndAllWorkers() {
        assertThat(new RayTopology(head(), List.of()).nodes()).isEqualTo(1);
        assertThat(new RayTopology(
                                head(),
                                List.of(
                                        WorkerGroup.builder("a").nodes(2).build(),
                                        WorkerGroup.builder("b").nodes(3).build()))
                        .nodes())
                .isEqualTo(6);
    }

    @Test
    void twoGroupsOfOneNameAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RayTopology(head(), List.of(workers("a"), workers("b"), workers("a"))))
                .withMessage("two worker groups are named 'a'");
    }

    @Test
    void oneJobHasOnePartition() {
        HeadGroup small = HeadGroup.builder().partition("small").build();
        WorkerGroup gpu = WorkerGroup.builder("gpu").partition("gpu").build();
        WorkerGroup more = WorkerGroup.builder("more").partition("small").build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RayTopology(small, List.of(gpu)))
                .withMessageContaining("small, gpu")
                .withMessageContaining("one partition");
        assertThat(new RayTopology(small, List.of(more, workers("any"))).partition())
                .contains("small");
        assertThat(new RayTopology(head(), List.of(workers("any"), gpu)).partition())
                .contains("gpu");
        assertThat(new RayTopology(head(), List.of(workers("any"))).partition()).isEmpty();
    }

    @Test
    void theLargestShapeHoldsEveryGroup() {
        RayTopology mixed = new RayTopology(
                HeadGroup.builder()
                        .cpus(8)
                        .memory(Memory.ofGiB(4))
                        .objectStore(Memory.ofGiB(3))
                        .build(),
                List.of(
                        WorkerGroup.builder("a")
                                .cpus(2)
                                .gpus(4)
                                .memory(Memory.ofGiB(8))
                                .build(),
                        WorkerGroup.builder("b").cpus(16).build()));
        assertThat(mixed.largestShape())
                .isEqualTo(new NodeShape(
                        OptionalInt.of(16), 4, Optional.of(Memory.ofGiB(8)), Optional.of(Memory.ofGiB(3))));
    }

    // ---------------------------------------------------------------- cloud VMs

    private static CloudVm.Builder vm() {
        return CloudVm.builder("vm.example.org").user("ubuntu").port(8280);
    }

    @Test
    void aVmHasTheUsualDefaults() {
        CloudVm vm = vm().build();
        assertThat(vm.host()).isEqualTo("vm.example.org");
        assertThat(vm.sshPort()).isEqualTo(22);
        assertThat(vm.user()).isEqualTo("ubuntu");
        assertThat(vm.bindAddress()).isEqualTo("127.0.0.1");
        assertThat(vm.port()).isEqualTo(8280);
        assertThat(vm.hostKeys()).isEmpty();
        assertThat(vm.ownKey()).isEmpty();
    }

    @Test
    void aVmsHostKeysLoseTheirComments() {
        assertThat(vm().hostKey("ssh-ed25519 AAAAC3Nz+/= root@vm of mine")
                        .hostKey(" ecdsa-sha2-nistp256 AAAAE2Vj\n")
                        .build()
                        .hostKeys())
                .containsExactly("ssh-ed25519 AAAAC3Nz+/=", "ecdsa-sha2-nistp256 AAAAE2Vj");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-oProxyCommand=id", "vm example", "user@vm", "vm;id", "vm\n", "::1", "*", "ä.org"})
    void aVmsHostAndAddressCanNotBecomeAnythingElse(String host) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CloudVm.builder(host))
                .withMessageContaining("'" + host + "'");
        assertThatIllegalArgumentException().isThrownBy(() -> vm().privateAddress(host));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-l", "a b", "a@b", "a:b", "root\n", "$USER"})
    void aVmsUserIsALoginName(String user) {
        assertThatIllegalArgumentException().isThrownBy(() -> vm().user(user)).withMessageContaining("'" + user + "'");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65_536})
    void aVmsPortsArePorts(int port) {
        assertThatIllegalArgumentException().isThrownBy(() -> vm().port(port)).withMessageContaining("" + port);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> vm().sshPort(port))
                .withMessageContaining("" + port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ssh-ed25519", "AAAA", "ssh-ed25519  AAAA", "ssh-ed25519 AAAA\nevil ssh-rsa BBBB"})
    void aHostKeyIsATypeAndBase64(String key) {
        assertThatIllegalArgumentException().isThrownBy(() -> vm().hostKey(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "~/.ssh/id_ed25519", "a\nb"})
    void aKeysPathNeedsNoExpansion(String path) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> vm().ownKey(path))
                .withMessageContaining("'" + path + "'");
    }

    @Test
    void aVmWithoutUserOrPortSaysWhatIsMissing() {
        assertThatNullPointerException()
                .isThrownBy(() -> CloudVm.builder("vm").port(80).build())
                .withMessageContaining("user(…)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CloudVm.builder("vm").user("u").build())
                .withMessageContaining("port(…)");
    }

    @Test
    void aRequirementIsTheSameWishButRequired() {
        Publish wish = Publish.dashboardTo(vm().build());
        assertThat(wish.isRequired()).isFalse();
        assertThat(wish.required().isRequired()).isTrue();
        assertThat(wish.required().vm()).isSameAs(wish.vm());
    }

    // ---------------------------------------------------------------- ids

    @Test
    void randomIdsAreValidAndDiffer() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            ids.add(ClusterId.random().value());
        }
        assertThat(ids).hasSize(1000).allMatch(id -> id.matches("ray-2\\d{7}-[a-z2-9]{10}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ray-123",
                "Ray-20261122",
                "1ay-20261122",
                "ray_20261122",
                "ray-2026/../x",
                "ray-2026 1122",
                "ray-20261122\n",
                "-ay-20261122"
            })
    void anIdIsAPlainWord(String id) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ClusterId(id)).withMessageContaining("'" + id + "'");
    }

    @Test
    void anIdHasEightToSixtyFourCharacters() {
        assertThat(new ClusterId("a2345678")).hasToString("a2345678");
        assertThat(new ClusterId("a".repeat(64)).value()).hasSize(64);
        assertThatIllegalArgumentException().isThrownBy(() -> new ClusterId("a".repeat(65)));
    }

    // ---------------------------------------------------------------- spec and builder

    private static RayClusterSpec.Builder spec() {
        return RayClusterSpec.builder()
                .topology(new RayTopology(head(), List.of()))
                .timeLimit(Duration.ofMinutes(10));
    }

    @Test
    void aSpecHasTheDocumentedDefaults() {
        RayClusterSpec spec = spec().build();
        assertThat(spec.account()).isEmpty();
        assertThat(spec.rayEnvironment()).isEmpty();
        assertThat(spec.publish()).isEmpty();
        assertThat(spec.openPortAllowed()).isFalse();
        assertThat(spec.lease()).isEqualTo(Duration.ofHours(1));
        assertThat(spec.joinTimeout()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void aSpecKeepsWhatWasSaid() {
        RayEnvironment ray = RayEnvironment.builder().module("ray").build();
        Publish publish = Publish.dashboardTo(vm().build());
        RayClusterSpec spec = spec().account("project_1")
                .rayEnvironment(ray)
                .publish(publish)
                .allowOpenPort()
                .lease(Duration.ofSeconds(5))
                .joinTimeout(Duration.ofSeconds(6))
                .build();
        assertThat(spec.account()).contains("project_1");
        assertThat(spec.rayEnvironment()).containsSame(ray);
        assertThat(spec.publish()).contains(publish);
        assertThat(spec.openPortAllowed()).isTrue();
        assertThat(spec.lease()).isEqualTo(Duration.ofSeconds(5));
        assertThat(spec.joinTimeout()).isEqualTo(Duration.ofSeconds(6));
        assertThat(spec.timeLimit()).isEqualTo(Duration.ofMinutes(10));
        assertThat(spec.topology().nodes()).isEqualTo(1);
    }

    @Test
    void timesThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> spec().timeLimit(Duration.ZERO))
                .withMessageContaining("PT0S");
        assertThatIllegalArgumentException().isThrownBy(() -> spec().timeLimit(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> spec().lease(Duration.ofMillis(4999)))
                .withMessageContaining("the lease must be at least five seconds, but was PT4.999S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> spec().joinTimeout(Duration.ofSeconds(4)))
                .withMessageContaining("the join timeout must be at least five seconds, but was PT4S");
    }

    @Test
    void aSpecSaysWhatIsMissing() {
        assertThatNullPointerException()
                .isThrownBy(() -> RayClusterSpec.builder()
                        .timeLimit(Duration.ofMinutes(1))
                        .build())
                .withMessageContaining("head group");
        assertThatNullPointerException()
                .isThrownBy(() -> RayClusterSpec.builder()
                        .topology(new RayTopology(head(), List.of()))
                        .build())
                .withMessageContaining("timeLimit");
    }

    @Test
    void theBuilderSaysWhichPartIsMissing() {
        try (LocalHost host = new LocalHost()) {
            assertThatNullPointerException()
                    .isThrownBy(() -> SlurmRayCluster.builder().build())
                    .withMessageContaining("head(…)");
            SlurmRayCluster.Builder builder = SlurmRayCluster.builder().head(head());
            assertThatNullPointerException().isThrownBy(builder::build).withMessageContaining("timeLimit");
            builder.timeLimit(Duration.ofMinutes(10));
            assertThatNullPointerException().isThrownBy(builder::build).withMessageContaining("host(…)");
            builder.host(host);
            assertThatNullPointerException().isThrownBy(builder::build).withMessageContaining("platform(…)");
            builder.platform(Platforms.lab());

            SlurmRayCluster cluster =
                    builder.account("project_1").workers(workers("w")).build();

            assertThat(cluster.spec().account()).contains("project_1");
            assertThat(cluster.spec().topology().workers())
                    .extracting(WorkerGroup::name)
                    .containsExactly("w");
        }
    }

    @Test
    void aPlanIsHeldAgainstTheSiteAgainWhenItIsLaunched() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-07-31T08:59:59Z"));
        try (LocalHost host = new LocalHost()) {
            SlurmRayCluster cluster = SlurmRayCluster.builder()
                    .host(host)
                    .platform(Platforms.puhti())
                    .clock(now::get)
                    .account("project_2001234")
                    .head(HeadGroup.builder().partition("small").build())
                    .rayEnvironment(RayEnvironment.builder().build())
                    .timeLimit(Duration.ofMinutes(10))
                    .build();
            LaunchPlan open = cluster.plan();
            assertThat(open.errors()).extracting(Finding::rule).doesNotContain("site-closed");

            now.set(Instant.parse("2026-07-31T09:00:00Z"));
            assertThatExceptionOfType(PlanRefusedException.class)
                    .isThrownBy(() -> cluster.launch(open))
                    .satisfies(e -> assertThat(e.plan().errors())
                            .extracting(Finding::rule)
                            .contains("site-closed"));
            LaunchPlan other = new LaunchPlan(
                    ClusterId.random(),
                    open.script(),
                    open.findings(),
                    open.filled(),
                    open.bill(),
                    open.runDirectory());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> cluster.launch(other))
                    .withMessageContaining("another cluster");
        }
    }

    @Test
    void everyPlanHasANewIdAndWhatIsKnownAgainstIt() {
        try (LocalHost host = new LocalHost()) {
            SlurmRayCluster cluster = SlurmRayCluster.builder()
                    .host(host)
                    .platform(Platforms.lab())
                    .head(HeadGroup.builder().partition("small").build())
                    .workers(WorkerGroup.builder("w").nodes(4).build())
                    .timeLimit(Duration.ofMinutes(10))
                    .build();
            LaunchPlan plan = cluster.plan();

            assertThat(plan.id()).isNotEqualTo(cluster.plan().id());
            assertThat(plan.errors()).extracting(Finding::rule).containsExactly("partition-nodes");
            assertThatThrownBy(() -> cluster.launch(plan))
                    .isInstanceOfSatisfying(
                            PlanRefusedException.class,
                            e -> assertThat(e).hasMessageContaining("--nodes=5").hasMessageContaining("at most 1"));
        }
    }

    @Test
    void groupsAndTheirBuildersReadWell() {
        HeadGroup.Builder head = HeadGroup.builder().partition("small").cpus(1).memory(Memory.ofGiB(3));
        assertThat(head).hasToString("1 CPU, 3G, in small");
        assertThat(head.build()).hasToString("head in small: 1 CPU, 3G");
        assertThat(WorkerGroup.builder("gpu")
                        .nodes(2)
                        .cpus(8)
                        .gpus(2)
                        .memory(Memory.ofGiB(16))
                        .objectStore(Memory.ofGiB(5))
                        .build())
                .hasToString("gpu, 2 nodes: 8 CPUs, 2 GPUs, 16G (5G of it object store)");
        assertThat(WorkerGroup.builder("any").build()).hasToString("any, 1 node: what the site gives");
    }

    @Test
    void aVmAndWhatIsPublishedOnItReadWell() {
        CloudVm vm = CloudVm.builder("vm.example.org").user("ubuntu").port(8280).build();
        assertThat(vm).hasToString("ubuntu@vm.example.org (127.0.0.1:8280 there)");
        assertThat("publishing: " + new PublishState.NotAsked()).isEqualTo("publishing: not asked for");
        assertThat("publishing: " + new PublishState.Trying()).isEqualTo("publishing: not there yet");
        assertThat("it is " + new PublishState.Up("127.0.0.1", 8280)).isEqualTo("it is up at 127.0.0.1:8280 of the VM");
        assertThat("it is " + new PublishState.Down("port taken")).isEqualTo("it is down: port taken");
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8280, true",
        "http://127.1.2.3:8280, true",
        "http://localhost:8280, true",
        "http://192.168.1.10:8280, false",
        "http://vm.example.org:8280, false"
    })
    void anEndpointOnTheVmsLoopbackIsForTheVmOnly(URI published, boolean only) {
        Endpoints endpoints = new Endpoints(Optional.empty(), Optional.of(published), Optional.empty());
        assertThat(endpoints.publishedOnVmOnly()).isEqualTo(only);
        assertThat(new Endpoints(Optional.empty(), Optional.empty(), Optional.empty()).publishedOnVmOnly())
                .isFalse();
    }

    @Test
    void aVmListensOnItsLoopbackUnlessToldOtherwise() {
        CloudVm.Builder vm = CloudVm.builder("vm.example.org").user("ubuntu").port(8280);
        assertThat(vm.build().listensOnLoopback()).isTrue();
        assertThat(vm.privateAddress("localhost").build().listensOnLoopback()).isTrue();
        assertThat(vm.privateAddress("192.168.1.10").build().listensOnLoopback())
                .isFalse();
        assertThat(vm.privateAddress("127.example.org").build().listensOnLoopback())
                .isFalse();
    }
}
