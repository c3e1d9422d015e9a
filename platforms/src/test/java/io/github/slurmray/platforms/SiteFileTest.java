package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are too large, are none, or hold no text that can be read. */
class SiteFileTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    private Platform load(String name, String text) throws IOException {
        return Platforms.load(Files.writeString(directory.resolve(name), text));
    }

    private static Platform parse(byte[] bytes) {
        return PlatformFile.parse(bytes, "site.json");
    }

    @Test
    void aFileOfOneMebibyteIsReadAndALargerOneIsRefused() throws IOException {
        String json = "{\"name\": \"x\"}";

        assertThat(load("most.json", json + " ".repeat(MIB - json.length())).name())
                .isEqualTo("x");
        assertThatThrownBy(() -> load("more.json", json + " ".repeat(MIB - json.length() + 1)))
                .isInstanceOf(PlatformFileException.class)
                .hasMessage(
                        "can't read the platform file " + directory.resolve("more.json") + ": it has more than 1 MiB");
        assertThatThrownBy(() -> load("mine.json", "{\"name\": \"x\", \"extends\": \"more.json\"}"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessage(directory.resolve("mine.json") + " at '/extends': expected a file that can be read (it has"
                        + " more than 1 MiB), but found \"more.json\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/zero", "/"})
    @Timeout(10)
    void whatIsNoRegularFileIsNotRead(String file) {
        assertThatThrownBy(() -> Platforms.load(Path.of(file)))
                .isInstanceOf(PlatformFileException.class)
                .hasMessage("can't read the platform file " + file + ": it is no regular file");
    }

    @Test
    void aBaseThatIsNotThereIsSaidWhereItIsNamed() {
        assertThatThrownBy(() -> load("mine.json", "{\"name\": \"x\", \"extends\": \"nope.json\"}"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessage(
                        directory.resolve("mine.json") + " at '/extends': expected a file that can be read (there is"
                                + " no such file), but found \"nope.json\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "./mine.json",
                "../mine.json",
                "sub/mine.json",
                "/etc/site.json",
                "a\\\\b.json",
                "a\\u0000b.json",
                "\\ud800.json",
                "a\\u202eb.json",
            })
    void aBaseIsAFileBesideThisOne(String name) {
        assertThatThrownBy(() -> load("mine.json", "{\"name\": \"x\", \"extends\": \"" + name + "\"}"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageContaining("mine.json at '/extends': expected the name of a shipped site, or that of a file"
                        + " beside this one");
    }

    @Test
    @Timeout(60)
    void manyPartitionsLaidOverAsManyTakeNoLongTime() throws IOException {
        String json = IntStream.range(0, 30_000)
                .mapToObj(i -> "\"p" + i + "\": {\"maxNodes\": 2}")
                .collect(Collectors.joining(",", "{\"name\": \"x\", \"partitions\": {", "}}"));
        Files.writeString(directory.resolve("many.json"), json);

        Platform site = load("mine.json", json.replace("{\"name\"", "{\"extends\": \"many.json\", \"name\""));

        assertThat(site.partitions()).hasSize(30_000);
    }

    @Test
    void anErrorIsShortHoweverLongTheValueThePointerAndTheKnownKeys() {
        String longText = "x".repeat(100_000);
        String manyTypes =
                IntStream.range(0, 10_000).mapToObj(i -> "\"n" + i + "\": {}").collect(Collectors.joining(","));
        for (String json : new String[] {
            "{\"name\": \"x\", \"foo\": [\"" + longText + "\"]}",
            "{\"name\": \"x\", \"partitions\": {\"" + longText.substring(0, 40_000) + "\": 1}}",
            "{\"name\": \"x\", \"nodeTypes\": {" + manyTypes + "}, \"partitions\": {\"p\": {\"nodeTypes\": [\"m\"]}}}",
            "{\"name\": \"x\", \"a\": " + "[".repeat(100_000),
        }) {
            assertThatThrownBy(() -> parse(json.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(PlatformFileException.class)
                    .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(2_500));
        }
    }

    @Test
    void anErrorIsOneLineThatShowsNoControlCharacter() {
        assertThatThrownBy(() ->
                        parse("{\"name\": \"x\", \"a\\nb\\u202ec\": \"d\u202ee\"}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageStartingWith("site.json at '/a?b?c': expected no such key")
                .hasMessageEndingWith("but found \"d?e\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rayEnvironments: {r: {rayVersion: 2.60}} | a version such as 2.43.0, in quotes, but found 2.6",
                "slurm: {version: 24.11} | a text, in quotes, but found 24.11",
                "partitions: {p: {maxTime: 86400}} | a time in Slurm's form such as 1-00:00:00, in quotes, but found 86400",
                "policies: {pollFloor: 30} | an ISO 8601 duration of more than zero, such as PT5S, in quotes, but found 30",
                "about: [a] | a text, but found [\"a\"]",
            })
    void ofANumberThatShouldBeATextTheErrorSaysWhatText(String line, String message) {
        assertThatThrownBy(() -> load("mine.yaml", "name: x\n" + line + "\n"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageEndingWith(": expected " + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32BE"})
    void onlyUtf8IsRead(String charset) {
        assertThatThrownBy(() -> parse("{\"name\": \"x\"}".getBytes(Charset.forName(charset))))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageStartingWith("site.json");
    }

    @Test
    void bytesThatAreNoUtf8AreFoundInTheirLine() throws IOException {
        byte[] latin = "{\"name\": \"x\",\n\"title\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> parse(latin))
                .isInstanceOf(PlatformFileException.class)
                .hasMessage("site.json, line 2, is not UTF-8");
        byte[] odd = {0, 0, (byte) 0xff, (byte) 0xfe, 0, 0, 0, 0};
        assertThatThrownBy(() -> parse(odd)).hasMessage("site.json, line 1, is not UTF-8");
        assertThat(load("mark.json", "\ufeff{\"name\": \"x\"}").name()).isEqualTo("x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "json | {\"name\": NaN}  | at '/name', line 1, is not JSON: it can't be read near '{\"name\": NaN}'",
                "json | {\"name\": \"x\" | at '/name', line 1, is not JSON: it ends too early",
                "json | {\"name\": \"x\"} {} |, line 1, is not JSON: it goes on after its end",
                "json | {\"name\": \"x\"} ] |, line 1, is not JSON: it can't be read near '{\"name\": \"x\"} ]'",
                "json | {\"a\": 1, \"a\": 2} | at '/a', line 1, is not JSON: this key stands here twice",
                "json | {/* c */} |, line 1, is not JSON: it can't be read near '{/* c */}'",
                "yaml | name: [mine | at '/name/0', line 1, is not YAML: it can't be read near 'name: [mine'",
                "yaml | name: x\\n---\\nname: y |, line 3, is not YAML: it goes on after its end",
                "yaml | name: x\\n\\ttitle: y | at '/name', line 2, is not YAML: this line is indented by a tab, and YAML wants blanks",
                "yml | name: x\\n  \\ta: y | at '/name', line 2, is not YAML: this line is indented by a tab, and YAML wants blanks",
                "txt | name: x |, line 1, is not JSON (YAML is what ends in .yaml or .yml): it can't be read near 'name: x'",
                "yaml | name: x\\nname: y | at '/name', line 2, is not YAML: this key stands here twice",
                "yaml | name: \"a\\0b\" |, line 1, is not YAML: it can't be read near 'name: \"a?b\"'",
                "yaml | ? {a: b}\\n: x |, line 1, is not YAML: it can't be read near '? {a: b}'",
            })
    void aTextThatIsNoneIsSaidInOurWords(String format, String text, String message) {
        String real = text.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0");
        assertThatThrownBy(() -> load("mine." + format, real))
                .isInstanceOf(PlatformFileException.class)
                .hasMessage(directory.resolve("mine." + format) + (message.startsWith(",") ? "" : " ") + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nodeTypes:\\n  a: {gpus: {count: 1, type: &gpu a100}}\\npartitions:\\n  p: {nodeTypes: [a], gpus: {type:"
                        + " *gpu}} | /partitions/p/gpus/type', line 5 | the alias *gpu",
                "title: *nowhere | /title', line 2 | the alias *nowhere",
                "partitions:\\n  a: &p {maxNodes: 2}\\n  b: *p | /partitions/a', line 3 | the anchor &p",
                "unknown: [*a] | /unknown/0', line 2 | the alias *a",
                "title: !foo bar | /title', line 2 | the tag foo",
                "title: !!null 5 | /title', line 2 | the tag tag:yaml.org,2002:null",
                "partitions:\\n  p: {maxNodes: !!int 5} | /partitions/p/maxNodes', line 3 | the tag tag:yaml.org,2002:int",
            })
    void anAliasAnAnchorAndATagOfYamlAreRefused(String text, String place, String found) {
        assertThatThrownBy(() -> load("mine.yaml", "name: x\n" + text.replace("\\n", "\n") + "\n"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessage(directory.resolve("mine.yaml") + " at '" + place
                        + ": expected a value without alias, anchor and tag, but found " + found);
    }
}
