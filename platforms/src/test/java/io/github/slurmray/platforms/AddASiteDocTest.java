package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.SbatchScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of docs/ADD-A-SITE.md are loaded here, its code is compiled and run, and its errors are the real ones. */
class AddASiteDocTest {
    @TempDir
    Path directory;

    private record Known(List<Finding> findings, Suggestions fits) {}

    private static Known example(Path file, SbatchScript script) {
        // docs: load begin
        Platform site = Platforms.load(file);
        List<Finding> findings = site.check(script);
        Suggestions fits =
                site.suggest(ResourceRequest.builder().nodes(2).gpusPerNode(4).build());
        // docs: load end
        return new Known(findings, fits);
    }

    static String page() throws IOException {
        return Files.readString(Path.of(System.getProperty("slurmray.root", ".."), "docs", "ADD-A-SITE.md"));
    }

    /** The page's only block of a language. */
    static String block(String language) throws IOException {
        String page = page();
        int from = page.indexOf("```" + language + "\n") + language.length() + 4;
        return page.substring(from, page.indexOf("```", from));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static SbatchScript day(int nodes) {
        return SbatchScript.builder().partition("day").nodes(nodes).build();
    }

    @Test
    void theCodeOfThePageIsTheOneThatIsRun() throws IOException {
        String source = Files.readString(Path.of("src/test/java/io/github/slurmray/platforms/AddASiteDocTest.java"));
        String begin = "// docs: load begin";
        String code = source.substring(source.indexOf(begin) + begin.length(), source.indexOf("// docs: load end"));

        // the formatter breaks lines in its own way
        assertThat(block("java").replaceAll("\\s", "")).isEqualTo(code.replaceAll("\\s", ""));
    }

    @Test
    void theExampleLoadsChecksAndSuggests() throws IOException {
        Path file = file("ours.yaml", block("yaml"));

        assertThat(example(file, day(4)).findings()).isEmpty();
        Known tooMany = example(file, day(5));
        assertThat(tooMany.findings()).extracting(Finding::rule).containsExactly("partition-nodes");
        String message = tooMany.findings().get(0).message();
        assertThat(message).startsWith("--nodes=5: partition day allows at most 4");
        assertThat(page()).contains("`--nodes=5: partition day allows at most 4`");
        assertThat(tooMany.fits().fitting())
                .extracting(s -> s.partition().name())
                .containsExactly("gpu");
        Platform site = Platforms.load(file);
        assertThat(site.nodeTypes().get("cpu"))
                .satisfies(t -> assertThat(Objects.requireNonNull(t).nodes()).hasValue(8));
        assertThat(site.partition("gpu").maxTime()).contains(WallTime.of(Duration.ofHours(12)));
        assertThat(site.sourceOf("/partitions/day/maxTime"))
                .extracting(Source::toString)
                .containsExactly("what scontrol and sinfo printed, 2026-11-25");
        assertThat(site.sourceOf("/modules/init"))
                .extracting(Source::toString)
                .containsExactly("a mail of our administrator's, 2026-11-20");
        assertThat(site.slurmConf())
                .contains("PartitionName=day Nodes=cn[01-08] Default=YES")
                .doesNotContain("Assumed:", "Assumed,");
    }

    @Test
    void theSmallestFileWorks() throws IOException {
        assertThat(page()).contains("`{\"name\": \"ours\"}`");
        assertThat(Platforms.load(file("ours.json", "{\"name\": \"ours\"}")).check(day(999)))
                .isEmpty();
    }

    @Test
    void theErrorsOfThePageAreThoseOfTheLoader() throws IOException {
        Map<String, String> changes = Map.of(
                "maxNodes: 4\n", "maxNodes: four\n",
                "perNode: 256000M,", "perNode: 256 GB,",
                "defaultTime: \"01:00:00\"", "defaultTime: 2-00:00:00",
                "nodeTypes: [cpu]", "nodeTypes: [fat]",
                "    default: true\n", "    default: true\n    maxCores: 64\n");
        String example = block("yaml");
        String page = page();
        for (Map.Entry<String, String> change : changes.entrySet()) {
            assertThat(example).containsOnlyOnce(change.getKey());
            Path file = file("ours.yaml", example.replace(change.getKey(), change.getValue()));

            PlatformFileException e = catchThrowableOfType(PlatformFileException.class, () -> Platforms.load(file));

            String message = Objects.requireNonNull(e.getMessage())
                    .substring(directory.toString().length() + 1);
            // the page cuts the long list of keys
            assertThat(page).contains(message.split(", maxTime, |, defaultTime, ", -1)[0]);
        }
    }

    @Test
    void theFileThatIsLaidOverAShippedSiteLoads() throws IOException {
        Platform site = Platforms.load(file("our-lumi.json", block("json")));

        assertThat(site.partition("standard-g").maxTime()).contains(WallTime.of(Duration.ofDays(1)));
        assertThat(site.partition("standard-g").maxNodes())
                .isEqualTo(Platforms.lumiG().partition("standard-g").maxNodes());
        assertThat(site.partitions()).doesNotContainKey("lumid").containsKey("bench");
        assertThat(site.pollFloor()).isEqualTo(Duration.ofSeconds(30));
    }
}
