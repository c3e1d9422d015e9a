package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.MailType;
import io.github.slurmray.slurm.SbatchScript;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What single sites do in their own way, and where it comes from. */
class SiteOddLogicTest {
    private static List<Finding> check(Platform site, UnaryOperator<SbatchScript.Builder> script) {
        return site.check(
                script.apply(SbatchScript.builder().account("project_2001234")).build());
    }

    private static List<String> rules(Platform site, UnaryOperator<SbatchScript.Builder> script) {
        return check(site, script).stream().map(Finding::rule).toList();
    }

    private static String directives(Platform site, String partition, ResourceRequest request) {
        return site.word(request, partition).toString();
    }

    private static ResourceRequest gpus(int n) {
        return ResourceRequest.builder().gpusPerNode(n).build();
    }

    @Test
    void eachSiteAsksForGpusInItsOwnForm() {
        assertThat(directives(Platforms.puhti(), "gpu", gpus(2))).contains("--gres=gpu:v100:2");
        assertThat(directives(Platforms.mahti(), "gpusmall", gpus(1))).contains("--gres=gpu:a100:1");
        assertThat(directives(Platforms.roihuGpu(), "gpumedium", gpus(4))).contains("--gres=gpu:gh200:4");
        assertThat(directives(Platforms.lumiG(), "small-g", gpus(3))).contains("--gpus-per-node=3");
        assertThat(directives(Platforms.azureCycleCloud(), "hpc", gpus(8))).contains("--gpus-per-node=8");
        assertThat(directives(Platforms.onPremApptainer(), "debug", gpus(1))).contains("--gres=gpu:rtx3070:1");
    }

    @Test
    void cpusAndMemoryGoWithTheGpus() {
        assertThat(directives(Platforms.puhti(), "gpu", gpus(4))).contains("--cpus-per-task=40");
        assertThat(directives(Platforms.lumiG(), "small-g", gpus(2)))
                .contains("--cpus-per-task=14")
                .contains("--mem=120G");
        assertThat(directives(Platforms.azureCycleCloud(), "hpc", gpus(8))).contains("--cpus-per-task=96");
    }

    @ParameterizedTest
    @CsvSource({"csc-mahti, gpusmall, a100", "csc-roihu-gpu, gpumedium, gh200"})
    void memoryThatFollowsTheGpusIsNotAskedFor(String name, String partition, String type) {
        Platform site = Platforms.named(name).evenIfClosed();
        assertThat(directives(site, partition, gpus(1))).doesNotContain("--mem");
        List<Finding> findings =
                check(site, s -> s.partition(partition).gres(Gres.gpu(type, 1)).mem(Memory.ofGiB(1)));
        assertThat(findings).extracting(Finding::rule).contains("memory-follows");
        assertThat(findings.toString()).contains("leave --mem out");
    }

    @Test
    void roihuGivesFourGpusAJobInGpumediumHoweverManyNodes() {
        UnaryOperator<SbatchScript.Builder> twoNodes =
                s -> s.partition("gpumedium").nodes(2).cpusPerTask(72);
        assertThat(rules(Platforms.roihuGpu(), s -> twoNodes.apply(s).gres(Gres.gpu("gh200", 2))))
                .isEmpty();
        List<Finding> findings =
                check(Platforms.roihuGpu(), s -> twoNodes.apply(s).gres(Gres.gpu("gh200", 4)));
        assertThat(findings).extracting(Finding::rule).containsExactly("job-gpus");
        assertThat(findings.get(0).message())
                .isEqualTo("GPUs of the job=8: partition gpumedium allows at most 4; this fits in gputest");
    }

    @Test
    void lumiGReservesEightOfItsCores() {
        assertThat(rules(Platforms.lumiG(), s -> s.partition("standard-g").cpusPerTask(64)))
                .contains("node-cpus");
        NodeType node = Platforms.lumiG().partition("standard-g").nodeTypes().get(0);
        assertThat(node.cores()).hasValue(64);
        assertThat(node.usableCores()).hasValue(56);
    }

