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
        assertThat(site.pollFloor()).isEqualTo(Duration.ofSeconds(5));
        assertThat(site.reaches()).isEmpty();
        assertThat(site.rayEnvironments()).isEmpty();
        assertThat(site.defaultRay()).isEmpty();
        assertThat(site).hasToString("platform new");
    }

    @Test
    void everyKeyIsRead() {
        Platform site = parse("""
                {"name": "big", "moduleInit": "source /etc/profile.d/lmod.sh", "networkInterface": "hsn0",
                 "runDirectory": "/scratch/runs of ray", "pollFloor": "PT1M30S", "reaches": ["REVERSE_FORWARD"],
                 "partitions": {"p": {"maxTime": "2-12", "maxNodes": 512, "cpusPerNode": 128, "memoryPerNode": "224G",
                                      "gpusPerNode": 8}, "q": {}},
                 "rayEnvironments": {"a/1": {"setup": ["module use /appl", "module load a/1"], "wrapper": ["w", "exec"],
                                             "virtualEnvironment": "/venvs/a", "rayVersion": "2.52.0"}},
                 "defaultRayEnvironment": "a/1"}""");

        assertThat(site.moduleInit()).contains("source /etc/profile.d/lmod.sh");
        assertThat(site.networkInterface()).contains("hsn0");
        assertThat(site.runDirectory()).isEqualTo("/scratch/runs of ray");
        assertThat(site.pollFloor()).isEqualTo(Duration.ofSeconds(90));
        assertThat(site.reaches()).containsExactly(Reach.REVERSE_FORWARD);
        assertThat(site.partitions()).containsOnlyKeys("p", "q");
        Partition p = Objects.requireNonNull(site.partitions().get("p"));
        assertThat(p.maxTime()).contains(WallTime.of(Duration.ofHours(60)));
        assertThat(p.maxNodes()).hasValue(512);
        assertThat(p.cpusPerNode()).hasValue(128);
        assertThat(p.memoryPerNode()).contains(Memory.ofGiB(224));
        assertThat(p.gpusPerNode()).hasValue(8);
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
        assertThat(mine.partitions()).isEqualTo(Platforms.lab().partitions());
        assertThat(mine.rayEnvironments().keySet())
                .isEqualTo(Platforms.lab().rayEnvironments().keySet());
        assertThat(mine.defaultRay().orElseThrow().rayVersion()).contains("2.60.0");
    }

    @Test
    void whatTheSiteOffersCanNotBeChanged() {
        Platform lab = Platforms.lab();

        assertThatThrownBy(() -> lab.partitions().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> lab.reaches().clear()).isInstanceOf(UnsupportedOperationException.class);
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
                "{\"name\": 7}                                         | /name                   | 7          | a text",
                "{\"name\": \"\"}                                      | /name                   | \"\"       | a name",
                "{\"name\": \"a\\nb\"}                                 | /name                   | \"a\\nb\"  | a name",
                "{\"name\": \"x\", \"colour\": \"red\"}                | /colour                 | \"red\"    | no such key",
                "{\"name\": \"x\", \"partitions\": []}                 | /partitions             | []         | an object",
                "{\"name\": \"x\", \"partitions\": {\"p\": 1}}         | /partitions/p           | 1          | an object",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"max\": 1}}}            | /partitions/p/max     | 1 | maxTime",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxTime\": \"1w\"}}}   | /partitions/p/maxTime | \"1w\" | Slurm's form",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxTime\": 15}}}       | /partitions/p/maxTime | 15 | a text",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxNodes\": \"2\"}}}   | /partitions/p/maxNodes | \"2\" | at least 1",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxNodes\": 2.5}}}     | /partitions/p/maxNodes | 2.5 | whole number",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxNodes\": 0}}}       | /partitions/p/maxNodes | 0 | at least 1",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"cpusPerNode\": -1}}}   | /partitions/p/cpusPerNode | -1 | at least 1",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"gpusPerNode\": 3000000000}}} | /partitions/p/gpusPerNode | 3000000000 | whole number",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"memoryPerNode\": \"16Q\"}}} | /partitions/p/memoryPerNode | \"16Q\" | 16G",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"memoryPerNode\": \"0\"}}} | /partitions/p/memoryPerNode | \"0\" | 16G",
                "{\"name\": \"x\", \"partitions\": {\"a,b\": {}}}                    | /partitions/a,b | {} | a partition's name",
                "{\"name\": \"x\", \"partitions\": {\"a/~b\": 1}}                    | /partitions/a~1~0b | 1 | an object",
                "{\"name\": \"x\", \"moduleInit\": \"a\\nrm -rf b\"}   | /moduleInit             | \"a\\nrm -rf b\" | one line",
                "{\"name\": \"x\", \"networkInterface\": \"a b\"}      | /networkInterface       | \"a b\"    | an interface",
                "{\"name\": \"x\", \"networkInterface\": \"-family\"}  | /networkInterface       | \"-family\" | an interface",
                "{\"name\": \"x\", \"runDirectory\": \"\"}             | /runDirectory           | \"\"       | a directory",
                "{\"name\": \"x\", \"runDirectory\": \"~/runs\"}       | /runDirectory           | \"~/runs\" | without ~",
                "{\"name\": \"x\", \"runDirectory\": \"/scratch/$USER\"} | /runDirectory         | \"/scratch/$USER\" | without ~ $",
                "{\"name\": \"x\", \"runDirectory\": \"/scratch/%u\"}  | /runDirectory           | \"/scratch/%u\" | without ~ $ %",
                "{\"name\": \"x\", \"pollFloor\": \"5s\"}              | /pollFloor              | \"5s\"     | ISO 8601",
                "{\"name\": \"x\", \"pollFloor\": \"PT0S\"}            | /pollFloor              | \"PT0S\"   | more than zero",
                "{\"name\": \"x\", \"pollFloor\": 5}                   | /pollFloor              | 5          | a text",
                "{\"name\": \"x\", \"reaches\": [\"TELEPATHY\"]}       | /reaches                | [\"TELEPATHY\"] | LOGIN_FORWARD, REVERSE_FORWARD",
                "{\"name\": \"x\", \"reaches\": \"LOGIN_FORWARD\"}     | /reaches                | \"LOGIN_FORWARD\" | a list",
                "{\"name\": \"x\", \"reaches\": [1]}                   | /reaches                | [1]        | a list",
                "{\"name\": \"x\", \"rayEnvironments\": {\"a/1\": {\"setup\": [\"a\\nb\"]}}}  | /rayEnvironments/a~11/setup | [\"a\\nb\"] | lines of bash",
                "{\"name\": \"x\", \"rayEnvironments\": {\"e\": {\"setup\": \"a\"}}}          | /rayEnvironments/e/setup | \"a\" | a list",
                "{\"name\": \"x\", \"rayEnvironments\": {\"e\": {\"wrapper\": [\"\"]}}}       | /rayEnvironments/e/wrapper | [\"\"] | words of a command",
                "{\"name\": \"x\", \"rayEnvironments\": {\"e\": {\"virtualEnvironment\": \"~/v\"}}} | /rayEnvironments/e/virtualEnvironment | \"~/v\" | a directory",
                "{\"name\": \"x\", \"rayEnvironments\": {\"e\": {\"rayVersion\": \"new\"}}}   | /rayEnvironments/e/rayVersion | \"new\" | a version",
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
    void aKeyThatStandsTwiceIsFoundWhereItStands() {
        assertThatThrownBy(
                        () -> parse("{\"name\": \"x\",\n\"partitions\": {\"p\": {\"maxNodes\": 1,\n\"maxNodes\": 2}}}"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageStartingWith("site.json at '/partitions/p/maxNodes', line 3, is not JSON: ")
                .hasMessageContaining("Duplicate");
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
                .hasMessageStartingWith("site.json ");
    }

    @Test
    void aKeyOfNullIsLikeAKeyThatIsNotThere() {
        assertThat(parse("{\"name\": \"x\", \"moduleInit\": null}").moduleInit())
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
