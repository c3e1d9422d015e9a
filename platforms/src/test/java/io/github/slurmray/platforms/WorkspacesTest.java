package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.github.slurmray.core.ProtocolException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspacesTest {
    private static final long GIB = 1L << 30;
    private static final String NEW = "Disk area  Capacity(used/max)  Files(used/max)  Cleanup\n";
    private static final String LUMI = "Disk area  Capacity(used/max)  Files(used/max)\n";

    /** The form before 2025, with real numbers of Mahti. */
    private static final String OLD = """
            Disk area               Capacity(used/max)  Files(used/max)  Project description
            ----------------------------------------------------------------------------------
            Personal home folder
            ----------------------------------------------------------------------------------
            /users/kkayttaj               3.045G/10G        2.42k/100k

            Project applications
            ----------------------------------------------------------------------------------
            /projappl/project_2000123         4k/50G           0k/100k   Project X
            /projappl/project_2001234     12.86M/50G         .97k/100k   Projekti Yö, 2. osa

            Project scratch
            ----------------------------------------------------------------------------------
            /scratch/project_2000123      36.43G/1T         .64k/1000k
            /scratch/project_2001234          4k/1T         2.45/1000k
            """;

    private static Workspaces.Area only(String output) {
        Workspaces workspaces = Workspaces.parse(output);
        assertThat(workspaces.unknownLines()).isEmpty();
        assertThat(workspaces.areas()).hasSize(1);
        return workspaces.areas().get(0);
    }

    private static OptionalLong[] values(Workspaces.Area area) {
        return new OptionalLong[] {
            area.bytes().used().value(),
            area.bytes().limit().value(),
            area.files().used().value(),
            area.files().limit().value()
        };
    }

    @Test
    void puhtisAreasAreRead() {
        Workspaces puhti = Workspaces.parse(Sample.of("csc-workspaces-puhti"));

        assertThat(puhti.areas())
                .extracting(
                        Workspaces.Area::path,
                        Workspaces.Area::project,
                        Workspaces.Area::title,
                        a -> a.bytes().toString(),
                        a -> a.files().toString(),
                        Workspaces.Area::cleanedAfter)
                .containsExactly(
                        tuple(
                                "/users/kkayttaj",
                                Optional.empty(),
                                Optional.empty(),
                                "4.4G/10G",
                                "24K/100K",
                                Optional.empty()),
                        tuple(
                                "/projappl/project_2000123",
                                Optional.of("project_2000123"),
                                Optional.of("Project X"),
                                "24G/50G",
                                "36K/100K",
                                Optional.empty()),
                        tuple(
                                "/scratch/project_2000123",
                                Optional.of("project_2000123"),
                                Optional.of("Project X"),
                                "103G/1.0T",
                                "389K/1.0M",
                                Optional.of(Duration.ofDays(180))));
        assertThat(values(puhti.areas().get(2)))
                .containsExactly(
                        OptionalLong.of(103 * GIB),
                        OptionalLong.of(1024 * GIB),
                        OptionalLong.of(389_000),
                        OptionalLong.of(1_000_000));
        assertThat(puhti.areas().get(2).bytes().share().orElseThrow()).isCloseTo(0.1006, within(0.0001));
        assertThat(puhti.allocations()).isEmpty();
        assertThat(puhti.unknownLines()).containsExactly("[kkayttaj@puhti-login11 ~]$ csc-workspaces");
    }

    @Test
    void roihusAreasAreReadWithTheirOddUnits() {
        Workspaces roihu = Workspaces.parse(Sample.of("csc-workspaces-roihu"));

        assertThat(roihu.areas()).hasSize(5);
        Workspaces.Area full = roihu.areas().get(1);
        assertThat(full.bytes().share()).hasValue(24 / 15.0);
        Workspaces.Area lower = roihu.areas().get(2);
        assertThat(lower.files().limit().value()).hasValue(500_000);
        Workspaces.Area odd = roihu.areas().get(4);
        assertThat(odd.title()).contains("Project Y");
        assertThat(odd.bytes()).hasToString("7.2/10TB");
        assertThat(odd.bytes().used().value()).hasValue(7_916_483_719_987L);
        assertThat(odd.bytes().limit().value()).hasValue(10 * 1024 * GIB);
        assertThat(odd.bytes().share().orElseThrow()).isCloseTo(0.72, within(1e-9));
        assertThat(odd.files().limit().value()).hasValue(2_500_000);
        assertThat(roihu.unknownLines()).hasSize(1);
    }

    @Test
    void theOldFormIsReadWithItsDescriptions() {
        Workspaces mahti = Workspaces.parse(OLD);

        assertThat(mahti.unknownLines()).isEmpty();
        assertThat(mahti.areas())
                .extracting(Workspaces.Area::project, Workspaces.Area::title)
                .containsExactly(
                        tuple(Optional.empty(), Optional.empty()),
                        tuple(Optional.of("project_2000123"), Optional.of("Project X")),
                        tuple(Optional.of("project_2001234"), Optional.of("Projekti Yö, 2. osa")),
                        tuple(Optional.of("project_2000123"), Optional.empty()),
                        tuple(Optional.of("project_2001234"), Optional.empty()));
        assertThat(values(mahti.areas().get(0)))
                .containsExactly(
                        OptionalLong.of(3_269_543_854L),
                        OptionalLong.of(10 * GIB),
                        OptionalLong.of(2_420),
                        OptionalLong.of(100_000));
        assertThat(values(mahti.areas().get(1)))
                .containsExactly(
                        OptionalLong.of(4096), OptionalLong.of(50 * GIB), OptionalLong.of(0), OptionalLong.of(100_000));
        assertThat(mahti.areas().get(2).files().used().value()).hasValue(970);
        assertThat(mahti.areas().get(4).files().used().value()).hasValue(2_450);
        assertThat(mahti.areas()).allSatisfy(a -> assertThat(a.cleanedAfter()).isEmpty());
    }

    @Test
    void lumisAreasAreReadInPowersOfThousandWithTheAllocations() {
        Workspaces lumi = Workspaces.parse(Sample.of("lumi-workspaces"));

        assertThat(lumi.unknownLines()).isEmpty();
        assertThat(lumi.areas())
                .extracting(
                        Workspaces.Area::path,
                        Workspaces.Area::project,
                        a -> a.bytes().used().value(),
                        a -> a.bytes().limit().value(),
                        a -> a.files().used().value(),
                        a -> a.files().limit().value())
                .containsExactly(
                        tuple(
                                "/users/<user>",
                                Optional.empty(),
                                OptionalLong.of(19_000_000_000L),
                                OptionalLong.of(22_000_000_000L),
                                OptionalLong.of(62_000),
                                OptionalLong.of(100_000)),
                        tuple(
                                "/projappl/project_465002906",
                                Optional.of("project_465002906"),
                                OptionalLong.of(13_000),
                                OptionalLong.of(54_000_000_000L),
                                OptionalLong.of(3),
                                OptionalLong.of(100_000)),
                        tuple(
                                "/scratch/project_465002906",
                                Optional.of("project_465002906"),
                                OptionalLong.of(8_200),
                                OptionalLong.of(55_000_000_000_000L),
                                OptionalLong.of(2),
                                OptionalLong.of(2_000_000)),
                        tuple(
                                "/flash/project_465002906",
                                Optional.of("project_465002906"),
                                OptionalLong.of(8_200),
                                OptionalLong.of(2_200_000_000_000L),
                                OptionalLong.of(2),
                                OptionalLong.of(1_000_000)));
        LumiAllocations allocations = lumi.allocations().orElseThrow();
        assertThat(allocations).isEqualTo(LumiAllocations.parse(tableOf(Sample.of("lumi-workspaces"))));
        assertThat(allocations.updated()).hasToString("Optional[2026-04-22T14:47:17]");
    }

    private static String tableOf(String output) {
        return output.substring(output.indexOf("Data updated"));
    }

    @ParameterizedTest
    @CsvSource({
        "0/10G,0,10737418240",
        "4k/10G,4096,10737418240",
        "4KiB/10GB,4096,10737418240",
        ".5M/1g,524288,1073741824",
        "7/10T,,10995116277760",
        "7.2/10,,",
        "7.2T/10.5,7916483719987,11544872091648",
        "1.0P/2E,1125899906842624,2305843009213693952",
        "1G/9E,1073741824,",
        "999999999999999E/1G,,1073741824",
        "512B/1K,512,1024",
        "n/a,,",
    })
    void bytesAreReadWithoutGuessing(String text, Long used, Long limit) {
        Workspaces.Usage bytes =
                only(NEW + "/scratch/p  " + text + "  1/2  n/a\n").bytes();

        assertThat(bytes.used().value()).isEqualTo(used == null ? OptionalLong.empty() : OptionalLong.of(used));
        assertThat(bytes.limit().value()).isEqualTo(limit == null ? OptionalLong.empty() : OptionalLong.of(limit));
        assertThat(bytes.used().text()).isEqualTo(text.equals("n/a") ? text : text.substring(0, text.indexOf('/')));
    }

    @ParameterizedTest
    @CsvSource({
        "3/100K,3,100000",
        "974/100K,974,100000",
        "37/1.0M,37,1000000",
        "2.45/100k,2450,100000",
        ".97k/1.0M,970,1000000",
        "0.5/7,,7",
        "N/A,,"
    })
    void filesAreCountedInThousands(String text, Long used, Long limit) {
        Workspaces.Usage files =
                only(LUMI + "/flash/p  1K/2K  " + text + "\n-----\n").files();

        assertThat(files.used().value()).isEqualTo(used == null ? OptionalLong.empty() : OptionalLong.of(used));
        assertThat(files.limit().value()).isEqualTo(limit == null ? OptionalLong.empty() : OptionalLong.of(limit));
    }

    @Test
    void aLimitOfNothingHasNoShare() {
        assertThat(only(NEW + "/dataset/p  0/0G  0/0  n/a\n").bytes().share()).isEmpty();
        assertThat(only(NEW + "/dataset/p  n/a  0/0  n/a\n").bytes().share()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/scratch/p  4,4G/10G  24K/100K  n/a",
                "/scratch/p  -4G/10G  24K/100K  n/a",
                "/scratch/p  4.4.4G/10G  24K/100K  n/a",
                "/scratch/p  4G/10X  24K/100K  n/a",
                "/scratch/p  4G  24K/100K  n/a",
                "/scratch/p  4G/10G  24K/100K",
                "/scratch/p  4G/10G  24K/100K  soon",
                "/scratch/p  4G/10G  24K/100K  180",
                "/scratch/p  10G  n/a",
                "scratch/p  4G/10G  24K/100K  n/a",
                "Kotihakemisto: täynnä",
            })
    void aLineThatIsNotUnderstoodIsKeptOutAndReported(String line) {
        Workspaces workspaces = Workspaces.parse(NEW + line + "\n/users/u  1G/10G  1K/100K  n/a\n");

        assertThat(workspaces.areas()).extracting(Workspaces.Area::path).containsExactly("/users/u");
        assertThat(workspaces.unknownLines()).containsExactly(line);
    }

    @Test
    void noiseAroundTheTableIsReported() {
        String noise = "*** Maintenance on 2026-12-01 ***\n/scratch/p is slow  1G/1G  1/1  n/a\n";
        Workspaces workspaces = Workspaces.parse(
                noise + "\u001b[1m" + Sample.of("csc-workspaces-puhti").replace("\n", "\r\n") + noise);

        assertThat(workspaces.areas())
                .isEqualTo(Workspaces.parse(Sample.of("csc-workspaces-puhti")).areas());
        assertThat(workspaces.unknownLines()).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | it is empty or cut off",
                "bash: csc-workspaces: command not found | the first line that doesn't fit is 'bash: csc-workspaces:"
                        + " command not found'",
                "Levyalue  Kapasiteetti  Tiedostot | the first line that doesn't fit is 'Levyalue",
                "/scratch/p  1G/1G  1/1 | the first line that doesn't fit is '/scratch/p",
                "Disk area  Capacity(used/max)  Files(used/max)  Expires | the first line that doesn't fit is 'Disk",
            })
    void whatIsNoSuchOutputIsRefused(String output, String message) {
        assertThatThrownBy(() -> Workspaces.parse(output))
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith(
                        "this is no output of csc-workspaces or lumi-workspaces, as it has no table of disk areas")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"csc-workspaces-puhti", "csc-workspaces-roihu", "lumi-workspaces", "the form before 2025"})
    void anOutputThatIsCutAnywhereHasNoWrongArea(String sample) {
        String output = sample.contains(" ") ? OLD : Sample.of(sample);
        List<Workspaces.Area> areas = Workspaces.parse(output).areas();
        int header = output.indexOf("Personal home folder");
        for (int end = header; end < output.length(); end++) {
            List<Workspaces.Area> cut =
                    Workspaces.parse(output.substring(0, end)).areas();
            assertThat(cut.stream().map(Workspaces.Area::bytes).toList())
                    .isEqualTo(areas.subList(0, cut.size()).stream()
                            .map(Workspaces.Area::bytes)
                            .toList());
            assertThat(cut.stream().map(Workspaces.Area::files).toList())
                    .isEqualTo(areas.subList(0, cut.size()).stream()
                            .map(Workspaces.Area::files)
                            .toList());
        }
    }
}