    @Test
    void wholeNodesAreBilledWhole() {
        SbatchScript one = SbatchScript.builder()
                .partition("standard")
                .nodes(1)
                .cpusPerTask(8)
                .time(WallTime.of(Duration.ofHours(1)))
                .build();
        assertThat(Platforms.lumiC().estimate(one)).hasToString("128.00 core-hours");
        assertThat(rules(Platforms.lumiC(), s -> s.partition("standard").cpusPerTask(8)))
                .containsExactly("whole-nodes");
    }

    @Test
    void aSliceOfAGpuHasLimitsAndAPriceOfItsOwn() {
        Platform mahti = Platforms.mahti().evenIfClosed();
        UnaryOperator<SbatchScript.Builder> slice =
                s -> s.partition("gpusmall").gres(Gres.gpu("a100_1g.5gb", 1)).cpusPerTask(4);
        assertThat(check(mahti, slice).stream().filter(f -> f.severity() == Finding.Severity.ERROR))
                .isEmpty();
        Bill bill = mahti.estimate(slice.apply(SbatchScript.builder().time(WallTime.of(Duration.ofHours(2))))
                .build());
        assertThat(bill).hasToString("30.00 GPU BU (gpus 0.00, slices 30.00, disk 0.00)");
    }

    @Test
    void aTypeOfGpuThatThePartitionHasNotIsFound() {
        assertThat(rules(
                        Platforms.puhti().evenIfClosed(),
                        s -> s.partition("gpu").gres(Gres.gpu("a100", 1)).cpusPerTask(1)))
                .contains("gpu-type");
    }

    @Test
    void roihuSendsNoMail() {
        assertThat(rules(Platforms.roihuCpu(), s -> s.partition("small").mail("a@example.org", MailType.END)))
                .containsExactly("mail-ignored");
    }

    @Test
    void aPartitionForSomeIsRefusedUntilTheUserSaysThatTheyMay() {
        UnaryOperator<SbatchScript.Builder> large = s -> s.partition("large").nodes(6);
        assertThat(rules(Platforms.roihuCpu(), large)).contains("partition-access");
        assertThat(rules(Platforms.roihuCpu().withAccessTo("large"), large)).doesNotContain("partition-access");
    }

    @ParameterizedTest
    @CsvSource({
        "csc-puhti, 2026-07-31T08:59:59Z, OPEN",
        "csc-puhti, 2026-07-31T09:00:00Z, LOGIN_ONLY",
        "csc-puhti, 2026-10-15T09:00:00Z, CLOSED",
        "csc-mahti, 2026-08-31T08:59:59Z, OPEN",
        "csc-mahti, 2026-08-31T09:00:00Z, LOGIN_ONLY",
        "csc-roihu-gpu, 2026-05-31T23:59:59Z, ANNOUNCED",
        "csc-roihu-gpu, 2026-06-01T00:00:00Z, OPEN",
        "lab, 1970-01-01T00:00:00Z, OPEN"
    })
    void aSiteIsOpenByTheClockThatIsAsked(String site, Instant now, LifeSpan.State state) {
        assertThat(Platforms.named(site).lifeSpan().at(now)).isEqualTo(state);
    }

