package io.github.slurmray.platforms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request or a script amounts to in a partition, and what is said where that isn't known. */
class RequestRulesTest {
    private static final Instant OPEN = Instant.parse("2026-07-01T00:00:00Z");
    private static final Platform PUHTI = Platforms.puhti();
    private static final Platform MAHTI = Platforms.mahti();
    private static final Platform ROIHU = Platforms.roihuCpu();
    private static final Platform ROIHU_GPU = Platforms.roihuGpu();

    private static ResourceRequest.Builder request() {
        return ResourceRequest.builder().time(WallTime.parse("01:00:00"));
    }

    private static SbatchScript script(UnaryOperator<SbatchScript.Builder> of) {
        return of.apply(SbatchScript.builder().account("project_2001234").time(WallTime.parse("01:00:00")))
                .build();
    }

    private static List<Finding> check(Platform site, UnaryOperator<SbatchScript.Builder> of) {
        return site.check(script(of), OPEN);
    }

    private static Finding only(List<Finding> findings) {
        assertThat(findings).hasSize(1);
        return findings.get(0);
    }

    private static List<String> fitting(Platform site, ResourceRequest.Builder request) {
        return site.suggest(request.build()).fitting().stream()
                .map(s -> s.partition().name())
                .toList();
    }

    private static List<String> against(Platform site, String partition, ResourceRequest.Builder request) {
        return site.suggest(request.build()).others().getOrDefault(partition, List.of()).stream()
                .map(Finding::rule)
                .toList();
    }

    // ---------------------------------------------------------------- local disk

    @Test
    void diskThatAPartitionDoesNotGiveIsRefusedAndNotBilled() {
        ResourceRequest.Builder terabyte = request().cpusPerNode(1).diskPerNode(Memory.ofGiB(1000));
        assertThat(fitting(ROIHU, terabyte)).containsExactly("hugemem", "hugemem_longrun");
        assertThat(against(ROIHU, "small", terabyte)).containsExactly("node-disk");
        assertThat(against(ROIHU, "medium", terabyte)).containsExactly("disk-unknown");
        assertThat(fitting(Platforms.lumiC(), request().cpusPerNode(1).diskPerNode(Memory.ofGiB(1))))
                .isEmpty();
        Bill bill = ROIHU.estimate(ROIHU.word(terabyte.build(), "medium"));
        assertThat(bill).hasToString("288.00 CPU BU (nodes 288.00, reserved disk 0.00)");
    }

    @Test
    void diskThatComesByItselfIsNeitherAskedForNorBilled() {
        SiteRequest worded = ROIHU.word(
                request().cpusPerNode(1).diskPerNode(Memory.ofGiB(20)).build(), "small");
        assertThat(worded.findings()).isEmpty();
        assertThat(worded.toString()).doesNotContain("gres");
    }

    @Test
    void aScriptThatCarriesPuhtisDiskToRoihuIsRefused() {
        Finding finding = only(check(ROIHU, s -> s.partition("small").gres(Gres.parse("nvme:100"))));
        assertThat(finding.rule()).isEqualTo("node-disk");
        assertThat(finding.message())
                .isEqualTo("--gres=nvme:100: a node of partition small gives 20G without asking, and no more; leave it"
                        + " out");
        assertThat(finding.sources()).isNotEmpty();
    }

    @Test
    void aResourceThatAPartitionIsNotKnownToHaveIsAWarning() {
        Finding finding =
                only(check(Platforms.lumiC(), s -> s.partition("small").gres(Gres.parse("nvme:100"))));
        assertThat(finding.rule()).isEqualTo("gres-unknown");
        assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
        assertThat(finding.message()).contains("--gres=nvme:100").contains("/partitions/small/localDisk/gres");
    }

    // ---------------------------------------------------------------- slices, and memory that comes with something

    @Test
    void aSliceBringsItsCpusAndItsMemory() {
        SiteRequest worded =
                MAHTI.word(request().gpusPerNode(1).gpuType("a100_1g.5gb").build(), "gpusmall");
        assertThat(worded.cpusPerNode()).hasValue(4);
        assertThat(worded.expectedMemoryPerNode()).contains(Memory.ofMiB(17_920));
        assertThat(fitting(MAHTI, request().gpusPerNode(1).gpuType("a100_1g.5gb")))
                .containsExactly("gpusmall");
    }

