package io.github.slurmray.platforms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class PlatformTest {
    private static final Platform LAB = Platforms.lab();

    private static String onlyMessage(UnaryOperator<SbatchScript.Builder> script) {
        List<Finding> findings =
                LAB.check(script.apply(SbatchScript.builder().account("p")).build());
        assertThat(findings).hasSize(1);
        return findings.get(0).message();
    }

    @Test
    void aFindingSaysWhereItWouldFit() {
        assertThat(onlyMessage(s -> s.partition("small").nodes(3)))
                .isEqualTo("--nodes=3: partition small allows at most 1; this fits in all");
        assertThat(onlyMessage(s -> s.partition("test").time(WallTime.parse("1-12:00:00"))))
                .isEqualTo("--time=1-12:00:00: partition test allows at most 00:15:00; this fits in medium, small");
        assertThat(onlyMessage(s -> s.partition("small").gres(Gres.gpu("a100", 3), Gres.gpu(1))))
                .isEqualTo("--gres=gpu:4: a node of partition small has none; this fits in all, gputest");
        assertThat(onlyMessage(s -> s.partition("small").mem(Memory.ofGiB(16))))
                .isEqualTo("--mem=16G: a node of partition small gives at most 16000M");
    }

    @Test
    void theTasksOfANodeShareItsCpus() {
        assertThat(LAB.check(SbatchScript.builder()
                        .partition("small")
                        .ntasksPerNode(4)
                        .cpusPerTask(2)
                        .build()))
                .isEmpty();
        assertThat(onlyMessage(s -> s.partition("small").ntasksPerNode(4).cpusPerTask(3)))
                .startsWith("--cpus-per-task × --ntasks-per-node=12: a node of partition small has at most 8");
        assertThat(onlyMessage(s ->
                        s.partition("small").ntasksPerNode(Integer.MAX_VALUE).cpusPerTask(Integer.MAX_VALUE)))
                .contains("=4611686014132420609");
    }

    @Test
    void everyExcessOfARequestIsFoundAtOnce() {
        SbatchScript script = SbatchScript.builder()
                .partition("test")
                .time(WallTime.UNLIMITED)
                .nodes(99)
                .cpusPerTask(99)
                .mem(Memory.ofGiB(99))
                .gres(Gres.gpu(99))
                .build();
        assertThat(LAB.check(script))
                .extracting(Finding::rule)
                .containsExactly("partition-time", "partition-nodes", "node-cpus", "node-memory", "node-gpus");
    }

    @Test
    void aPartitionThatIsThereForSomethingSpecialSaysForWhat() {
        Finding purpose = Finding.note(
                "partition-purpose", "--partition=dev-g: for debugging only; repeated abuse may suspend the account");
        assertThat(Platforms.lumiG()
                        .check(SbatchScript.builder()
                                .account("p")
                                .partition("dev-g")
                                .build()))
                .extracting(Finding::toString)
                .containsExactly(purpose.toString());

        Suggestions fits = Platforms.lumiG()
                .suggest(ResourceRequest.builder()
                        .nodes(2)
                        .gpusPerNode(8)
                        .time(WallTime.parse("03:00:00"))
                        .build());
        assertThat(fits.fitting())
                .as("at the same price the one for debugging comes last")
                .extracting(s -> s.partition().name())
                .containsExactly("small-g", "standard-g", "dev-g");
        assertThat(fits.fitting().get(2).findings())
                .extracting(Finding::toString)
                .containsExactly(purpose.toString());
    }

    @Test
    void noJobGetsMoreMemoryThanItsNodesHave() {
        UnaryOperator<SbatchScript.Builder> small = s -> s.account("p").partition("small-g");
        assertThat(Platforms.lumiG()
                        .check(small.apply(SbatchScript.builder())
                                .mem(Memory.ofGiB(513))
                                .build()))
                .extracting(Finding::message)
                .containsExactly("--mem=513G: a node of partition small-g gives at most 512G; this fits in lumid");
        assertThat(Platforms.lumiG()
                        .check(small.apply(SbatchScript.builder())
                                .mem(Memory.ofGiB(512))
                                .build()))
                .isEmpty();
    }

    @Test
    void aFindingAboutAValueThatTheSiteFilledInSaysWhereItComesFrom() {
        Suggestions fits = Platforms.puhti()
                .suggest(ResourceRequest.builder().gpusPerNode(8).build());

        assertThat(fits.others().get("gpu"))
                .extracting(Finding::message)
                .containsExactly(
                        "--cpus-per-task=80 (10 for each GPU): a node of partition gpu has at most 40",
                        "--mem=640G (80G for each GPU): a node of partition gpu gives at most 373G",
                        "--gres=gpu:8: a node of partition gpu has at most 4");
        assertThat(fits.others().get("small"))
                .extracting(Finding::message)
                .containsExactly("--gres=gpu:8: a node of partition small has none");
    }

    @Test
    void aFactIsNamedByAPointer() {
        assertThat(LAB.sourceOf("/partitions/test/maxTime")).isNotEmpty();
        assertThat(LAB.sourceOf("/partitions/nowhere/maxTime")).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LAB.sourceOf("partitions/test/maxTime"))
                .withMessageContaining("'partitions/test/maxTime'");
    }

    @Test
    void aPartitionThatIsNotThereIsFoundWithThoseThatAre() {
        List<Finding> findings =
                LAB.check(SbatchScript.builder().partition("huge").nodes(99).build());
        assertThat(findings)
                .extracting(Finding::toString)
                .containsExactly(
                        "ERROR partition-unknown: --partition=huge: lab has no partition 'huge'; it has all, gputest,"
                                + " medium, small, test");
    }

    @Test
    void aRequestWithoutAPartitionIsFound() {
        assertThat(LAB.check(SbatchScript.builder().nodes(1).build()))
                .containsExactly(Finding.error(
                        "partition-missing",
                        "no partition is named, and lab has no default; it has all, gputest, medium, small, test"));
    }

    @Test
    void ofSeveralPartitionsOneThatFitsIsEnough() {
        assertThat(LAB.check(
                        SbatchScript.builder().partition("small,all").nodes(3).build()))
                .isEmpty();
        assertThat(LAB.check(
                        SbatchScript.builder().partition("small,test").nodes(3).build()))
                .extracting(Finding::rule)
                .containsExactly("partition-nodes", "partition-nodes");
        assertThat(LAB.check(SbatchScript.builder().partition("small,huge").build()))
                .extracting(Finding::rule)
                .containsExactly("partition-unknown");
    }

    @Test
    void whatIsNotAskedForIsNotFound() {
        assertThat(LAB.check(SbatchScript.builder().partition("test").build())).isEmpty();
    }

    @Test
    void whatIsNotKnownOfASiteIsNotGuessed() {
        Platform unknown = PlatformFile.parse("{\"name\": \"x\"}".getBytes(UTF_8), "x");
        Platform oneName = PlatformFile.parse("{\"name\": \"x\", \"partitions\": {\"p\": {}}}".getBytes(UTF_8), "x");
        SbatchScript huge = SbatchScript.builder()
                .partition("p")
                .nodes(9999)
                .cpusPerTask(9999)
                .gres(Gres.gpu(99))
                .build();

        assertThat(unknown.check(huge)).isEmpty();
        assertThat(oneName.check(huge)).isEmpty();
    }
}
