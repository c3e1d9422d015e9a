package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContradictionsTest {
    private static final String TYPES = """
            {"name": "x",
             "nodeTypes": {
               "a": {"nodes": 2, "cores": 8, "threadsPerCore": 1, "memory": "16G", "localDisk": "100G",
                     "gpus": {"count": 2, "type": "a100"}},
               "big": {"nodes": 1, "cores": 8, "threadsPerCore": 2, "memory": "32G", "localDisk": "200G",
                       "gpus": {"count": 4, "type": "h100"}},
               "dark": {}},
             "partitions": {"p": {""";

    private static Platform load(String json) {
        return PlatformFile.parse(json.getBytes(StandardCharsets.UTF_8), "site.json");
    }

    /** A site whose partition p says this, with ' for ". */
    private static Platform partition(String keys) {
        return load(TYPES + keys.replace('\'', '"') + "}}}");
    }

    /** Each: what the partition says, the pointer below it, what is expected. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'maxNodes': 1, 'minNodes': 2 | minNodes | at most maxNodes, 1",
                "'maxTime': '1:00:00', 'defaultTime': '2:00:00' | defaultTime | at most maxTime, 01:00:00",
                "'maxTime': '1:00:00', 'defaultTime': 'UNLIMITED' | defaultTime | at most maxTime, 01:00:00",
                "'gpus': {'typed': false, 'type': 'a100'} | gpus/typed | true, as there is a type",
                "'cpusPerNode': 8, 'maxCpus': 4, 'memory': {'perNode': '8G', 'followsCpus': '3G'} | memory/followsCpus | at"
                        + " most perNode / maxCpus, 2G",
                "'maxSubmitted': 4, 'maxRunning': 5 | maxRunning | at most maxSubmitted, 4",
                "'nodeTypes': ['a'], 'maxNodes': 3 | maxNodes | at most its nodes, 2",
                "'nodeTypes': ['a', 'big', 'a'], 'maxNodes': 4 | maxNodes | at most its nodes, 3",
                "'nodeTypes': ['a'], 'minNodes': 3 | minNodes | at most its nodes, 2",
                "'nodeTypes': ['a'], 'cpusPerNode': 9 | cpusPerNode | at most a node's CPUs, 8",
                "'nodeTypes': ['a', 'big'], 'cpusPerNode': 17 | cpusPerNode | at most a node's CPUs, 16",
                "'nodeTypes': ['a'], 'memory': {'perNode': '999G'} | memory/perNode | at most a node's memory, 16G",
                "'nodeTypes': ['a'], 'memory': {'perNode': '16777217K'} | memory/perNode | at most a node's memory, 16G",
                "'memory': {'perNode': '8G', 'perJob': '1G'} | memory/perNode | at most perJob, 1G",
                "'memory': {'perNode': '8G', 'defaultPerCpu': '9G'} | memory/defaultPerCpu | at most perNode, 8G",
                "'cpusPerNode': 8, 'memory': {'perNode': '8G', 'defaultPerCpu': '1025M'} | memory/defaultPerCpu | at most"
                        + " perNode / cpusPerNode, 1G",
                "'cpusPerNode': 3, 'memory': {'perNode': '8G', 'followsCpus': '2731M'} | memory/followsCpus | at most"
                        + " perNode / cpusPerNode, 2730M",
                "'nodeTypes': ['a'], 'cpusPerNode': 8, 'memory': {'defaultPerCpu': '3G'} | memory/defaultPerCpu | at most"
                        + " a node's memory / cpusPerNode, 2G",
                "'gpus': {'perNode': 2}, 'memory': {'perNode': '8G', 'followsGpus': '5G'} | memory/followsGpus | at most"
                        + " perNode / gpus/perNode, 4G",
                "'gpus': {'perNode': 2}, 'memory': {'perNode': '8G', 'suggestedPerGpu': '80G'} | memory/suggestedPerGpu |"
                        + " at most perNode / gpus/perNode, 4G",
                "'memory': {'followsCpus': '1G', 'followsGpus': '2G'} | memory/followsGpus | not both followsCpus and"
                        + " followsGpus",
                "'nodeTypes': ['a'], 'gpus': {'perNode': 3} | gpus/perNode | at most a node's GPUs, 2",
                "'gpus': {'perNode': 3, 'maxPerJob': 2} | gpus/perNode | at most maxPerJob, 2",
                "'gpus': {'minPerJob': 3, 'maxPerJob': 2} | gpus/minPerJob | at most maxPerJob, 2",
                "'maxNodes': 2, 'gpus': {'perNode': 2, 'minPerJob': 5} | gpus/minPerJob | at most gpus/perNode *"
                        + " maxNodes, 4",
                "'nodeTypes': ['a'], 'gpus': {'perNode': 2, 'minPerJob': 5} | gpus/minPerJob | at most gpus/perNode *"
                        + " its nodes, 4",
                "'gpus': {'maxCpusPerGpu': 2, 'suggestedCpusPerGpu': 3} | gpus/suggestedCpusPerGpu | at most"
                        + " maxCpusPerGpu, 2",
                "'cpusPerNode': 8, 'gpus': {'maxCpusPerGpu': 9} | gpus/maxCpusPerGpu | at most cpusPerNode, 8",
                "'nodeTypes': ['a'], 'gpus': {'suggestedCpusPerGpu': 9} | gpus/suggestedCpusPerGpu | at most a node's"
                        + " CPUs, 8",
                "'nodeTypes': ['a', 'big'], 'gpus': {'type': 'v100'} | gpus/type | one that its nodes have: [a100, h100]",
                "'localDisk': {'maxPerNode': '1G', 'automatic': '2G'} | localDisk/automatic | at most maxPerNode, 1G",
                "'nodeTypes': ['a'], 'localDisk': {'maxPerNode': '101G'} | localDisk/maxPerNode | at most a node's disk,"
                        + " 100G",
                "'localDisk': {'requestable': false, 'gres': 'nvme'} | localDisk/gres | none, as requestable is false",
                "'localDisk': {'requestable': false, 'maxPerNode': '1G'} | localDisk/maxPerNode | none, as requestable is"
                        + " false",
            })
    void aPartitionThatCanNotBeIsRefused(String keys, String pointer, String expected) {
        assertThatThrownBy(() -> partition(keys))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageStartingWith("site.json at '/partitions/p/" + pointer + "': expected " + expected + ", but");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'minNodes': 2, 'maxNodes': 2, 'nodeTypes': ['a']",
                "'maxNodes': 3, 'cpusPerNode': 16, 'nodeTypes': ['a', 'big'], 'memory': {'perNode': '32G'}",
                "'cpusPerNode': 8, 'maxCpus': 8, 'gpus': {'maxCpusPerGpu': 8, 'suggestedCpusPerGpu': 8}",
                "'maxRunning': 4, 'maxSubmitted': 4",
                "'defaultTime': '1:00:00', 'maxTime': 'UNLIMITED'",
                "'cpusPerNode': 8, 'maxCpus': 4, 'memory': {'perNode': '8G', 'followsCpus': '2G'}",
                "'cpusPerNode': 8, 'memory': {'perNode': '8G', 'perJob': '8G', 'defaultPerCpu': '1G'}",
                "'gpus': {'perNode': 4}, 'memory': {'perNode': '490G', 'followsGpus': '125440M'}",
                "'gpus': {'perNode': 0}, 'memory': {'perNode': '8G', 'suggestedPerGpu': '8G'}",
                "'maxNodes': 2, 'gpus': {'perNode': 2, 'minPerJob': 4, 'maxPerJob': 4}",
                "'nodeTypes': ['a', 'big'], 'gpus': {'type': 'h100', 'perNode': 4}",
                "'localDisk': {'requestable': false, 'automatic': '2G'}",
                "'localDisk': {'requestable': true, 'gres': 'nvme', 'maxPerNode': '1G', 'automatic': '1G'}",
            })
    void theMostThatCanBeIsNoContradiction(String keys) {
        assertThatCode(() -> partition(keys)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'nodeTypes': ['a', 'dark'], 'maxNodes': 99, 'cpusPerNode': 99, 'memory': {'perNode': '99G'}",
                "'nodeTypes': ['a', 'dark'], 'gpus': {'perNode': 9, 'type': 'v100'}",
                "'nodeTypes': ['dark'], 'gpus': {'perNode': 9, 'type': 'v100'}, 'memory': {'defaultPerCpu': '99G'}",
                "'cpusPerNode': 99, 'memory': {'defaultPerCpu': '99G', 'followsGpus': '99G'}, 'gpus': {'minPerJob': 99}",
            })
    void whatIsNotKnownContradictsNothing(String keys) {
        assertThatCode(() -> partition(keys)).doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'nodeTypes': {'n': {'cores': 8, 'usableCores': 9}} | /nodeTypes/n/usableCores | at most cores, 8",
                "'nodeTypes': {'n': {'cores': 1, 'sockets': 2}} | /nodeTypes/n/sockets | at most cores, 1",
                "'nodeTypes': {'n': {'memory': '16G', 'usableMemory': '17G'}} | /nodeTypes/n/usableMemory | at most memory,"
                        + " 16G",
                "'partitions': {'p': {'default': true}, 'q': {'default': true}} | /partitions/q/default | one default"
                        + " partition, and there is /partitions/p/default",
                "'storage': {'s': {'quota': '9T', 'maxQuota': '1T'}} | /storage/s/quota | at most maxQuota, 1024G",
                "'lifeSpan': {'announced': '2030-01', 'from': '2026-01'} | /lifeSpan/from | a time that isn't before"
                        + " announced, 2030-01-01T00:00:00Z",
                "'lifeSpan': {'announced': '2030-01', 'until': '2026-01'} | /lifeSpan/until | a time that isn't before"
                        + " announced, 2030-01-01T00:00:00Z",
                "'lifeSpan': {'from': '2026-01', 'until': '2026-01'} | /lifeSpan/until | a time after from,"
                        + " 2026-01-01T00:00:00Z",
                "'lifeSpan': {'from': '2027-01', 'loginsUntil': '2026-01'} | /lifeSpan/loginsUntil | a time after from,"
                        + " 2027-01-01T00:00:00Z",
                "'lifeSpan': {'until': '2027-01', 'loginsUntil': '2026-01'} | /lifeSpan/loginsUntil | a time that isn't"
                        + " before until, 2027-01-01T00:00:00Z",
                "'billing': {'unknown': {'zz': 'why'}} | /billing/unknown/zz | keys of partitions: [] (there is no zz)",
                "'partitions': {'p': {}}, 'billing': {'rules': [{'partitions': ['p', 'q'], 'unit': 'EUR', 'perHour': {'a':"
                        + " '1'}}]} | /billing/rules/0/partitions | keys of partitions: [p] (there is no q)",
            })
    void aSiteThatCanNotBeIsRefused(String keys, String pointer, String expected) {
        assertThatThrownBy(() -> load("{\"name\": \"x\", " + keys.replace('\'', '"') + "}"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageStartingWith("site.json at '" + pointer + "': expected " + expected + ", but found ");
    }

    @ParameterizedTest
    @CsvSource({
        "1/0, divides by zero",
        "cores/0, divides by zero",
        "ceil(cores / (nodes - 1)), divides by zero",
        "0 - cores, comes to less than 0 for a job with 1 of all that there is",
        "10 - cores, comes to less than 0 for a job with 1000 of all that there is"
    })
    void aPriceThatNobodyPaysIsRefused(String formula, String why) {
        assertThatThrownBy(() -> load("""
                        {"name": "x", "partitions": {"p": {}}, "billing": {"rules": [
                          {"partitions": ["p"], "unit": "EUR", "perHour": {"a": "%s"}}]}}""".formatted(formula)))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageStartingWith("site.json at '/billing/rules/0/perHour/a': expected a formula (")
                .hasMessageContaining(why);
    }

    /** A GH200's GPUs share its memory: CSC says that of Roihu's 480G a job can have 868G. */
    @Test
    void aNodeWithGpusMayGiveMoreMemoryThanItsProcessorsHave() {
        NodeType roihu = Objects.requireNonNull(Platforms.roihuGpu().nodeTypes().get("GPU"));

        assertThat(roihu.usableMemory().orElseThrow())
                .isGreaterThan(roihu.memory().orElseThrow());
    }

    @Test
    void aFileThatIsLaidOverAnotherIsBlamedForWhatContradictsThat(@TempDir Path directory) throws IOException {
        Path mine = Files.writeString(directory.resolve("mine.json"), """
                {"name": "mine", "extends": "csc-mahti", "partitions": {"large": {"maxNodes": 10}}}""");

        assertThatThrownBy(() -> Platforms.load(mine))
                .isInstanceOf(PlatformFileException.class)
                .hasMessage(mine + " at '/partitions/large/minNodes': expected at most maxNodes, 10, but found 20 in"
                        + " csc-mahti.json");
    }

    @Test
    void whoTakesNodeTypesAwayIsBlamedForThePartitionsThatNameThem(@TempDir Path directory) throws IOException {
        Path mine = Files.writeString(
                directory.resolve("mine.json"), "{\"name\": \"mine\", \"extends\": \"lab\", \"nodeTypes\": null}");

        assertThatThrownBy(() -> Platforms.load(mine))
                .isInstanceOf(PlatformFileException.class)
                .hasMessage(
                        mine + " at '/partitions/test/nodeTypes': expected keys of nodeTypes: [] (there is no cpu), but"
                                + " found [\"cpu\"] in lab.json");
    }

    @Test
    void aPartitionThatIsTakenAwayMayStillHaveAPrice(@TempDir Path directory) throws IOException {
        Path mine = Files.writeString(
                directory.resolve("mine.json"), "{\"name\": \"mine\", \"extends\": \"lab\", \"partitions\": null}");

        assertThat(Platforms.load(mine).partitions()).isEmpty();
    }
}