    @Test
    void lumiForbidsServicesToOthersAndTheRestAreWarned() {
        assertThat(Platforms.lumiG().checkService("0.0.0.0").orElseThrow().rule())
                .isEqualTo("service-to-others");
        assertThat(Platforms.lumiG().checkService("86.50.1.1").orElseThrow().severity())
                .isEqualTo(Finding.Severity.ERROR);
        assertThat(Platforms.lab().checkService("::").orElseThrow().rule()).isEqualTo("service-open");
        for (String own :
                List.of("localhost", "127.0.0.1", "192.168.1.10", "10.0.0.1", "100.64.0.1", "::1", "fd00::1")) {
            assertThat(Platforms.lumiG().checkService(own)).as(own).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "[::]", "0", "", "0.0.0.0:8265", "10.0.0.1/8", "vm.example.org"})
    void whatIsNoAddressIsNotTakenForTheUsersOwn(String address) {
        Finding forbidden = Platforms.lumiG().checkService(address).orElseThrow();
        assertThat(forbidden.rule()).isEqualTo("service-to-others");
        assertThat(forbidden.severity()).isEqualTo(Finding.Severity.ERROR);
        assertThat(forbidden.message()).contains("'" + address + "'").contains("127.0.0.1");

        Finding unclear = Platforms.lab().checkService(address).orElseThrow();
        assertThat(unclear.rule()).isEqualTo("service-unclear");
        assertThat(unclear.severity()).isEqualTo(Finding.Severity.WARNING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"csc-puhti", "csc-mahti"})
    void aClosedSiteSendsGpuJobsToWhereThereAreGpus(String name) {
        UnaryOperator<SbatchScript.Builder> script = s -> s.partition("gputest").gres(Gres.gpu(1));
        String refused = check(Platforms.named(name), script).get(0).message();
        assertThat(refused).contains("csc-roihu-cpu").contains("csc-roihu-gpu").contains("Platform.evenIfClosed()");

        Finding tried = check(Platforms.named(name).evenIfClosed(), script).get(0);
        assertThat(tried.rule()).isEqualTo("site-closed");
        assertThat(tried.message()).contains("csc-roihu-gpu").doesNotContain("evenIfClosed");
    }

    @Test
    void whoseJobsAreCountedIsNotSaidWhereItIsNotKnown() {
        assertThat(Platforms.lumiC().unknown()).anyMatch(u -> u.contains("a user's or an account's"));
        List<Finding> findings =
                check(Platforms.lumiC(), s -> s.partition("small").array("1-221"));
        assertThat(findings).extracting(Finding::rule).containsExactly("partition-jobs");
        assertThat(findings.get(0).message())
                .contains("221 jobs")
                .contains("at most 220")
                .doesNotContain("user");
    }

    @Test
    void lumisProjectStorageIsWhereItsContradictionSaysThatItIs() {
        String path = Objects.requireNonNull(Platforms.lumiC().storage().get("project"))
                .path()
                .orElseThrow();
        assertThat(Platforms.lumiC().contradictions()).anyMatch(c -> c.contains("these facts use " + path));
    }

    @Test
    void pollingBelowTheFloorIsAWarning() {
        assertThat(Platforms.lumiC().checkPolling(Duration.ofSeconds(5))).isEmpty();
        assertThat(Platforms.lumiC()
                        .checkPolling(Duration.ofSeconds(4))
                        .orElseThrow()
                        .message())
                .contains("PT4S")
                .contains("PT5S");
    }

    @Test
    void suggestionsComeCheapestFirstAndSayWhyTheOthersDoNot() {
        Suggestions found = Platforms.lumiC()
                .suggest(ResourceRequest.builder()
                        .nodes(2)
                        .cpusPerNode(8)
                        .memoryPerNode(Memory.ofGiB(16))
                        .time(WallTime.of(Duration.ofHours(5)))
                        .build());

        assertThat(found.fitting()).extracting(s -> s.partition().name()).containsExactly("small", "standard");
        assertThat(found.fitting().get(0).bill()).hasToString("80.00 core-hours");
        assertThat(found.others()).containsKeys("debug", "largemem");
        assertThat(found.others().get("debug")).extracting(Finding::rule).containsExactly("partition-time");
    }

    @Test
    void aBillCanBeMoney() {
        Bill bill = Platforms.roihuGpu()
                .estimate(Platforms.roihuGpu()
                        .word(
                                ResourceRequest.builder()
                                        .gpusPerNode(2)
                                        .time(WallTime.of(Duration.ofHours(5)))
                                        .build(),
                                "gpumedium"));
        assertThat(bill).isInstanceOfSatisfying(Bill.Known.class, known -> {
            assertThat(known.rounded()).isEqualByComparingTo("2000");
            assertThat(known.money(new BigDecimal("0.01"))).isEqualByComparingTo("20");
        });
    }

    @Test
    void whereNoFormulaIsKnownTheReasonIsSaid() {
        Bill bill = Platforms.lumiC().estimate(Platforms.lumiC().word(gpus(0), "largemem"));
        assertThat(bill).isInstanceOf(Bill.Unknown.class);
        assertThat(bill.toString()).startsWith("unknown: ").contains("/billing/rules");
    }
}
