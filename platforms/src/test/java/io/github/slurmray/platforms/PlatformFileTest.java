package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.WallTime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformFileTest {
    @TempDir
    Path directory;

    private static Platform parse(String json) {
        return PlatformFile.parse(json.getBytes(StandardCharsets.UTF_8), "site.json");
    }

    private static String labJson() throws IOException {
        try (InputStream in = Objects.requireNonNull(Platform.class.getResourceAsStream("lab.json"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aSiteOfNothingButANameKnowsNothingAndHasTheDefaults() {
        Platform site = parse("{\"name\": \"new\"}");

        assertThat(site.name()).isEqualTo("new");
        assertThat(site.partitions()).isEmpty();
        assertThat(site.moduleInit()).isEmpty();
        assertThat(site.networkInterface()).isEmpty();
        assertThat(site.runDirectory()).isEqualTo(".slurmray");
        assertThat(site.nodeDirectory()).isEqualTo("/tmp");
        assertThat(site.pollFloor()).isEqualTo(Duration.ofSeconds(5));
        for (Reach way : Reach.values()) {
            assertThat(site.reach(way)).isEmpty();
        }
        assertThat(site.rayEnvironments()).isEmpty();
        assertThat(site.defaultRay()).isEmpty();
        assertThat(site).hasToString("platform new");
    }

    @Test
    void keysAreRead() {
        Platform site = parse("""
                {"name": "big", "modules": {"init": "source /etc/profile.d/lmod.sh"}, "network": {"interface": "hsn0"},
                 "runDirectory": "/scratch/runs of ray", "nodeDirectory": "$TMPDIR/a", "policies": {"pollFloor": "PT1M30S"},
                 "reaches": {"REVERSE_FORWARD": true, "NODE_SSH": false},
                 "nodeTypes": {"n": {"cores": 64, "usableCores": 56, "memory": "512G", "architecture": "aarch64"}},
                 "partitions": {"p": {"nodeTypes": ["n"], "maxTime": "2-12", "maxNodes": 512, "cpusPerNode": 128,
                                      "allocation": "NODE", "memory": {"perNode": "224G"},
                                      "gpus": {"perNode": 8, "request": "GPUS_PER_NODE"}}, "q": {}},
                 "rayEnvironments": {"a/1": {"setup": ["module use /appl", "module load a/1"], "wrapper": ["w", "exec"],
                                             "virtualEnvironment": "/venvs/a", "rayVersion": "2.52.0"}},
                 "defaultRayEnvironment": "a/1"}""");

        assertThat(site.moduleInit()).contains("source /etc/profile.d/lmod.sh");
        assertThat(site.networkInterface()).contains("hsn0");
        assertThat(site.runDirectory()).isEqualTo("/scratch/runs of ray");
        assertThat(site.nodeDirectory()).isEqualTo("$TMPDIR/a");
        assertThat(site.pollFloor()).isEqualTo(Duration.ofSeconds(90));
        assertThat(site.reach(Reach.REVERSE_FORWARD)).contains(true);
        assertThat(site.reach(Reach.NODE_SSH)).contains(false);
        assertThat(site.reach(Reach.LOGIN_FORWARD)).isEmpty();
        assertThat(site.partitions()).containsOnlyKeys("p", "q");
        Partition p = site.partition("p");
        assertThat(p.nodeTypes())
                .singleElement()
                .extracting(NodeType::architecture, NodeType::usableCores)
                .containsExactly(Optional.of(Architecture.AARCH64), OptionalInt.of(56));
        assertThat(p.allocation()).contains(Partition.Allocation.NODE);
        assertThat(p.maxTime()).contains(WallTime.of(Duration.ofHours(60)));
        assertThat(p.maxNodes()).hasValue(512);
        assertThat(p.cpusPerNode()).hasValue(128);
        assertThat(p.memory().perNode()).contains(Memory.ofGiB(224));
        assertThat(p.gpus().perNode()).hasValue(8);
        assertThat(p.gpus().request()).contains(GpuRules.Request.GPUS_PER_NODE);
        RayEnvironment ray = site.defaultRay().orElseThrow();
        assertThat(ray.setup()).containsExactly("module use /appl", "module load a/1");
        assertThat(ray.wrapper()).containsExactly("w", "exec");
        assertThat(ray.virtualEnvironment()).contains("/venvs/a");
        assertThat(ray.rayVersion()).contains("2.52.0");
    }

    @Test
    void aCopyOfTheLabUnderAnotherNameLoadsFromAFile() throws IOException {
        String copy = labJson().replace("\"name\": \"lab\"", "\"name\": \"my lab\"");
        Path file = Files.writeString(directory.resolve("mine.json"), copy);

        Platform mine = Platforms.load(file);

        assertThat(mine.name()).isEqualTo("my lab");
        assertThat(mine.partitions().keySet())
                .isEqualTo(Platforms.lab().partitions().keySet());
        assertThat(mine.rayEnvironments().keySet())
                .isEqualTo(Platforms.lab().rayEnvironments().keySet());
        assertThat(mine.defaultRay().orElseThrow().rayVersion()).contains("2.60.0");
    }

    @Test
    void whatTheSiteOffersCanNotBeChanged() {
        Platform lab = Platforms.lab();

        assertThatThrownBy(() -> lab.partitions().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> lab.nodeTypes().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> lab.rayEnvironments().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void anUnknownRayEnvironmentIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> Platforms.lab().rayEnvironment("pytorch/9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("platform lab has no Ray environment 'pytorch/9'; it has python-pytorch/2.10, pytorch/2.5");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path none = directory.resolve("none.json");
        assertThatThrownBy(() -> Platforms.load(none))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageContaining(none.toString());
    }

    @Test
    void anErrorInAFileIsNotWorthATryAgain() {
        assertThatThrownBy(() -> parse("[]"))
                .isInstanceOfSatisfying(
                        PlatformFileException.class, e -> assertThat(e.retry()).isEqualTo(Retry.POINTLESS));
    }

    /** Each: what is in the file, the JSON pointer, the value, what is expected. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"nmae\": \"x\"}                                     | /name                   | nothing    | a name",
                "{\"name\": 7}                                         | /name                   | 7          | a name, in one line, in quotes",
                "{\"name\": \"\"}                                      | /name                   | \"\"       | a name",
                "{\"name\": \"a\\nb\"}                                 | /name                   | \"a\\nb\"  | a name",
                "{\"name\": \"   \"}                                   | /name | \"   \" | a name, in one line",
                "{\"name\": \"a\\u0085b\"}                             | /name | \"a?b\" | a name, in one line",
                "{\"name\": \"a\\u2028b\"}                             | /name | \"a?b\" | a name, in one line",
                "{\"name\": \"a\\u202eb\"}                             | /name | \"a?b\" | a name, in one line",
                "{\"name\": \"x\", \"colour\": null}                   | /colour | null | no such key",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxTimes\": null}}} | /partitions/p/maxTimes | null | no such key",
                "{\"name\": \"x\", \"partitions\": {\"p\": null}}         | /partitions/p | null | there is no p that null could take away",
                "{\"name\": \"x\", \"hostKeys\": {\"rsa\": null}}         | /hostKeys/rsa | null | there is no rsa that null could take away",
                "{\"name\": \"x\", \"partitions\": {\"source\": {}}}       | /partitions/source | {} | one of the keys of sources",
                "{\"name\": \"x\", \"nodeTypes\": {\"source\": null}}      | /nodeTypes/source | null | one of the keys of sources",
                "{\"name\": \"x\", \"partitions\": {\"a\\u0000b\": {}}}    | /partitions/a?b | \"a\\u0000b\" | a name: letters",
                "{\"name\": \"x\", \"partitions\": {\"a\\u00a0b\": {}}}    | /partitions/a b | \"a b\" | a name: letters",
                "{\"name\": \"x\", \"partitions\": {\"$(id)\": {}}}       | /partitions/$(id) | \"$(id)\" | a name: letters",
                "{\"name\": \"x\", \"nodeTypes\": {\"a;b\": {}}}          | /nodeTypes/a;b | \"a;b\" | a name: letters",
                "{\"name\": \"x\", \"nodeTypes\": {\"n\": {\"interface\": \"$(reboot) ; x\\ny\"}}} | /nodeTypes/n/interface | \"$(reboot) ; x\\ny\" | an interface",
                "{\"name\": \"x\", \"nodeTypes\": {\"n\": {\"gpus\": {\"type\": \"a b\"}}}} | /nodeTypes/n/gpus/type | \"a b\" | a type such as a100",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"gpus\": {\"type\": \"a:4\"}}}} | /partitions/p/gpus/type | \"a:4\" | a type such as a100",
                "{\"name\": \"x\", \"network\": {\"interface\": \"$(id)\"}} | /network/interface | \"$(id)\" | an interface",
                "{\"name\": \"x\", \"runDirectory\": \"   \"}          | /runDirectory | \"   \" | a directory",
                "{\"name\": \"x\", \"runDirectory\": \"a \"}           | /runDirectory | \"a \" | a directory",
                "{\"name\": \"x\", \"runDirectory\": \"../../..\"}     | /runDirectory | \"../../..\" | without ~ $ % \\ and ..",
                "{\"name\": \"x\", \"runDirectory\": \"/a/../b\"}      | /runDirectory | \"/a/../b\" | without ~ $ % \\ and ..",
                "{\"name\": \"x\", \"billing\": {\"samples\": [{\"partition\": \"p\", \"time\": \"1\", \"total\": \"1\", \"memoryGiB\": -1}]}} | /billing/samples/0/memoryGiB | -1 | a number of at least 0",
                "{\"name\": \"x\", \"billing\": {\"samples\": [{\"partition\": \"p\", \"time\": \"1\", \"total\": \"1\", \"memoryGiB\": 1e999}]}} | /billing/samples/0/memoryGiB | \"Infinity\" | a number of at least 0",
                "{\"name\": \"x\", \"billing\": {\"samples\": [{\"partition\": \"p\", \"time\": \"1\", \"total\": \"1e999999999\"}]}} | /billing/samples/0/total | \"1e999999999\" | a number such as 24.14",
                "{\"name\": \"x\", \"colour\": \"red\"}                | /colour                 | \"red\"    | no such key",
                "{\"name\": \"x\", \"partitions\": []}                 | /partitions             | []         | an object",
                "{\"name\": \"x\", \"partitions\": {\"p\": 1}}         | /partitions/p           | 1          | an object",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"max\": 1}}}            | /partitions/p/max     | 1 | maxTime",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxTime\": \"1w\"}}}   | /partitions/p/maxTime | \"1w\" | Slurm's form",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxTime\": 15}}}       | /partitions/p/maxTime | 15 | a time in Slurm's form such as 1-00:00:00, in quotes",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxNodes\": \"2\"}}}   | /partitions/p/maxNodes | \"2\" | at least 1",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxNodes\": 2.5}}}     | /partitions/p/maxNodes | 2.5 | whole number",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxNodes\": 0}}}       | /partitions/p/maxNodes | 0 | at least 1",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"cpusPerNode\": -1}}}   | /partitions/p/cpusPerNode | -1 | at least 1",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxCpus\": 3000000000}}} | /partitions/p/maxCpus | 3000000000 | whole number",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"memory\": {\"perNode\": \"16Q\"}}}} | /partitions/p/memory/perNode | \"16Q\" | 16G",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"memory\": {\"perNode\": \"0\"}}}} | /partitions/p/memory/perNode | \"0\" | 16G",
                "{\"name\": \"x\", \"partitions\": {\"a,b\": {}}}                    | /partitions/a,b | \"a,b\" | a name: letters, digits, _ . and -",
                "{\"name\": \"x\", \"partitions\": {\"a/~b\": 1}}                    | /partitions/a~1~0b | 1 | an object",
                "{\"name\": \"x\", \"modules\": {\"init\": \"a\\nrm -rf b\"}} | /modules/init | \"a\\nrm -rf b\" | one line",
                "{\"name\": \"x\", \"network\": {\"interface\": \"a b\"}} | /network/interface       | \"a b\"    | an interface",
                "{\"name\": \"x\", \"network\": {\"interface\": \"-family\"}} | /network/interface       | \"-family\" | an interface",
                "{\"name\": \"x\", \"runDirectory\": \"\"}             | /runDirectory           | \"\"       | a directory",
                "{\"name\": \"x\", \"runDirectory\": \"~/runs\"}       | /runDirectory           | \"~/runs\" | without ~",
                "{\"name\": \"x\", \"runDirectory\": \"/scratch/$USER\"} | /runDirectory         | \"/scratch/$USER\" | without ~ $",
                "{\"name\": \"x\", \"runDirectory\": \"/scratch/%u\"}  | /runDirectory           | \"/scratch/%u\" | without ~ $ %",
                "{\"name\": \"x\", \"nodeDirectory\": \"tmp\"}         | /nodeDirectory          | \"tmp\"    | absolute",
                "{\"name\": \"x\", \"nodeDirectory\": \"\"}            | /nodeDirectory          | \"\"       | absolute",
                "{\"name\": \"x\", \"nodeDirectory\": \"$(id)\"}       | /nodeDirectory          | \"$(id)\"  | absolute",
                "{\"name\": \"x\", \"nodeDirectory\": \"/a`id`\"}      | /nodeDirectory          | \"/a`id`\" | absolute",
                "{\"name\": \"x\", \"policies\": {\"pollFloor\": \"5s\"}} | /policies/pollFloor              | \"5s\"     | ISO 8601",
                "{\"name\": \"x\", \"policies\": {\"pollFloor\": \"PT0S\"}} | /policies/pollFloor              | \"PT0S\"   | more than zero",
                "{\"name\": \"x\", \"policies\": {\"pollFloor\": 5}} | /policies/pollFloor              | 5          | such as PT5S, in quotes",
                "{\"name\": \"x\", \"reaches\": [\"LOGIN_FORWARD\"]} | /reaches | [\"LOGIN_FORWARD\"] | an object",
                "{\"name\": \"x\", \"reaches\": {\"TELEPATHY\": true}} | /reaches/TELEPATHY | true | LOGIN_FORWARD",
                "{\"name\": \"x\", \"reaches\": {\"NODE_SSH\": \"yes\"}} | /reaches/NODE_SSH | \"yes\" | true or false",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"gpus\": {\"request\": \"POLITELY\"}}}} | /partitions/p/gpus/request | \"POLITELY\" | one of [GRES, GPUS_PER_NODE]",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"nodeTypes\": [\"n\"]}}} | /partitions/p/nodeTypes | [\"n\"] | there is no n",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"login\": \"gpu\"}}} | /partitions/p/login | \"gpu\" | one of logins: []",
                "{\"name\": \"x\", \"partitions\": {\"a=b\": {}}} | /partitions/a=b | \"a=b\" | a name: letters",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"gpus\": {\"type\": \"NVIDIA A100\"}}}} | /partitions/p/gpus/type | \"NVIDIA A100\" | a type such as a100",
                "{\"name\": \"x\", \"nodeTypes\": {\"n\": {\"names\": \"cn[1-\"}}} | /nodeTypes/n/names | \"cn[1-\" | names of nodes in Slurm's form",
                "{\"name\": \"x\", \"nodeTypes\": {\"n\": {\"names\": \"cn1 cn2\"}}} | /nodeTypes/n/names | \"cn1 cn2\" | 'cn1 cn2' is no node's name",
                "{\"name\": \"x\", \"nodeTypes\": {\"n\": {\"names\": \"cn[1-3]\", \"nodes\": 4}}} | /nodeTypes/n/nodes | 4 | as many as its names, 3",
                "{\"name\": \"x\", \"slurm\": {\"cluster\": \"our cluster\"}} | /slurm/cluster | \"our cluster\" | a name of letters",
                "{\"name\": \"x\", \"slurm\": {\"selectType\": \"cons_tres\"}} | /slurm/selectType | \"cons_tres\" | select/cons_tres",
                "{\"name\": \"x\", \"nodeTypes\": {\"n\": {\"architecture\": \"vax\"}}} | /nodeTypes/n/architecture | \"vax\" | one of [X86_64, AARCH64]",
                "{\"name\": \"x\", \"hostKeys\": {\"ed25519\": \"MD5:12:34\"}} | /hostKeys/ed25519 | \"MD5:12:34\" | a fingerprint",
                "{\"name\": \"x\", \"lifeSpan\": {\"until\": \"soon\"}} | /lifeSpan/until | \"soon\" | a month, a day or a time",
                "{\"name\": \"x\", \"lifeSpan\": {\"from\": \"2026-08\", \"until\": \"2026-07\"}} | /lifeSpan/until | \"2026-07\" | a time after from",
                "{\"name\": \"x\", \"asOf\": \"today\"} | /asOf | \"today\" | a day",
                "{\"name\": \"x\", \"source\": \"docs\"} | /source | \"docs\" | one of the keys of sources: []",
                "{\"name\": \"x\", \"sources\": {\"docs\": {\"url\": \"u\"}}} | /sources/docs/url | \"u\" | no such key",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"source\": {\"maxTime\": [\"a\"]}}}} | /partitions/p/source/maxTime | \"a\" | one of the keys of sources",
                "{\"name\": \"x\", \"extends\": \"atlantis\"} | /extends | \"atlantis\" | the name of a shipped site",
                "{\"name\": \"x\", \"rayEnvironments\": {\"a/1\": {\"setup\": [\"a\\nb\"]}}}  | /rayEnvironments/a~11/setup | [\"a\\nb\"] | lines of bash",
                "{\"name\": \"x\", \"rayEnvironments\": {\"e\": {\"setup\": \"a\"}}}          | /rayEnvironments/e/setup | \"a\" | a list",
                "{\"name\": \"x\", \"rayEnvironments\": {\"e\": {\"wrapper\": [\"\"]}}}       | /rayEnvironments/e/wrapper | [\"\"] | words of a command",
                "{\"name\": \"x\", \"rayEnvironments\": {\"e\": {\"virtualEnvironment\": \"~/v\"}}} | /rayEnvironments/e/virtualEnvironment | \"~/v\" | a directory",
                "{\"name\": \"x\", \"rayEnvironments\": {\"e\": {\"rayVersion\": \"new\"}}}   | /rayEnvironments/e/rayVersion | \"new\" | a version",
                "{\"name\": \"x\", \"rayEnvironments\": {\"e\": {\"rayVersion\": \"2.52.0\", \"hasRay\": false}}} | /rayEnvironments/e/hasRay | false | true, as rayVersion",
                "{\"name\": \"x\", \"rayEnvironments\": {\"e\": {\"tokens\": true}}}          | /rayEnvironments/e/tokens | true | rayVersion",
                "{\"name\": \"x\", \"rayEnvironments\": {\"e\": {}}, \"defaultRayEnvironment\": \"f\"} | /defaultRayEnvironment | \"f\" | one of rayEnvironments: [e]",
            })
    void anErrorNamesTheFileThePointerTheValueAndWhatIsExpected(
            String json, String pointer, String value, String expected) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageStartingWith("site.json at '" + pointer + "': expected ")
                .hasMessageContaining(expected)
                .hasMessageEndingWith("but found " + value);
    }

    @Test
    void aPartitionMayHaveAllThatOneOfItsNodesHasAndWhatIsNotKnownOfThemIsNoContradiction() {
        String site = """
                {"name": "x",
                 "nodeTypes": {"small": {"nodes": 2, "cores": 8, "threadsPerCore": 1, "memory": "16G"},
                               "big": {"nodes": 2, "cores": 64, "threadsPerCore": 1, "memory": "512G"}, "other": {}},
                 "partitions": {"p": {"nodeTypes": ["small", "big"], "maxNodes": 4, "cpusPerNode": 64,
                                      "memory": {"perNode": "512G"}},
                                "q": {"nodeTypes": ["small", "other"], "maxNodes": 99, "cpusPerNode": 99,
                                      "memory": {"perNode": "99T"}, "gpus": {"perNode": 9}}}}""";

        assertThat(parse(site).partitions()).containsOnlyKeys("p", "q");
    }

    @Test
    void aKeyThatStandsTwiceIsFoundWhereItStands() {
        assertThatThrownBy(
                        () -> parse("{\"name\": \"x\",\n\"partitions\": {\"p\": {\"maxNodes\": 1,\n\"maxNodes\": 2}}}"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessage("site.json at '/partitions/p/maxNodes', line 3, is not JSON: this key stands here twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "name: lab",
                "{",
                "{\"name\": \"x\"",
                "{\"name\": \"x\"} {}",
                "{\"name\": \"x\"} # lab",
                "{'name': 'x'}",
                "[]",
                "7",
                "null"
            })
    void whatIsNoJsonObjectIsRefusedWithTheFile(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageMatching(
                        "(?s)site\\.json( at '/name')?(: expected an object|, line 1, is not JSON| is not JSON).*");
    }

    @Test
    void aKeyOfNullIsLikeAKeyThatIsNotThere() {
        assertThat(parse("{\"name\": \"x\", \"modules\": {\"init\": null}}").moduleInit())
                .isEmpty();
        assertThatThrownBy(() -> parse("{\"name\": null}")).hasMessageContaining("/name");
    }

    @Test
    void aNameMayHaveAnyLetters() {
        for (String name : List.of("Zürich", "京", "it's \"big\"")) {
            assertThat(parse("{\"name\": \"" + name.replace("\"", "\\\"") + "\"}")
                            .name())
                    .isEqualTo(name);
        }
    }
}
