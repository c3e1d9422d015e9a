package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Finding;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.platforms.SiteRequest;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.LaunchPlan;
import io.github.slurmray.ray.NodeShape;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.RayClusterSpec;
import io.github.slurmray.ray.WorkerGroup;
import io.github.slurmray.slurm.SbatchScript;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerTest {
    private static final Platform LAB = Platforms.lab();
    private static final RayEnvironment OLD = LAB.rayEnvironment("pytorch/2.5");
    private static final RayEnvironment UNKNOWN =
            RayEnvironment.builder().module("ray").build();
    private static final String HOST_KEY = "ssh-ed25519 AAAAC3Nz";

    private static LaunchPlan plan(RayClusterSpec.Builder spec, Platform platform) {
        return Planner.plan(spec.build(), platform, Samples.ID, true, Samples.NOW);
    }

    // ---------------------------------------------------------------- the script

    @Test
    void theScriptOfAFullSpecIsTheGoldenOneAndTheProgram() throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("full.sbatch"), "full.sbatch")) {
            String golden = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            LaunchPlan plan = plan(Samples.full(), LAB);

            assertThat(plan.script().text()).isEqualTo(golden + Scripts.read("cluster.sh"));
            assertThat(plan.findings()).isEmpty();
            assertThat(plan.id()).isEqualTo(Samples.ID);
            assertThat(plan.runDirectory()).isEqualTo(".slurmray/" + Samples.ID);
        }
    }

    @Test
    void theJobAsksForTheLargestOfEachOnEveryNode() {
        SbatchScript script = plan(Samples.full(), LAB).script();
        assertThat(script.nodes()).hasValue(3);
        assertThat(script.ntasksPerNode()).hasValue(1);
        assertThat(script.cpusPerTask()).hasValue(8);
        assertThat(script.mem()).contains(Memory.ofGiB(10));
        assertThat(script.gres()).isEmpty();
        assertThat(script.directives()).containsKey("no-requeue");
    }

    @Test
    void aGroupThatSaysNoMemoryIsToldWhatTheJobGivesIt() {
        String script = plan(Samples.full(), LAB).script().text();
        assertThat(Bash.values(Samples.settings(script), "worker_flags").get(1)).contains("--memory=");
        String none = plan(Samples.spec(HeadGroup.builder().partition("all").build()), LAB)
                .script()
                .text();
        assertThat(Bash.values(Samples.settings(none), "head_flags")).containsExactly("--num-cpus=1 --num-gpus=0");
    }

    @Test
    void gpusAreAskedOfSlurmAndToldToRay() {
        LaunchPlan plan = plan(
                Samples.spec(
                        HeadGroup.builder().partition("all").build(),
                        WorkerGroup.builder("gpu").nodes(2).gpus(4).build()),
                LAB);
        String script = plan.script().text();
        assertThat(script).contains("#SBATCH --gres=gpu:a100:4\n");
        assertThat(Bash.values(Samples.settings(script), "head_flags", "worker_nodes", "worker_flags"))
                .containsExactly("--num-cpus=1 --num-gpus=0", "2", "--num-cpus=1 --num-gpus=4");
        assertThat(rules(plan)).containsExactly("job-gpus", "memory-unsaid");
        assertThat(plan.filled())
                .extracting(SiteRequest.Filled::toString)
                .contains("--gres=gpu:a100:4 (as the site asks for GPUs)");
    }

    @Test
    void whatGoesWithTheGpusIsFilledInAndShownWithItsSource() {
        LaunchPlan plan = plan(
                Samples.spec(
                                HeadGroup.builder().partition("small-g").gpus(8).build(),
                                WorkerGroup.builder("gpu").gpus(8).build())
                        .rayEnvironment(UNKNOWN)
                        .account("project_465001234"),
                Platforms.lumiG());
        assertThat(plan.script().cpusPerTask()).hasValue(56);
        assertThat(plan.script().mem()).contains(Memory.ofGiB(480));
        assertThat(plan.script().directive("gpus-per-node")).contains("8");
        assertThat(plan.script().gres()).isEmpty();
        assertThat(plan.errors()).isEmpty();
        assertThat(plan.filled())
                .extracting(SiteRequest.Filled::toString)
                .contains(
                        "--cpus-per-task=56 (7 for each GPU)",
                        "--mem=480G (60G for each GPU)",
                        "--gpus-per-node=8 (as the site asks for GPUs)");
        assertThat(plan.filled()).allSatisfy(f -> assertThat(f.sources()).isNotEmpty());
        assertThat(plan.bill().toString()).startsWith("4.00 GPU-hours");
        assertThat(plan.describe())
                .contains("  --gpus-per-node=8\n")
                .contains("  --mem=480G (60G for each GPU), says CSCfi/csc-user-guide docs/")
                .contains("bill for the whole time limit: 4.00 GPU-hours");
        assertThat(Bash.values(Samples.settings(plan.script().text()), "head_flags"))
                .singleElement()
                .asString()
                .startsWith("--num-cpus=56 --num-gpus=8 --memory=");
    }

    @Test
    void memoryThatFollowsTheGpusIsNotAskedForButToldToRay() {
        LaunchPlan plan = plan(
                Samples.spec(HeadGroup.builder().partition("gpumedium").gpus(4).build())
                        .rayEnvironment(UNKNOWN)
                        .account("project_2001234"),
                Platforms.roihuGpu());
        assertThat(plan.script().mem()).isEmpty();
        assertThat(plan.script().cpusPerTask()).hasValue(288);
        assertThat(plan.script().text()).contains("#SBATCH --gres=gpu:gh200:4\n");
        assertThat(Bash.values(Samples.settings(plan.script().text()), "head_flags"))
                .singleElement()
                .asString()
                .startsWith("--num-cpus=288 --num-gpus=4 --memory=");
    }

    @Test
    void memoryThatTheGpusBringIsNotAskedForEvenIfAGroupSaysIt() {
        LaunchPlan plan = plan(
                Samples.spec(HeadGroup.builder()
                                .partition("gpumedium")
                                .gpus(1)
                                .memory(Memory.ofGiB(100))
                                .build())
                        .rayEnvironment(UNKNOWN)
                        .account("project_2001234"),
                Platforms.roihuGpu());
        assertThat(plan.script().mem()).isEmpty();
        assertThat(rules(plan)).doesNotContain("memory-follows", "node-memory");
    }

    @Test
    void memoryThatCpusBringFillsThemIn() {
        RayClusterSpec.Builder spec = Samples.spec(HeadGroup.builder()
                        .partition("small")
                        .memory(Memory.ofGiB(100))
                        .build())
                .rayEnvironment(UNKNOWN)
                .account("project_2001234");
        LaunchPlan plan = plan(spec, Platforms.mahti().evenIfClosed());
        assertThat(plan.script().mem()).isEmpty();
        assertThat(plan.script().cpusPerTask()).hasValue(54);
        assertThat(plan.filled())
                .extracting(SiteRequest.Filled::toString)
                .contains("--cpus-per-task=54 (100G at 1920M for each CPU)");
        LaunchPlan tooFew = plan(
                Samples.spec(HeadGroup.builder()
                                .partition("small")
                                .cpus(1)
                                .memory(Memory.ofGiB(100))
                                .build())
                        .rayEnvironment(UNKNOWN)
                        .account("project_2001234"),
                Platforms.mahti().evenIfClosed());
        assertThat(tooFew.errors()).extracting(Finding::rule).containsExactly("node-memory");
    }

    @Test
    void withoutAPartitionThePlanTakesTheSitesDefaultAndSaysSo() {
        LaunchPlan plan = plan(
                Samples.spec(HeadGroup.builder().gpus(8).build()).rayEnvironment(UNKNOWN), Platforms.azureCycleCloud());
        assertThat(plan.script().partition()).contains("hpc");
        assertThat(plan.script().directive("gpus-per-node")).contains("8");
        assertThat(plan.script().cpusPerTask()).hasValue(96);
        assertThat(rules(plan)).doesNotContain("gpu-option", "partition-missing");
        assertThat(plan.filled())
                .extracting(SiteRequest.Filled::toString)
                .contains("--partition=hpc (the site's default)");
        assertThat(plan.filled()).allSatisfy(f -> assertThat(f.sources()).isNotEmpty());
        assertThat(plan.bill()).asString().contains("Azure bills the machines' time");
    }

    @Test
    void howGpusAreAskedForIsSaidInThePlanWhereItIsNotKnown() {
        LaunchPlan plan = plan(
                Samples.spec(HeadGroup.builder().partition("lumid").gpus(1).build())
                        .rayEnvironment(UNKNOWN)
                        .account("project_465001234"),
                Platforms.lumiG());
        assertThat(rules(plan)).contains("gpu-form-unknown");
        assertThat(plan.errors()).isEmpty();
    }

    @Test
    void aSiteThatIsClosedIsRefusedWithItsSuccessorUnlessTheUserKnowsBetter() {
        RayClusterSpec.Builder spec = Samples.spec(
                        HeadGroup.builder().partition("small").build())
                .rayEnvironment(UNKNOWN)
                .account("project_2001234");
        LaunchPlan plan = plan(spec, Platforms.puhti());
        assertThat(plan.errors()).extracting(Finding::rule).containsExactly("site-closed");
        assertThat(message(plan, "site-closed")).contains("2026-07-31").contains("csc-roihu");
        assertThat(plan(spec, Platforms.puhti().evenIfClosed()).errors()).isEmpty();
    }

    @Test
    void theTimeChangesWhatIsKnownAgainstAPlanAndNotThePlan() {
        RayClusterSpec spec = Samples.spec(
                        HeadGroup.builder().partition("small").build())
                .rayEnvironment(UNKNOWN)
                .account("project_2001234")
                .build();
        Instant end = Instant.parse("2026-07-31T09:00:00Z");
        LaunchPlan before = Planner.plan(spec, Platforms.puhti(), Samples.ID, true, end.minusSeconds(1));
        LaunchPlan after = Planner.plan(spec, Platforms.puhti(), Samples.ID, true, end);

        assertThat(rules(before)).doesNotContain("site-closed");
        assertThat(rules(after)).contains("site-closed");
        assertThat(after.script()).isEqualTo(before.script());
        assertThat(Planner.plan(spec, Platforms.puhti(), Samples.ID, true, end)).isEqualTo(after);
    }

    @Test
    void whatIsNotKnownOfTheWaysInAndOutIsTriedAndSaid() {
        Platform site = Samples.site(Map.of());
        assertThat(rules(plan(Samples.small().rayEnvironment(UNKNOWN), site))).containsExactly("way-in-unknown");
        assertThat(rules(plan(Samples.full().rayEnvironment(UNKNOWN), site)))
                .containsExactly("reverse-forward-unknown", "publish-open");
        assertThat(plan(Samples.full().rayEnvironment(UNKNOWN), site).errors()).isEmpty();
    }

    @Test
    void aContainerThatSrunMakesIsRefused() {
        RayEnvironment pyxis = RayEnvironment.builder()
                .runtime(RayEnvironment.ContainerRuntime.PYXIS)
                .build();
        assertThat(rules(plan(Samples.small().rayEnvironment(pyxis), LAB))).containsExactly("ray-runtime");
    }

    @ParameterizedTest
    @CsvSource({"5, 1", "8, 2", "20, 5", "40, 10", "3600, 10", "31536000, 10"})
    void theLeaseIsLookedAtFourTimesInItsLengthButAtLeastEveryTenSeconds(long lease, String check) {
        String script = plan(Samples.small().lease(Duration.ofSeconds(lease)), LAB)
                .script()
                .text();
        assertThat(Bash.values(Samples.settings(script), "lease", "lease_check"))
                .containsExactly(Long.toString(lease), check);
    }

    @Test
    void modulesNeedTheSitesInitAndAVirtualEnvironmentComesLast() {
        RayEnvironment mine = RayEnvironment.builder()
                .module("python/3.11")
                .virtualEnvironment("/projects/it's mine/venv")
                .build();
        String script = plan(Samples.small().rayEnvironment(mine), LAB).script().text();
        List<String> setup = Bash.values(Samples.settings(script), "setup");

        assertThat(setup.subList(0, 2)).containsExactly("source /etc/profile.d/lmod.sh", "module load python/3.11");
        assertThat(Bash.output("source() { printf %s \"$1\"; }; " + setup.get(2)))
                .isEqualTo("/projects/it's mine/venv/bin/activate");
    }

    @Test
    void withoutSetupTheSitesInitIsNotNeeded() {
        RayEnvironment plain = RayEnvironment.builder().build();
        String script =
                plan(Samples.small().rayEnvironment(plain), LAB).script().text();
        assertThat(Bash.values(Samples.settings(script), "setup", "wrapper")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true, false, guarded", "true, true, always", "false, false, never", "false, true, never"})
    void whoMaySeeTheDashboardFollowsFromTheSiteAndTheUser(boolean forward, boolean allowed, String open) {
        Platform site = Samples.site(Map.of("reaches", Map.of("LOGIN_FORWARD", forward)));
        RayClusterSpec.Builder spec = Samples.small().rayEnvironment(UNKNOWN);
        String script =
                plan(allowed ? spec.allowOpenPort() : spec, site).script().text();
        assertThat(Bash.values(Samples.settings(script), "dashboard_open")).containsExactly(open);
    }

    // site files refuse what nobody can see
    private static String inASiteFile(Random random) {
        return Bash.oddLine(random, true).replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "_");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20261122, 77, -5, 4242})
    void everyOddValueArrivesInTheJobAsItWasGiven(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 12; i++) {
            String account = Bash.oddLine(random, true);
            String partition = Bash.oddLine(random, true);
            String root = "r" + inASiteFile(random).replaceAll("[~$%\\\\]|\\.\\.", "_") + "d";
            String init = inASiteFile(random);
            String setup = Bash.oddLine(random, true);
            List<String> wrapper = List.of("w" + Bash.oddText(random), Bash.oddText(random), "", Bash.oddText(random));
            String key = "k" + Bash.oddLine(random, true);
            Platform site = Samples.site(
                    Map.of("runDirectory", root, "modules", Map.of("init", init), "name", inASiteFile(random)));
            RayClusterSpec spec = Samples.spec(
                            HeadGroup.builder().partition(partition).build())
                    .account(account)
                    .rayEnvironment(RayEnvironment.builder()
                            .setupLine(setup)
                            .wrapper(wrapper.toArray(String[]::new))
                            .build())
                    .publish(Publish.dashboardTo(Samples.vm().ownKey(key).build()))
                    .build();
            LaunchPlan plan = Planner.plan(spec, site, Samples.ID, true, Samples.NOW);
            String settings = Samples.settings(plan.script().text());

            assertThat(Bash.values(
                            settings, "run", "setup", "wrapper", "publish_key", "publish_host", "publish_listen"))
                    .as("seed %d, round %d, settings %s", seed, i, settings)
                    .containsExactly(
                            root + "/" + Samples.ID,
                            init,
                            setup,
                            wrapper.get(0),
                            wrapper.get(1),
                            wrapper.get(2),
                            wrapper.get(3),
                            key,
                            "vm.example.org",
                            "8280");
            assertThat(plan.script().account()).contains(account);
            assertThat(plan.script().partition()).contains(partition);
            assertThat(settings.lines().filter(l -> l.startsWith("#SBATCH ")))
                    .as("seed %d, round %d", seed, i)
                    .hasSize(9);
        }
    }

    @Test
    void theSettingsDoNothingButAssign() {
        // with no command to be found and no file to be written, only assignments can succeed
        String settings = Samples.settings(plan(Samples.full(), LAB).script().text());
        assertThat(Bash.output("PATH=/nowhere; set -eu\n" + settings)).isEmpty();
    }

    // ---------------------------------------------------------------- findings

    private static List<String> rules(LaunchPlan plan) {
        return plan.findings().stream().map(Finding::rule).toList();
    }

    private static String message(LaunchPlan plan, String rule) {
        return plan.findings().stream()
                .filter(f -> f.rule().equals(rule))
                .map(Finding::message)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRayWithTokensIsReachedThroughTheLoginNode() {
        assertThat(plan(Samples.small(), LAB).findings()).isEmpty();
        assertThat(plan(Samples.small().rayEnvironment(UNKNOWN), LAB).findings())
                .isEmpty();
    }

    @Test
    void aRayWithoutTokensIsOpenAndHasNoWayIn() {
        LaunchPlan plan = plan(Samples.small().rayEnvironment(OLD), LAB);
        assertThat(rules(plan)).containsExactly("ray-open", "no-way-in");
        assertThat(plan.errors()).extracting(Finding::rule).containsExactly("no-way-in");
        assertThat(message(plan, "ray-open")).contains("2.43.0").contains("2.52");
        assertThat(message(plan, "no-way-in")).contains("allowOpenPort()").contains("cloud VM");
    }

    @Test
    void aRayWithoutTokensIsReachedByTheUsersLeaveOrByAVm() {
        assertThat(rules(plan(Samples.small().rayEnvironment(OLD).allowOpenPort(), LAB)))
                .containsExactly("ray-open");
        assertThat(rules(plan(Samples.full().rayEnvironment(OLD).publish(onLoopback()), LAB)))
                .containsExactly("ray-open");
    }

    private static Publish onLoopback() {
        return Publish.dashboardTo(
                CloudVm.builder("vm.example.org").user("ubuntu").port(8280).build());
    }

    @Test
    void aRayWithoutTokensIsNotPublishedForOthersWithoutAWord() {
        LaunchPlan plan = plan(Samples.full().rayEnvironment(OLD), LAB);
        assertThat(rules(plan)).containsExactly("ray-open", "publish-open");
        assertThat(plan.errors()).isEmpty();
        assertThat(message(plan, "publish-open"))
                .startsWith("publish(vm.example.org): Ray 2.43.0 has no tokens")
                .contains("whoever reaches 192.168.1.10:8280 can run code as you")
                .contains("privateAddress(…)");
    }

    @Test
    void aRayOfUnknownVersionIsPublishedForOthersWithAnIf() {
        LaunchPlan plan = plan(Samples.full().rayEnvironment(UNKNOWN), LAB);
        assertThat(rules(plan)).containsExactly("publish-open");
        assertThat(message(plan, "publish-open"))
                .contains("if the Ray is older than 2.52")
                .contains("rayVersion(…)");
        assertThat(rules(plan(Samples.full().rayEnvironment(UNKNOWN).publish(onLoopback()), LAB)))
                .isEmpty();
    }

    @Test
    void memoryInWhichRayDoesNotStartIsAnErrorAndLittleOfItAWarning() {
        LaunchPlan hopeless = plan(head(Memory.ofMiB(300)), LAB);
        assertThat(hopeless.errors()).extracting(Finding::rule).containsExactly("memory-small");
        assertThat(message(hopeless, "memory-small"))
                .startsWith("memory(300M): ")
                .contains("1G");
        LaunchPlan little = plan(head(Memory.ofMiB(600)), LAB);
        assertThat(rules(little)).containsExactly("memory-small");
        assertThat(little.errors()).isEmpty();
        assertThat(plan(head(Memory.ofGiB(1)), LAB).findings()).isEmpty();
    }

    private static RayClusterSpec.Builder head(Memory memory) {
        return Samples.spec(HeadGroup.builder().partition("all").memory(memory).build());
    }

    @Test
    void memoryThatNobodySaysIsLeftToTheSiteWithAWord() {
        LaunchPlan plan =
                plan(Samples.spec(HeadGroup.builder().partition("all").cpus(2).build()), LAB);
        assertThat(rules(plan)).containsExactly("memory-unsaid");
        assertThat(message(plan, "memory-unsaid")).contains("here 1000M").contains("memory(");
        Platform site = Samples.site(Map.of("reaches", Map.of("LOGIN_FORWARD", true)));
        assertThat(rules(plan(Samples.spec(HeadGroup.builder().build()).rayEnvironment(UNKNOWN), site)))
                .containsExactly("memory-unsaid");
    }

    @Test
    void aJoinTimeoutThatTheTimeLimitForestallsIsSaid() {
        LaunchPlan byDefault = plan(Samples.small().timeLimit(Duration.ofMinutes(10)), LAB);
        assertThat(rules(byDefault)).containsExactly("join-timeout");
        assertThat(message(byDefault, "join-timeout"))
                .contains("joinTimeout(…) is 00:10:00, as by default")
                .contains("timeLimit(…) only 00:10:00");
        assertThat(plan(Samples.small().timeLimit(Duration.ofMinutes(10)).joinTimeout(Duration.ofMinutes(9)), LAB)
                        .findings())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "partition-time, timeLimit(…): --time=",
        "partition-nodes, nodes(…) of the worker groups: --nodes=",
        "node-cpus, cpus(…): --cpus-per-task",
        "node-memory, memory(…): --mem="
    })
    void aFindingOfTheSiteBeginsWithWhatTheBuilderCallsIt(String rule, String begin) {
        LaunchPlan plan = plan(
                Samples.spec(
                                HeadGroup.builder()
                                        .partition("test")
                                        .cpus(99)
                                        .memory(Memory.ofGiB(500))
                                        .build(),
                                WorkerGroup.builder("cpu").nodes(9).build())
                        .timeLimit(Duration.ofDays(9)),
                LAB);
        assertThat(message(plan, rule)).startsWith(begin);
        Finding finding = plan.findings().stream()
                .filter(f -> f.rule().equals(rule))
                .findFirst()
                .orElseThrow();
        assertThat(finding.option()).isPresent();
        assertThat(finding.sources()).isNotEmpty();
    }

    @Test
    void aFindingAboutTheWholeJobBeginsWithWhatTheBuilderCallsItToo() {
        LaunchPlan gpus = plan(
                Samples.spec(
                        HeadGroup.builder().partition("all").gpus(4).build(),
                        WorkerGroup.builder("gpu").nodes(1).gpus(4).build()),
                LAB);
        assertThat(message(gpus, "job-gpus")).startsWith("gpus(…) on all nodes: GPUs of the job=8");
        LaunchPlan memory = plan(
                Samples.spec(HeadGroup.builder()
                                .partition("gpumedium")
                                .gpus(1)
                                .memory(Memory.ofGiB(500))
                                .build())
                        .rayEnvironment(UNKNOWN)
                        .account("project_2001234"),
                Platforms.roihuGpu());
        assertThat(message(memory, "node-memory")).startsWith("memory(…): memory of a node=500G");
    }

    @Test
    void aSiteWhoseLoginNodesForwardNothingLeavesOnlyTheVm() {
        Platform site = Samples.site(Map.of("reaches", Map.of("LOGIN_FORWARD", false, "REVERSE_FORWARD", true)));
        assertThat(rules(plan(Samples.small().rayEnvironment(UNKNOWN), site))).containsExactly("no-way-in");
        assertThat(rules(plan(Samples.small().rayEnvironment(OLD).allowOpenPort(), site)))
                .containsExactly("ray-open", "no-way-in");
        assertThat(rules(plan(Samples.full().rayEnvironment(UNKNOWN).publish(onLoopback()), site)))
                .isEmpty();
    }

    @Test
    void aSiteWithoutRayNeedsTheUsersOwn() {
        Platform site = Samples.site(Map.of("reaches", Map.of("LOGIN_FORWARD", true, "REVERSE_FORWARD", false)));
        LaunchPlan plan = plan(Samples.small(), site);
        assertThat(rules(plan)).containsExactly("ray-missing");
        assertThat(message(plan, "ray-missing")).contains("rayEnvironment(");
    }

    @Test
    void aVmThatNobodyManagesNeedsAKeyAndAHostKey() {
        LaunchPlan neither = Planner.plan(Samples.full().build(), LAB, Samples.ID, false, Samples.NOW);
        assertThat(rules(neither)).containsExactly("publish-key", "publish-host-key");
        assertThat(neither.errors()).hasSize(2);
        assertThat(message(neither, "publish-key")).contains("vmHost(…)").contains("ownKey(path)");
        assertThat(message(neither, "publish-host-key")).contains("vmHost(…)").contains("hostKey(…)");

        CloudVm own = Samples.vm().ownKey(".ssh/id").build();
        assertThat(rules(Planner.plan(
                        Samples.full().publish(Publish.dashboardTo(own)).build(), LAB, Samples.ID, false, Samples.NOW)))
                .containsExactly("publish-host-key");
        CloudVm both = Samples.vm().ownKey(".ssh/id").hostKey(HOST_KEY).build();
        assertThat(rules(Planner.plan(
                        Samples.full().publish(Publish.dashboardTo(both)).build(),
                        LAB,
                        Samples.ID,
                        false,
                        Samples.NOW)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.0.0.0", "vm.example.org"})
    void whereServicesToOthersAreForbiddenTheVmListensOnItsOwnAddressOnly(String bind) {
        RayClusterSpec.Builder spec = Samples.spec(
                        HeadGroup.builder().partition("small").build())
                .account("project_465001234")
                .publish(Publish.dashboardTo(Samples.vm().privateAddress(bind).build()));
        assertThat(plan(spec, Platforms.lumiC()).errors())
                .extracting(Finding::rule)
                .containsExactly("service-to-others");
    }

    @Test
    void aSiteWithoutAWayOutCanNotPublish() {
        Platform site = Samples.site(
                Map.of("name", "closed", "reaches", Map.of("LOGIN_FORWARD", true, "REVERSE_FORWARD", false)));
        LaunchPlan plan = plan(Samples.full().rayEnvironment(UNKNOWN).publish(onLoopback()), site);
        assertThat(rules(plan)).containsExactly("no-reverse-forward");
        assertThat(message(plan, "no-reverse-forward"))
                .contains("vm.example.org")
                .contains("closed");
    }

    // ---------------------------------------------------------------- where Ray comes from

    private static RayClusterSpec.Builder onRoihuGpu(String environment) {
        return Samples.spec(HeadGroup.builder().partition("gpumedium").gpus(1).build())
                .rayEnvironment(Platforms.roihuGpu().rayEnvironment(environment))
                .account("project_2001234")
                .publish(Publish.dashboardTo(Samples.vm().build()));
    }

    @Test
    void thatRayMayNotBeInASitesEnvironmentIsSaid() {
        LaunchPlan plan = plan(onRoihuGpu("python-pytorch/2.10"), Platforms.roihuGpu());
        assertThat(rules(plan)).contains("ray-unknown");
        assertThat(message(plan, "ray-unknown")).contains("module load python-pytorch/2.10");
        assertThat(plan.errors()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "hasRay, false, ray-missing",
        "hasRay, true, ''",
        "rayVersion, 2.60.0, ''",
        "note, x, ray-unknown",
    })
    void anEnvironmentOfASiteIsAskedForRay(String key, String value, String rule) {
        Object typed = key.equals("hasRay") ? Boolean.valueOf(value) : value;
        Platform site = Samples.site(Map.of(
                "reaches", Map.of("LOGIN_FORWARD", true),
                "rayEnvironments", Map.of("ours", Map.of(key, typed, "runtime", "PLAIN")),
                "defaultRayEnvironment", "ours"));
        assertThat(rules(plan(Samples.small(), site))).isEqualTo(rule.isEmpty() ? List.of() : List.of(rule));
    }

    @ParameterizedTest
    @CsvSource({"'', as a plain command", "apptainer exec ray.sif, behind 'apptainer exec ray.sif'"})
    void thatItIsNotKnownHowCommandsRunInAnEnvironmentIsSaid(String wrapper, String started) {
        Platform site = Samples.site(Map.of(
                "reaches", Map.of("LOGIN_FORWARD", true),
                "rayEnvironments",
                        Map.of(
                                "ours",
                                Map.of(
                                        "hasRay",
                                        true,
                                        "wrapper",
                                        wrapper.isEmpty() ? List.of() : List.of(wrapper.split(" ")))),
                "defaultRayEnvironment", "ours"));

        LaunchPlan plan = plan(Samples.small(), site);

        assertThat(rules(plan)).containsExactly("ray-runtime-unknown");
        assertThat(message(plan, "ray-runtime-unknown")).contains(started).contains("say runtime in the site's file");
        assertThat(plan.errors()).isEmpty();
    }

    @Test
    void anEnvironmentOfAnotherArchitectureIsRefused() {
        RayClusterSpec.Builder x86 = onRoihuGpu("python-pytorch/2.10")
                .rayEnvironment(Platforms.puhti().rayEnvironment("pytorch/2.9"));
        LaunchPlan plan = plan(x86, Platforms.roihuGpu());
        assertThat(plan.errors()).extracting(Finding::rule).containsExactly("ray-architecture");
        assertThat(message(plan, "ray-architecture"))
                .contains("X86_64")
                .contains("AARCH64")
                .contains("gpumedium");
    }

    @Test
    void thatLumisDefaultRayIsAChoiceOfOursIsSaidAndThatItIsSlowOnSeveralNodes() {
        HeadGroup head = HeadGroup.builder().partition("small-g").gpus(1).build();
        LaunchPlan one = plan(Samples.spec(head).account("project_465001234"), Platforms.lumiG());
        assertThat(rules(one)).doesNotContain("ray-slow-network");
        assertThat(one.describe())
                .contains("rayEnvironment=pytorch")
                .doesNotContain("the site's default")
                .contains("lumi-multitorch");

        LaunchPlan two = plan(
                Samples.spec(head, WorkerGroup.builder("gpu").gpus(1).build()).account("project_465001234"),
                Platforms.lumiG());
        assertThat(message(two, "ray-slow-network")).contains("2 nodes").contains("Slingshot");
    }

    // ---------------------------------------------------------------- ports and memory

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 22, 23, 32, 64, 96, 128, 192, 256, 512, 1024, 2000, 65_536, Integer.MAX_VALUE})
    void everyNodeHasFourBlocksOfPortsOrMoreBelowTheEphemeralOnes(int cpus) {
        PortPlan ports = PortPlan.forCpus(cpus);
        assertThat(ports.first()).isGreaterThan(1024);
        assertThat(ports.last()).isLessThan(32_768);
        assertThat((ports.last() - ports.first() + 1) / ports.stride()).isGreaterThanOrEqualTo(4);
        assertThat(ports.stride()).isGreaterThanOrEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource({"1, 100", "22, 100", "23, 104", "128, 524", "256, 1036", "1024, 4108", "2000, 5500"})
    void aBlockHasFourPortsForEachCpuUntilItWouldBeTooLarge(int cpus, int stride) {
        assertThat(PortPlan.forCpus(cpus).stride()).isEqualTo(stride);
    }

    private static Optional<RayMemory> memory(Memory memory, Optional<Memory> store) {
        return RayMemory.of(new NodeShape(OptionalInt.of(1), 0, Optional.of(memory), store));
    }

    @Test
    void rayGetsSixtyAndThirtyPercentOfANodesMemory() {
        assertThat(memory(new Memory(1_000_000_000), Optional.empty()))
                .contains(new RayMemory(600_000_000, 300_000_000));
    }

    @Test
    void aLargeObjectStoreLeavesTheRestToTasks() {
        Memory ten = Memory.ofGiB(10);
        assertThat(memory(ten, Optional.of(Memory.ofGiB(7)))).contains(new RayMemory(3L << 30, 7L << 30));
        assertThat(memory(ten, Optional.of(Memory.ofGiB(1))).orElseThrow().tasks())
                .isEqualTo(ten.bytes() / 100 * 60);
        assertThat(memory(ten, Optional.of(ten))).contains(new RayMemory(1, 10L << 30));
    }

    @Test
    void theObjectStoreIsNeverTooSmallForRayToStart() {
        assertThat(memory(Memory.ofMiB(200), Optional.empty()).orElseThrow().objectStore())
                .isEqualTo(75L << 20);
    }

    @Test
    void ofAnUnknownMemoryNothingIsTold() {
        assertThat(RayMemory.of(new NodeShape(OptionalInt.of(1), 0, Optional.empty(), Optional.empty())))
                .isEmpty();
    }
}
