package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What holds for each site that is shipped. */
class ShippedSitesTest {
    record Sample(Platform site, BillingSample sample) {
        @Override
        public String toString() {
            return site.name() + " " + sample.partition() + " " + sample.total();
        }
    }

    static List<Platform> sites() {
        return Platforms.all();
    }

    static Stream<Sample> samples() {
        return sites().stream().flatMap(s -> s.billingSamples().stream().map(b -> new Sample(s, b)));
    }

    private static JsonNode resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(Platform.class.getResourceAsStream(name), name)) {
            return JsonMapper.shared().readTree(in);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aPublishedBillComesOutToItsLastDigit(Sample s) {
        Bill bill = s.site().billing().bill(s.sample().partition(), s.sample().usage());

        assertThat(bill).isInstanceOf(Bill.Known.class);
        Bill.Known known = (Bill.Known) bill;
        BigDecimal total = s.sample().total();
        assertThat(known.total().setScale(total.scale(), RoundingMode.HALF_UP)).isEqualTo(total);
        assertThat(Optional.of(known.unit())).isEqualTo(s.sample().unit().or(() -> Optional.of(known.unit())));
        s.sample().parts().forEach((part, published) -> {
            BigDecimal amount = new BigDecimal(published);
            assertThat(Objects.requireNonNull(known.parts().get(part), part)
                            .setScale(amount.scale(), RoundingMode.HALF_UP))
                    .isEqualTo(amount);
        });
    }

    @ParameterizedTest
    @MethodSource("sites")
    void everyPartitionIsBilledByARuleOrItIsSaidWhyNot(Platform site) {
        for (String partition : site.partitions().keySet()) {
            boolean rule =
                    site.billing().rules().stream().anyMatch(r -> r.partitions().contains(partition));
            assertThat(rule || site.billing().unknown().containsKey(partition))
                    .as(partition)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "csc-puhti",
                "csc-mahti",
                "csc-roihu",
                "csc-roihu-cpu",
                "csc-roihu-gpu",
                "lumi",
                "lumi-c",
                "lumi-g",
                "azure-cyclecloud",
                "onprem-apptainer",
                "lab"
            })
    void everyFactOfAFileNamesASourceOfTheFile(String name) throws IOException {
        JsonNode root = resource(name + ".json");
        everyFactNamesASource(root, "", false);
    }

    private static void everyFactNamesASource(JsonNode node, String pointer, boolean outer) {
        boolean named = outer || node.has("source");
        node.forEachEntry((key, value) -> {
            boolean about = pointer.isEmpty()
                    && List.of(
                                    "$schema",
                                    "name",
                                    "title",
                                    "about",
                                    "extends",
                                    "asOf",
                                    "sources",
                                    "unknown",
                                    "contradictions")
                            .contains(key);
            if (about || key.equals("source")) {
                return;
            }
            String at = pointer + "/" + key;
            boolean byKey = node.path("source").isObject()
                    && (node.path("source").has(key) || node.path("source").has("*"));
            boolean here = node.path("source").isObject() ? byKey || outer : named;
            if (value.isObject()) {
                everyFactNamesASource(value, at, here);
            } else if (!value.isEmpty() && value.get(0).isObject()) {
                value.forEach(element -> everyFactNamesASource(element, at, here));
            } else {
                assertThat(here).as(at).isTrue();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("sites")
    void aPartitionOfASiteHasASourceThatNamesAPageOrWhoSawIt(Platform site) {
        for (Partition p : site.partitions().values()) {
            List<Source> sources = site.sourceOf("/partitions/" + p.name());
            assertThat(sources).isNotEmpty();
            // what names no source is said by the file alone, whose name is then the note
            assertThat(sources)
                    .noneMatch(s -> s.path().isEmpty()
                            && s.note().filter(n -> n.endsWith(".json")).isPresent());
        }
    }

    /** As the notes say that the facts were collected from: the newest commit of the site's documentation. */
    @ParameterizedTest
    @CsvSource({
        "csc-puhti, 2026-08-21",
        "csc-mahti, 2026-08-21",
        "csc-roihu-cpu, 2026-08-21",
        "csc-roihu-gpu, 2026-08-21",
        "lumi-c, 2024-10-15",
        "lumi-g, 2024-10-15",
        "azure-cyclecloud, 2024-12-02",
        "onprem-apptainer, 2025-07-21"
    })
    void factsAreAsOfTheSnapshotThatTheyWereReadFrom(String site, LocalDate snapshot) {
        assertThat(Platforms.named(site).asOf()).contains(snapshot);
    }

    @ParameterizedTest
    @MethodSource("sites")
    void aRuleInWordsIsFoundUnderTheSameTopicAtEachSite(Platform site) {
        assertThat(site.policies().rules().keySet())
                .isSubsetOf(
                        "accountSharing",
                        "architecture",
                        "arrays",
                        "containers",
                        "cpusPerGpu",
                        "debugging",
                        "drainedNodes",
                        "gpuNodes",
                        "healthChecks",
                        "hyperthreads",
                        "jobsPerUser",
                        "localDisk",
                        "loginNodes",
                        "memoryAsDisk",
                        "mpi",
                        "polling",
                        "smallFiles",
                        "smallTasks",
                        "tunnels",
                        "underuse",
                        "webSessions",
                        "wholeNodes");
    }
}
