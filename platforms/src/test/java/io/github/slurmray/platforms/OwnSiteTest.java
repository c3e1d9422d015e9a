package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's own site files: YAML, facts laid over those of another site, and where each fact comes from. */
class OwnSiteTest {
    @TempDir
    Path directory;

    private Platform load(String name, String text) throws IOException {
        return Platforms.load(Files.writeString(directory.resolve(name), text));
    }

    @Test
    void aSiteCanBeWrittenInYaml() throws IOException {
        Platform site = load("mine.yaml", """
                name: mine
                # a country, a time and a version that stay texts
                title: NO
                partitions:
                  night:
                    maxTime: 12:30:00
                    maxNodes: 4
                    memory: {perNode: 64G}
                rayEnvironments:
                  venv: {virtualEnvironment: /opt/ray, rayVersion: "2.60"}
                """);

        assertThat(site.title()).isEqualTo("NO");
        assertThat(site.partition("night").maxTime()).contains(WallTime.of(Duration.ofMinutes(750)));
        assertThat(site.partition("night").memory().perNode()).contains(Memory.ofGiB(64));
        assertThat(site.rayEnvironment("venv").rayVersion()).contains("2.60");
    }

    @Test
    void anErrorInYamlNamesTheFileThePointerAndTheValue() {
        assertThatThrownBy(() -> load("mine.yaml", "name: mine\npartitions:\n  p: {maxNodes: many}\n"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageEndingWith(
                        "mine.yaml at '/partitions/p/maxNodes': expected a whole number of at least 1, but"
                                + " found \"many\"");
        assertThatThrownBy(() -> load("mine.yml", "name: [mine"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageContaining("is not YAML");
        assertThatThrownBy(() -> load("mine.yaml", "name: a\nname: b\n"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageContaining("is not YAML");
    }

    @Test
    void aFileLaysItsFactsOverThoseOfAShippedSite() throws IOException {
        Platform site = load("ours.json", """
                {"name": "our-puhti", "extends": "csc-puhti", "asOf": "2026-11-24",
                 "lifeSpan": null,
                 "partitions": {"small": {"maxTime": "1-00:00:00", "memory": {"perNode": null}}, "longrun": null,
                                "ours": {"maxNodes": 2}}}""");

        assertThat(site.name()).isEqualTo("our-puhti");
        assertThat(site.lifeSpan().until()).isEmpty();
        assertThat(site.partitions()).containsKey("ours").doesNotContainKey("longrun");
        Partition small = site.partition("small");
        assertThat(small.maxTime()).contains(WallTime.of(Duration.ofDays(1)));
        assertThat(small.memory().perNode()).isEmpty();
        assertThat(small.cpusPerNode())
                .isEqualTo(Platforms.puhti().partition("small").cpusPerNode());
    }

    @Test
    void eachFactKeepsItsSourceAndAnOverriddenOneHasTheFileThatSaysIt() throws IOException {
        Platform site = load("ours.json", """
                {"name": "ours", "extends": "csc-puhti", "asOf": "2026-11-24",
                 "sources": {"mail": {"note": "a mail of our admin's", "date": "2026-11-20", "confidence": "own"}},
                 "partitions": {"small": {"maxTime": "1-00:00:00", "maxNodes": 2, "source": {"maxNodes": "mail"}}}}""");

        assertThat(site.sourceOf("/partitions/small/maxNodes")).singleElement().satisfies(s -> {
            assertThat(s.note()).contains("a mail of our admin's");
            assertThat(s.date()).contains(LocalDate.of(2026, 11, 20));
        });
        assertThat(site.sourceOf("/partitions/small/maxTime"))
                .singleElement()
                .satisfies(s -> assertThat(s.note().orElseThrow()).endsWith("ours.json"));
        assertThat(site.sourceOf("/partitions/small/cpusPerNode"))
                .isEqualTo(Platforms.puhti().sourceOf("/partitions/small/cpusPerNode"))
                .isNotEmpty();
        assertThat(site.sourceOf("/partitions/small/minutes")).isEmpty();
        assertThat(site.sourceOf("/partitions/atlantis")).isEmpty();
    }

    @Test
    void aSourceSaysPageRevisionAndDateInOneLine() {
        assertThat(Platforms.puhti().sourceOf("/partitions/small/maxTime"))
                .extracting(Source::toString)
                .containsExactly("CSCfi/csc-user-guide docs/computing/running/batch-job-partitions.md 3418a7446,"
                        + " 2026-08-05");
    }

    @Test
    void aFactThatIsForgottenHasNoSourceAnyMore() throws IOException {
        Platform site = load(
                "ours.json", "{\"name\": \"ours\", \"extends\": \"csc-puhti\", \"partitions\": {\"small\": null}}");

        assertThat(site.sourceOf("/partitions/small")).isEmpty();
    }

    @Test
    void anErrorIsFoundInTheFileThatSaysIt() throws IOException {
        Files.writeString(
                directory.resolve("base.yaml"), "name: base\npartitions:\n  p: {maxNodes: 2}\n  q: {maxNodes: none}\n");

        assertThatThrownBy(() -> load("top.json", "{\"name\": \"top\", \"extends\": \"base.yaml\"}"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageContaining("base.yaml at '/partitions/q/maxNodes'");
        Files.writeString(directory.resolve("base.yaml"), "name: base\npartitions:\n  p: {maxNodes: 2}\n");
        assertThatThrownBy(() -> load("top.json", """
                        {"name": "top", "extends": "base.yaml", "partitions": {"p": {"minNodes": 3}}}"""))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageContaining(
                        "top.json at '/partitions/p/minNodes': expected at most maxNodes, 2, but found 3");
    }

    @Test
    void filesThatExtendEachOtherInACircleAreRefused() throws IOException {
        Files.writeString(directory.resolve("a.json"), "{\"name\": \"a\", \"extends\": \"b.json\"}");

        assertThatThrownBy(() -> load("b.json", "{\"name\": \"b\", \"extends\": \"a.json\"}"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageContaining("/extends")
                .hasMessageContaining("a.json");
    }

    @Test
    void aFileMayExtendAFileThatExtendsAShippedSite() throws IOException {
        Files.writeString(
                directory.resolve("site.json"),
                "{\"name\": \"site\", \"extends\": \"lab\", \"slurm\": {\"accountRequired\": true}}");

        Platform mine = load("mine.json", "{\"name\": \"mine\", \"extends\": \"site.json\"}");

        assertThat(mine.name()).isEqualTo("mine");
        assertThat(mine.slurm().accountRequired()).contains(true);
        assertThat(mine.partitions().keySet())
                .isEqualTo(Platforms.lab().partitions().keySet());
    }

    @Test
    void theBaseThatTheNameIsMissingInDoesNotMatterButTheResultsNameDoes() {
        assertThatThrownBy(() -> load("mine.json", "{\"extends\": \"lab\", \"name\": null}"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageContaining("'/name': expected a name");
    }

    @Test
    void aFormulaThatIsNoneIsFoundWhereItStands() {
        assertThatThrownBy(() -> load("mine.json", """
                        {"name": "x", "partitions": {"p": {}},
                         "billing": {"rules": [{"partitions": ["p"], "unit": "EUR", "perHour": {"cores": "2 * kores"}}]}}"""))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageContaining("'/billing/rules/0/perHour/cores': expected a formula (")
                .hasMessageContaining("kores");
    }

    @Test
    void aNetworkWithHostBitsIsRefusedWithTheOneThatWasMeant() {
        assertThatThrownBy(() -> load("mine.json", "{\"name\": \"x\", \"outward\": {\"all\": [\"192.0.2.1/24\"]}}"))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageContaining("'/outward/all'")
                .hasMessageContaining("192.0.2.0/24");
    }

    @Test
    void twoRulesForOnePartitionAreRefused() {
        assertThatThrownBy(() -> load("mine.json", """
                        {"name": "x", "partitions": {"p": {}}, "billing": {"rules": [
                          {"partitions": ["p"], "unit": "EUR", "perHour": {"a": "cores"}},
                          {"partitions": ["p"], "unit": "EUR", "perHour": {"a": "nodes"}}]}}"""))
                .isInstanceOf(PlatformFileException.class)
                .hasMessageContaining("'/billing'")
                .hasMessageContaining("billed twice");
    }

    @Test
    void aUserWhoKnowsAFormulaGetsABillWithIt() throws IOException {
        Platform site = load("mine.json", """
                {"name": "mine", "extends": "onprem-apptainer", "billing": {"unknown": {"debug": null},
                 "rules": [{"partitions": ["debug"], "unit": "EUR", "perHour": {"GPUs": "0.5*gpus"}}]}}""");

        ResourceRequest request = ResourceRequest.builder()
                .gpusPerNode(1)
                .time(WallTime.of(Duration.ofHours(3)))
                .build();
        assertThat(site.estimate(site.word(request, "debug"))).hasToString("1.50 EUR");
        assertThat(site.reach(Reach.LOGIN_FORWARD)).isEqualTo(Optional.empty());
    }
}