    @Test
    void slicesAndWholeGpusHaveLimitsOfTheirOwn() {
        Finding finding =
                only(check(MAHTI, s -> s.partition("gpusmall").cpusPerTask(4).gres(Gres.gpu("a100_1g.5gb", 2))));
        assertThat(finding.rule()).isEqualTo("job-gpus");
        assertThat(finding.message()).startsWith("slices of GPUs of the job=2: partition gpusmall allows at most 1");
        assertThat(finding.sources())
                .isEqualTo(MAHTI.sourceOf("/partitions/gpusmall/gpus/slice/maxPerJob"))
                .isNotEmpty();
    }

    @Test
    void memoryThatComesWithTheGpusIsNeverAskedFor() {
        SiteRequest one = ROIHU_GPU.word(
                request().gpusPerNode(1).memoryPerNode(Memory.ofGiB(100)).build(), "gpumedium");
        assertThat(one.toString()).doesNotContain("--mem");
        assertThat(one.findings()).isEmpty();
        assertThat(one.expectedMemoryPerNode()).contains(Memory.ofGiB(217));

        Finding finding = only(ROIHU_GPU
                .word(request().gpusPerNode(1).memoryPerNode(Memory.ofGiB(218)).build(), "gpumedium")
                .findings());
        assertThat(finding.rule()).isEqualTo("node-memory");
        assertThat(finding.message())
                .isEqualTo(
                        "memory of a node=218G: in partition gpumedium memory comes with the GPUs, here 217G; ask for"
                                + " more GPUs");
        assertThat(finding.sources()).isNotEmpty();
    }

    @Test
    void memoryThatComesWithCpusFillsThemIn() {
        SiteRequest worded =
                MAHTI.word(request().memoryPerNode(Memory.ofGiB(100)).build(), "small");
        assertThat(worded.toString()).contains("--cpus-per-task=54").doesNotContain("--mem");
        assertThat(worded.filled())
                .extracting(SiteRequest.Filled::toString)
                .containsExactly("--cpus-per-task=54 (100G at 1920M for each CPU)");
        assertThat(against(MAHTI, "small", request().cpusPerNode(1).memoryPerNode(Memory.ofGiB(100))))
                .containsExactly("node-memory");
    }

    @Test
    void howMuchMemoryACpuBringsInHugememIsNotGuessed() {
        ResourceRequest wanted =
                request().cpusPerNode(8).memoryPerNode(Memory.ofGiB(2000)).build();
        Finding finding = only(ROIHU.word(wanted, "hugemem").findings());
        assertThat(finding.rule()).isEqualTo("memory-unknown");
        assertThat(finding.message())
                .contains("how much each brings isn't known")
                .contains("/partitions/hugemem/memory/followsCpus");
        assertThat(ROIHU.suggest(wanted).others()).containsKey("hugemem");
    }

    // ---------------------------------------------------------------- GPUs

    @Test
    void aPartitionThatGivesGpusTakesNoJobWithoutOne() {
        assertThat(fitting(ROIHU_GPU, request().cpusPerNode(8))).isEmpty();
        assertThat(fitting(MAHTI, request().cpusPerNode(8))).doesNotContain("gpumedium", "gpusmall", "gputest");
        Finding finding =
                only(check(ROIHU_GPU, s -> s.partition("gpuinteractive").cpusPerTask(8)));
        assertThat(finding.rule()).isEqualTo("job-gpus-min");
        assertThat(finding.message()).contains("takes at least 1");
        assertThat(finding.sources()).isNotEmpty();
    }

    @Test
    void ofMemoryThatIsNotKnownToComeNothingIsTold() {
        assertThat(check(
                        ROIHU_GPU,
                        s -> s.partition("gpuinteractive").gres(Gres.gpu(1)).mem(Memory.ofGiB(10))))
                .extracting(Finding::message)
                .containsExactly("--mem=10G: in partition gpuinteractive memory comes with the GPUs; leave --mem out");
    }

