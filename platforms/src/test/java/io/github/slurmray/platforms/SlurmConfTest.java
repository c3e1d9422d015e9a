package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The text of a slurm.conf; that a real Slurm reads it as meant says {@link SlurmConfLabTest}. */
class SlurmConfTest {
    private static Platform site(String json) {
        return PlatformFile.parse(json.getBytes(StandardCharsets.UTF_8), "site.json");
    }

    static List<Platform> sites() {
        return Platforms.all();
    }

    @Test
    void aSmallSiteIsWrittenWithItsSourcesAndWhatIsMissing() {
        Platform site = site("""
                {"name": "ours", "asOf": "2026-11-25",
                 "sources": {"mail": {"note": "a mail of our admin's", "date": "2026-11-20", "confidence": "own"}},
                 "nodeTypes": {"big": {"nodes": 3, "sockets": 2, "cores": 64, "usableCores": 60, "memory": "256G",
                                       "gpus": {"count": 4, "type": "a100"}, "source": "mail"}},
                 "partitions": {"day": {"nodeTypes": ["big"], "maxTime": "1-00:00:00", "maxNodes": 2,
                                        "maxSubmitted": 10, "gpus": {"perNode": 2, "maxCpusPerGpu": 15}}}}""");

        assertThat(site.slurmConf()).isEqualTo("""
                # slurm.conf of ours (ours): its partitions, nodes and limits, as of 2026-11-25.
                # Written by Platform.slurmConf() from the site's file. [1] is a source, named at the end; /partitions/p/maxTime
                # is the place of a fact in the site's file. What isn't known isn't limited; what had to be assumed is said.
                # The daemons' own settings are the machine's, which includes this file: SlurmctldHost, AuthType, StateSaveLocation
                # and so on. Nodes that don't exist may have State=CLOUD (NodeName=DEFAULT State=CLOUD before the Include).

                # Assumed, as /slurm/cluster isn't known:
                ClusterName=ours
                # Assumed, as /slurm/selectType isn't known:
                SelectType=select/cons_tres
                # Chosen: cores and memory are given each by itself, and a job over a limit is refused, not left pending.
                SelectTypeParameters=CR_Core_Memory
                EnforcePartLimits=ALL
                GresTypes=gpu

                # Nodes. A CPU here is a core, as the site's limits count them; cores that jobs can't have are left out.

                # big [1]
                NodeName=big-[1-3] CPUs=60 Sockets=2 CoresPerSocket=30 RealMemory=262144 Gres=gpu:a100:4

                # Partitions.

                # day [2]
                # Needs a QOS in the database: MaxTRESPerNode=gres/gpu=2 MaxSubmitJobsPerUser=10
                # Slurm has no limit for this: at most 15 CPUs for each GPU
                # Not known, and so not limited: /partitions/day/cpusPerNode, /partitions/day/memory/defaultPerCpu, /partitions/day/memory/perNode
                PartitionName=day Nodes=big-[1-3] MaxTime=1-00:00:00 MaxNodes=2

                # Sources.
                # [1] a mail of our admin's, 2026-11-20
                # [2] site.json, 2026-11-25
                """);
    }

    @Test
    void aNodeOfWhichNothingIsKnownIsAssumedSuchThatItRefusesNothingAndThePlaceToSayItIsNamed() {
        Platform site = site("""
                {"name": "x", "nodeTypes": {"n": {}},
                 "partitions": {"p": {"nodeTypes": ["n"], "maxNodes": 8, "cpusPerNode": 32, "memory": {"perNode": "64G"}},
                                "q": {"gpus": {"perNode": 2}}}}""");

        assertThat(site.slurmConf()).contains("""
                        # n
                        # Assumed: 8 nodes, the most that a job may have; /nodeTypes/n/nodes isn't known
                        # Assumed: 32 CPUs of each, the most that a job may have; /nodeTypes/n/cores isn't known
                        # Assumed: 65536 MiB of memory of each, the most that a job may have; /nodeTypes/n/memory isn't known
                        NodeName=n-[1-8] CPUs=32 RealMemory=65536
                        """).contains("""
                        # Nodes of q
                        # Assumed: 4 nodes; /partitions/q/nodeTypes isn't known
                        # Assumed: 64 CPUs of each; /partitions/q/nodeTypes isn't known
                        # Assumed: 1048576 MiB of memory of each; /partitions/q/nodeTypes isn't known
                        # Assumed: 2 GPUs of each, the most that a job may have; /partitions/q/nodeTypes isn't known
                        NodeName=q-[1-4] CPUs=64 RealMemory=1048576 Gres=gpu:2
                        """);
    }

    @Test
    void aSiteWithoutPartitionsIsRefusedWithWhatToDo() {
        Platform site = site("{\"name\": \"x\"}");

        assertThatThrownBy(site::slurmConf)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("platform x")
                .hasMessageContaining("/partitions")
                .hasMessageContaining("Platforms.load");
    }

    @ParameterizedTest
    @MethodSource("sites")
    void theTextIsTheSameEachTimeAndEachOfItsLinesIsAWordAndAValueOrAComment(Platform site) {
        String text = site.slurmConf();

        assertThat(Platforms.named(site.name()).slurmConf()).isEqualTo(text).endsWith("\n");
        assertThat(text.lines().filter(l -> !l.isEmpty() && !l.startsWith("# ")))
                .isNotEmpty()
                .allMatch(l -> l.matches("[A-Z]\\w+=\\S+( [A-Z]\\w+=\\S+)*"));
    }

    @ParameterizedTest
    @MethodSource("sites")
    void everySourceThatALineNamesIsListed(Platform site) {
        String text = site.slurmConf();

        assertThat(text.lines().filter(l -> l.matches("# \\[\\d+] .+")).map(l -> l.replaceAll("].*", "]")))
                .isNotEmpty()
                .allMatch(n -> text.indexOf(n.substring(2)) < text.indexOf("# Sources."));
    }

    @Test
    void aTextOfTheFileCanNotBecomeALineOfItsOwn() {
        Platform site = site("""
                {"name": "x", "sources": {"s": {"note": "a\\nPartitionName=evil"}},
                 "partitions": {"p": {"source": "s", "maxNodes": 1,
                                      "access": {"anyone": false, "condition": "b\\r\\nSlurmUser=root"}}}}""");

        assertThat(site.slurmConf().lines())
                .noneMatch(l -> l.startsWith("PartitionName=evil") || l.startsWith("SlurmUser"));
    }

    @Test
    void nodesOfTwoTypesWhoseNamesAreAlikeGetNamesOfTheirOwn() {
        Platform site = site("""
                {"name": "x", "nodeTypes": {"A_B": {"nodes": 2}, "a-b": {"nodes": 1}, "_": {"nodes": 1}},
                 "partitions": {"p": {"nodeTypes": ["A_B", "a-b", "_"]}}}""");

        assertThat(site.slurmConf()).contains("Nodes=a-b-[1-2],a-b-2-1,site-1");
    }
}
