package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.github.slurmray.core.ProtocolException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BalancesTest {
    private static final String HEADER =
            "Project   |  CPU (used/allocated)|  GPU (used/allocated)|  Storage (used/allocated)";

    private static CscProjects.Balance csc(long budget, long used, long remain) {
        return new CscProjects.Balance(
                BigDecimal.valueOf(budget), BigDecimal.valueOf(used), BigDecimal.valueOf(remain));
    }

    private static LumiAllocations.Balance lumi(String used, String allocated, String unit) {
        return new LumiAllocations.Balance(new BigDecimal(used), new BigDecimal(allocated), unit);
    }

    @Test
    void cscsProjectsHaveFourKindsOfUnits() {
        CscProjects projects = CscProjects.parse(Sample.of("csc-projects"));

        assertThat(projects.unknownLines()).isEmpty();
        assertThat(projects.updated()).contains(LocalDateTime.of(2025, 9, 2, 15, 12));
        assertThat(projects.projects()).singleElement().satisfies(p -> {
            assertThat(p.name()).isEqualTo("project_2012345");
            assertThat(p.owner()).contains("Kalle Käyttäjä");
            assertThat(p.title()).contains("Ortotopology modeling");
            assertThat(p.start()).contains(LocalDate.of(2019, 8, 20));
            assertThat(p.end()).contains(LocalDate.of(2029, 10, 23));
            assertThat(p.status()).contains("open");
            assertThat(p.latestGrant()).contains(LocalDate.of(2025, 1, 31));
            assertThat(p.balances())
                    .containsExactly(
                            entry("CPU BU", csc(60000, 20, 59980)),
                            entry("GPU BU", csc(1000, 30, 970)),
                            entry("Storage BU", csc(300000, 40, 299960)),
                            entry("Cloud BU", csc(400, 10, 390)));
        });
    }

    @Test
    void cscsProjectsHadOneKindOfUnit() {
        CscProjects projects = CscProjects.parse("""
                [kkayttaj@puhti ~]$ csc-projects
                -----------------------------------------------------------------
                Project: project_2000123    Owner: Kalle Käyttäjä
                Title: "A "quoted" one"
                Start: 2015-12-17 End: 2022-03-16 Status: closed
                Budget:   1174188  Used   1115284 Remain:      58904
                Latest resource grant: 2019-03-04
                -----------------------------------------------------------------
                Project: project_2001234
                Budget:   100  Used   150.5 Remain:      -50.5
                """);

        assertThat(projects.unknownLines()).containsExactly("[kkayttaj@puhti ~]$ csc-projects");
        assertThat(projects.updated()).isEmpty();
        assertThat(projects.projects()).hasSize(2);
        assertThat(projects.projects().get(0).title()).contains("A \"quoted\" one");
        assertThat(projects.projects().get(0).balances()).containsExactly(entry("BU", csc(1174188, 1115284, 58904)));
        CscProjects.Project overdrawn = projects.projects().get(1);
        assertThat(overdrawn.owner()).isEmpty();
        assertThat(overdrawn.start()).isEmpty();
        assertThat(overdrawn.balances().values())
                .extracting(CscProjects.Balance::remain)
                .containsExactly(new BigDecimal("-50.5"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CPU BU:   60 000   20   59 980",
                "CPU BU:   many   20   59980",
                "Start: 2019-13-20 End: 2029-10-23 Status: open",
                "Latest resource grant: never",
                "Project info updated: today at noon",
                "Omistaja: Kalle Käyttäjä",
            })
    void aLineOfCscsProjectsThatIsNotUnderstoodIsReported(String line) {
        CscProjects projects = CscProjects.parse("Project: project_1\n" + line + "\n");

        assertThat(projects.unknownLines()).containsExactly(line);
        assertThat(projects.projects())
                .containsExactly(
                        CscProjects.parse("Project: project_1\n").projects().get(0));
    }

    @Test
    void whatIsNoOutputOfCscProjectsIsRefused() {
        assertThatThrownBy(() -> CscProjects.parse("\nCPU BU: 1 2 3\n"))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("this is no output of csc-projects, as it has no project; the first line that doesn't fit"
                        + " is 'CPU BU: 1 2 3'");
    }

    @Test
    void lumisAllocationsAreRead() {
        LumiAllocations allocations = LumiAllocations.parse("""
                Did you know? Sharing accounts is forbidden.
                Data updated: 2026-04-22 14:47:17.123456
                Project             |                    CPU (used/allocated)|               GPU (used/allocated)|           Storage (used/allocated)|          QPU (used/allocated)
                --------------------------------------------------------------------------------------------------------------------------------------------------------------------
                project_465001234   |            5/500000   (0.0%) core/hours|     11308/10000 (113.1%) gpu/hours|        3107/5000  (62.1%) TB/hours|                           N/A
                project_462005678   |                                     N/A|                                N/A|      0.5/10   (5.0%) TB/hours|      12/3600   (0.3%) qpu/secs
                """);

        assertThat(allocations.updated()).contains(LocalDateTime.of(2026, 4, 22, 14, 47, 17, 123_456_000));
        assertThat(allocations.unknownLines()).containsExactly("Did you know? Sharing accounts is forbidden.");
        assertThat(allocations.projects()).hasSize(2);
        assertThat(allocations.projects().get(0).name()).isEqualTo("project_465001234");
        assertThat(allocations.projects().get(0).balances())
                .containsExactly(
                        entry("CPU", lumi("5", "500000", "core/hours")),
                        entry("GPU", lumi("11308", "10000", "gpu/hours")),
                        entry("Storage", lumi("3107", "5000", "TB/hours")));
        assertThat(allocations.projects().get(1).balances())
                .containsExactly(
                        entry("Storage", lumi("0.5", "10", "TB/hours")), entry("QPU", lumi("12", "3600", "qpu/secs")));
    }

    @Test
    void olderVersionsOfLumiAllocationsDoNotSayHowOldTheNumbersAre() {
        LumiAllocations allocations = LumiAllocations.parse(HEADER + "\nproject_1 | N/A | N/A | N/A\n");

        assertThat(allocations.updated()).isEmpty();
        assertThat(allocations.projects()).containsExactly(new LumiAllocations.Project("project_1", Map.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "project_1 | N/A | N/A",
                "project_1 | N/A | N/A | N/A | N/A",
                "project_1 | 1/2 | N/A | N/A",
                "project_1 | 1,5/2 (75.0%) core/hours | N/A | N/A",
                "project_1 | 1/2 (50.0%) core/ho",
                "project_1 | 1/2 (50.0%) ducats | N/A | N/A",
                "| N/A | N/A | N/A",
                "Data updated: yesterday evening",
            })
    void aLineOfLumisAllocationsThatIsNotUnderstoodIsReported(String line) {
        LumiAllocations allocations = LumiAllocations.parse(HEADER + "\n" + line + "\n");

        assertThat(allocations.projects()).isEmpty();
        assertThat(allocations.unknownLines()).containsExactly(line);
    }

    @Test
    void whatIsNoOutputOfLumiAllocationsIsRefused() {
        assertThatThrownBy(
                        () -> LumiAllocations.parse("Error: You do not have permissions to access project_465001234\n"))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("this is no output of lumi-allocations, as it has no table of allocations; the first line"
                        + " that doesn't fit is 'Error: You do not have permissions to access project_465001234'");
    }

    @Test
    void anOutputThatIsCutAnywhereHasNoWrongBalance() {
        String csc = Sample.of("csc-projects");
        CscProjects.Project whole = CscProjects.parse(csc).projects().get(0);
        for (int end = csc.indexOf('\n', csc.indexOf("Project:")) + 1; end < csc.length(); end++) {
            CscProjects.Project cut =
                    CscProjects.parse(csc.substring(0, end)).projects().get(0);
            assertThat(whole.balances().entrySet()).containsAll(cut.balances().entrySet());
        }
        String lumi = HEADER + "\nproject_1 | 1/50 (2.0%) core/hours | N/A | 3/50 (6.0%) TB/hours\n";
        LumiAllocations.Project project = LumiAllocations.parse(lumi).projects().get(0);
        for (int end = HEADER.length() + 1; end < lumi.length(); end++) {
            assertThat(LumiAllocations.parse(lumi.substring(0, end)).projects()).isEmpty();
        }
        assertThat(project.balances()).containsOnlyKeys("CPU", "Storage");
    }
}