    @Test
    void howGpusAreAskedForIsSaidWhereItIsNotKnown() {
        SiteRequest worded = Platforms.lumiG().word(request().gpusPerNode(1).build(), "lumid");
        Finding finding = only(worded.findings());
        assertThat(finding.rule()).isEqualTo("gpu-form-unknown");
        assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
        assertThat(finding.message()).contains("/partitions/lumid/gpus/request");
        assertThat(worded.filled())
                .extracting(SiteRequest.Filled::toString)
                .containsExactly("--gres=gpu:1 (Slurm's general form, as the site's isn't known)");
    }

    @Test
    void aTypeOfGpuFitsOnlyWhereItIsKnown() {
        ResourceRequest.Builder a100 = request().gpusPerNode(1).gpuType("a100");
        assertThat(fitting(Platforms.lumiG(), a100)).isEmpty();
        assertThat(against(Platforms.lumiG(), "small-g", a100)).containsExactly("gpu-type-unknown");
        assertThat(against(Platforms.azureCycleCloud(), "hpc", a100)).containsExactly("gpu-type");
        assertThat(fitting(Platforms.lab(), a100)).containsExactly("all");
        Finding finding =
                only(check(Platforms.lumiG(), s -> s.partition("small-g").option("gpus-per-node", "mi250:1")));
        assertThat(finding.rule()).isEqualTo("gpu-type-unknown");
        assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
    }

    @Test
    void aFindingNamesTheOptionOfItsScript() {
        Finding gpus = only(check(Platforms.lumiG(), s -> s.partition("small-g").option("gpus-per-node", "9")));
        assertThat(gpus.option()).contains("--gpus-per-node");
        assertThat(gpus.value()).contains("9");
        assertThat(gpus.message()).startsWith("--gpus-per-node=9: a node of partition small-g has at most 8");
        Finding cpus = only(check(ROIHU, s -> s.partition("small").cpusPerTask(385)));
        assertThat(cpus.option()).contains("--cpus-per-task");
        Finding total =
                only(check(ROIHU_GPU, s -> s.partition("gpumedium").nodes(2).gres(Gres.gpu("gh200", 4))));
        assertThat(total.option()).isEmpty();
        assertThat(total.value()).contains("8");
    }

    // ---------------------------------------------------------------- options that change the amount

    @ParameterizedTest
    @CsvSource({
        "ntasks, 4000",
        "gpus, 100",
        "gpus-per-task, 1",
        "cpus-per-gpu, 64",
        "mem-per-cpu, 100G",
        "mem-per-gpu, 1T",
        "hint, multithread",
        "exclusive, user",
        "bb, #BB_LUA SBF storagesize=100G"
    })
    void anOptionThatIsNotReadIsSaidAndNeverPriced(String option, String value) {
        SbatchScript script = script(
                s -> s.partition("small").cpusPerTask(2).mem(Memory.ofGiB(4)).option(option, value));
        Finding finding = only(ROIHU.check(script, OPEN));
        assertThat(finding.rule()).isEqualTo("amount-unread");
        assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
        assertThat(finding.option()).contains("--" + option);
        assertThat(ROIHU.estimate(script))
                .isInstanceOf(Bill.Unknown.class)
                .asString()
                .contains("--" + option + "=" + value);
    }

    @Test
    void anExclusiveJobHoldsAndPaysWholeNodes() {
        assertThat(ROIHU_GPU.estimate(script(
                        s -> s.partition("gpumedium").gres(Gres.gpu("gh200", 1)).exclusive())))
                .hasToString("800.00 GPU BU (gpus 800.00, reserved disk 0.00)");
        assertThat(ROIHU.estimate(script(s -> s.partition("test").cpusPerTask(1).exclusive())))
                .hasToString("288.00 CPU BU (cores or memory 288.00, reserved disk 0.00)");
        assertThat(check(
                        ROIHU_GPU,
                        s -> s.partition("gpumedium")
                                .nodes(2)
                                .gres(Gres.gpu("gh200", 1))
                                .exclusive()))
                .extracting(Finding::rule)
                .containsExactly("job-gpus");
        // its nodes differ, so how much memory a whole one has isn't known
        assertThat(ROIHU.estimate(
                        script(s -> s.partition("small").cpusPerTask(1).exclusive())))
                .isInstanceOfSatisfying(
                        Bill.Unknown.class, b -> assertThat(b.missing()).containsExactly(Quantity.MEMORY_GIB));
    }

    @Test
    void anEstimateCountsOnlyWhatTheScriptSays() {
        assertThat(PUHTI.estimate(script(s -> s.partition("gpu").gres(Gres.gpu("v100", 1)))))
                .isInstanceOfSatisfying(
                        Bill.Unknown.class,
                        b -> assertThat(b.missing()).containsExactlyInAnyOrder(Quantity.CORES, Quantity.MEMORY_GIB));
        assertThat(PUHTI.estimate(PUHTI.word(request().gpusPerNode(1).build(), "gpu")))
                .hasToString("78.00 GPU BU (gpus 60.00, cores 10.00, memory 8.00, disk 0.00)");
    }

    @Test
    void withoutATimeLimitThePriceIsPerHour() {
        SbatchScript script =
                SbatchScript.builder().partition("medium").nodes(1).build();
        assertThat(ROIHU.estimate(script)).hasToString("288.00 CPU BU per hour (nodes 288.00, reserved disk 0.00)");
        assertThat(ROIHU.estimate(script.toBuilder().time(WallTime.UNLIMITED).build()))
                .isEqualTo(ROIHU.estimate(script));
        assertThat(ROIHU.estimate(
                        script.toBuilder().time(WallTime.parse("01:00:00")).build()))
                .hasToString("288.00 CPU BU (nodes 288.00, reserved disk 0.00)");
    }

    @Test
    void withoutATimeLimitThePriceIsForThePartitionsDefaultTimeIfItIsKnownAndSaysSo() {
        Platform site = PlatformFile.parse("""
                {"name": "x", "partitions": {"p": {"defaultTime": "00:30:00", "allocation": "NODE"}},
                 "billing": {"rules": [{"partitions": ["p"], "unit": "EUR", "perHour": {"all": "4*nodes"}}]}}
                """.getBytes(UTF_8), "x.json");
        SbatchScript script = SbatchScript.builder().partition("p").nodes(1).build();

        assertThat(site.estimate(script))
                .hasToString("2.00 EUR for the default time of 00:30:00")
                .isInstanceOfSatisfying(
                        Bill.Known.class, b -> assertThat(b.span()).isEqualTo(Bill.Known.Span.DEFAULT_TIME));
        assertThat(site.suggest(ResourceRequest.builder().build())
                        .fitting()
                        .get(0)
                        .bill())
                .isEqualTo(site.estimate(script));
        assertThat(site.estimate(
                        script.toBuilder().time(WallTime.parse("00:30:00")).build()))
                .hasToString("2.00 EUR");
        assertThat(site.estimate(script.toBuilder().time(WallTime.UNLIMITED).build()))
                .hasToString("4.00 EUR per hour");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "small | -- | ask for CPUs (--cpus-per-task); ask for memory (--mem)",
                "small | cpus | ask for memory (--mem)",
            })
    void anEstimateThatMissesAnAmountSaysWhatToAskFor(String partition, String said, String ways) {
        SbatchScript script =
                script(s -> said.equals("cpus") ? s.partition(partition).cpusPerTask(2) : s.partition(partition));
        assertThat(PUHTI.estimate(script)).asString().endsWith("needs; " + ways);
    }

    @Test
    void anEstimateNeedsOnePartition() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ROIHU.estimate(script(s -> s.nodes(1))))
                .withMessageStartingWith(
                        "the script names no partition, and no default of csc-roihu-cpu is known; it has")
                .withMessageContaining("small");
        assertThat(Platforms.azureCycleCloud().estimate(script(s -> s.nodes(1))))
                .asString()
                .contains("Azure bills the machines' time");
    }

    @Test
    void theLabBillsNothing() {
        assertThat(Platforms.lab().estimate(script(s -> s.partition("all").nodes(1))))
                .hasToString("0.00 units");
    }

    // ---------------------------------------------------------------- the nearest that fits

    @Test
    void theNearestTakesTheWholeRequestOrItIsTheLimit() {
        Finding tooLong =
                only(PUHTI.check(script(s -> s.partition("small").nodes(1).time(WallTime.parse("10-00:00:00"))), OPEN));
        assertThat(tooLong.nearest()).contains("this fits in hugemem_longrun, longrun");
        Finding both =
                only(PUHTI.check(script(s -> s.partition("large").nodes(2).time(WallTime.parse("10-00:00:00"))), OPEN));
        assertThat(both.nearest()).contains("at most 3-00:00:00");
        assertThat(both.message()).isEqualTo("--time=10-00:00:00: partition large allows at most 3-00:00:00");
        List<Finding> nodes = check(MAHTI, s -> s.partition("small").nodes(30));
        assertThat(nodes).extracting(Finding::nearest).containsExactly(Optional.of("at most 1"));
        assertThat(check(MAHTI.withAccessTo("large"), s -> s.partition("small").nodes(30)))
                .extracting(Finding::nearest)
                .containsExactly(Optional.of("this fits in large"));
    }

    @Test
    void aLimitOfMemoryNamesItsSourceAndIsTheInstalledMemoryOnlyWhereNoOtherIsKnown() {
        Finding finding = only(check(
                Platforms.lumiC(),
                s -> s.partition("debug").time(WallTime.parse("00:30:00")).mem(Memory.ofGiB(300))));
        assertThat(finding.sources())
                .isEqualTo(Platforms.lumiC().sourceOf("/nodeTypes/lumi-c-256/usableMemory"))
                .isNotEmpty();
        assertThat(only(check(Platforms.lumiC(), s -> s.partition("small").mem(Memory.ofGiB(2000))))
                        .sources())
                .isEqualTo(Platforms.lumiC().sourceOf("/nodeTypes/lumi-c-1024/memory"))
                .isNotEmpty();
        assertThat(Platforms.lumiC().partition("small").nodeTypes())
                .filteredOn(t -> t.name().equals("lumi-c-512"))
                .extracting(NodeType::usableMemory)
                .containsExactly(Optional.empty());
    }

    @Test
    void whetherASiteHasADefaultPartitionIsNotGuessed() {
        Finding unknown = only(check(ROIHU, s -> s.nodes(1)));
        assertThat(unknown.rule()).isEqualTo("partition-missing");
        assertThat(unknown.severity()).isEqualTo(Finding.Severity.WARNING);
        assertThat(unknown.message())
                .contains("no default of csc-roihu-cpu is known")
                .contains("/default");
        Finding none = only(check(Platforms.lab(), s -> s.nodes(1)));
        assertThat(none.severity()).isEqualTo(Finding.Severity.ERROR);
        assertThat(check(Platforms.onPremApptainer(), s -> s.nodes(1))).isEmpty();
    }

    // ---------------------------------------------------------------- values

    @Test
    void aRequestIsAValue() {
        ResourceRequest all = request()
                .nodes(2)
                .cpusPerNode(8)
                .gpusPerNode(1)
                .gpuType("a100")
                .memoryPerNode(Memory.ofGiB(16))
                .diskPerNode(Memory.ofGiB(10))
                .build();
        assertThat(all.toBuilder().build()).isEqualTo(all).hasSameHashCodeAs(all);
        assertThat(all.toBuilder().nodes(3).build()).isNotEqualTo(all);
        assertThat(all)
                .hasToString("{nodes=2, cpusPerNode=8, gpusPerNode=1, gpuType=a100, memoryPerNode=16G, diskPerNode=10G,"
                        + " time=01:00:00}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResourceRequest.builder().gpuType("a100:2"))
                .withMessageContaining("a100:2");
    }

    @Test
    void gpusOfASiteOfOneLineAreAskedForInSlurmsForm() {
        Platform site = PlatformFile.parse("{\"name\": \"x\", \"partitions\": {\"p\": {}}}".getBytes(UTF_8), "x");
        SiteRequest worded = site.word(request().gpusPerNode(2).gpuType("h100").build(), "p");
        assertThat(worded.toString()).contains("--gres=gpu:2");
        assertThat(worded.findings()).extracting(Finding::rule).containsExactly("gpu-type-unknown", "gpu-form-unknown");
    }
}
