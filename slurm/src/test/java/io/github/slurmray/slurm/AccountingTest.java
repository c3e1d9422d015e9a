package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.slurmray.core.ProtocolException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountingTest {
    /** Real output of sacct, made with another delimiter and a header. */
    private static Accounting sample(String name) {
        String out = Sample.of(name).stdout().replace('|', '\u001f');
        int header = out.indexOf('\n');
        List<String> fields = List.of(out.substring(0, header)
                .replace("Reserved", "Planned")
                .replace("ResvCPU", "PlannedCPU")
                .split("\u001f"));
        return new Accounting(new JobId(1), SacctOutput.parse(fields, out.substring(header + 1)));
    }

    @ParameterizedTest
    @CsvSource({"22.05/sacct_P_2205,3,12,0.479", "24.11/sacct_P,5,20,0.784"})
    void aJobsRowIsReadFromBothVersions(String name, long elapsed, long cpuTime, double used) {
        Accounting accounting = sample(name);
        AccountingRow row = accounting.jobRow().orElseThrow();
        assertThat(row.jobName()).isEqualTo("two");
        assertThat(row.account()).isEqualTo("project_2001234");
        assertThat(row.partition()).isEqualTo("test");
        assertThat(row.reqCpus()).hasValue(4);
        assertThat(row.allocCpus()).hasValue(4);
        assertThat(row.reqNodes()).hasValue(2);
        assertThat(row.allocNodes()).hasValue(2);
        assertThat(row.state()).isEqualTo("COMPLETED");
        assertThat(row.timeLimit()).contains(Duration.ofMinutes(5));
        assertThat(row.elapsed()).contains(Duration.ofSeconds(elapsed));
        assertThat(row.planned()).contains(Duration.ZERO);
        assertThat(row.plannedCpu()).contains(Duration.ZERO);
        assertThat(row.cpuTime()).contains(Duration.ofSeconds(cpuTime));
        assertThat(row.totalCpu()).contains(Duration.ofMillis((long) (used * 1000)));
        assertThat(row.aveCpu()).isEmpty();
        assertThat(accounting.steps()).hasSize(5);
        assertThat(accounting.cpuEfficiency().orElseThrow()).isCloseTo(used / cpuTime, within(1e-9));
    }

    @Test
    void aStepsRowHasItsSamples() {
        AccountingRow batch = sample("22.05/sacct_P_2205").steps().get(0);
        assertThat(batch.jobId()).isEqualTo("1.batch");
        assertThat(batch.aveCpu()).contains(Duration.ZERO);
        assertThat(batch.aveCpuFreqKhz()).hasValue(2_300_000);
        assertThat(batch.aveDiskReadBytes()).hasValue((long) (1.99 * (1 << 20)));
        assertThat(batch.aveDiskWriteBytes()).hasValue((long) (0.01 * (1 << 20)));
        assertThat(batch.timeLimit()).isEmpty();
        assertThat(batch.planned()).isEmpty();
    }

    @Test
    void theTableHasWhatPeopleLookAtInTheirUnits() {
        assertThat(sample("22.05/sacct_P_2205").table()).isEqualTo("""
                JobID    JobName              State      Nodes  CPUs  Planned   Elapsed   TotalCPU  CPU%
                1        two                  COMPLETED  2      4     00:00:00  00:00:03  00:00:00  4%
                1.batch  batch                COMPLETED  1      2               00:00:03  00:00:00  7%
                1.0      hostname             COMPLETED  1      2               00:00:00  00:00:00
                1.1      hostname             COMPLETED  1      2               00:00:00  00:00:00
                1.2      hostname             COMPLETED  2      4               00:00:00  00:00:00
                1.3      singularity_wrapper  COMPLETED  2      4               00:00:00  00:00:00
                """);
    }

    @Test
    void aLongNameIsCutSoThatTheTableFitsAScreen() {
        List<String> fields =
                List.of("JobID", "JobName", "State", "ExitCode", "Elapsed", "MaxRSS", "TotalCPU", "CPUTime");
        String row = String.join(
                "\u001f",
                "12345678.extern",
                "x".repeat(200),
                "CANCELLED by 5001",
                "0:15",
                "1-02:03:04",
                "123456789K",
                "1-00:00:00",
                "2-00:00:00");
        List<String> lines = new Accounting(new JobId(1), SacctOutput.parse(fields, row))
                .table()
                .lines()
                .toList();
        assertThat(lines).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(120));
        assertThat(lines.get(1))
                .startsWith("12345678.extern  xxx")
                .contains("x…  CANCELLED  0:15 ")
                .endsWith("1-02:03:04  1-00:00:00  50%   118G");
    }

    @Test
    void theWideTableIsAligned() {
        List<String> lines = sample("22.05/sacct_P_2205").wideTable().lines().toList();
        assertThat(lines).hasSize(7);
        int column = lines.get(0).indexOf("Account ");
        assertThat(lines).allSatisfy(l -> assertThat(l.charAt(column - 1)).isEqualTo(' '));
        assertThat(lines.get(1).substring(column)).startsWith("project_2001234");
        assertThat(lines).noneMatch(l -> l.endsWith(" "));
    }

    @Test
    void aNameWithLineBreaksIsOneRowAndDrawsNone() {
        List<String> fields = List.of("JobID", "JobName", "State");
        List<AccountingRow> rows =
                SacctOutput.parse(fields, "1\u001fa\n2\n\n|b\u001fCOMPLETED\n3\u001fc\u001fFAILED\n");
        assertThat(rows).extracting(AccountingRow::jobName).containsExactly("a\n2\n\n|b", "c");
        assertThat(new Accounting(new JobId(1), rows).table().lines()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1\u001fa\n", "1\u001fa\u001fb\u001fc\n"})
    void aRowWithOtherFieldsIsNotUnderstood(String text) {
        assertThatThrownBy(() -> SacctOutput.parse(List.of("JobID", "JobName", "State"), text))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void aJobThatTheDatabaseDoesNotKnowHasNoRows() {
        Accounting none = new Accounting(new JobId(1), SacctOutput.parse("\n"));
        assertThat(none.rows()).isEmpty();
        assertThat(none.jobRow()).isEmpty();
        assertThat(none.cpuEfficiency()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "00:00.479,PT0.479S",
        "00:05:54,PT5M54S",
        "2-10:10:08,PT58H10M8S",
        "1-00:00:00,PT24H",
        "01:02.5,PT1M2.5S"
    })
    void durationsAreReadInAllOfSlurmsForms(String text, String duration) {
        assertThat(SacctValues.duration(text)).contains(Duration.parse(duration));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "UNLIMITED", "Partition_Limit", "INVALID", "5"})
    void whatIsNoDurationIsEmpty(String text) {
        assertThat(SacctValues.duration(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"3228K,3305472", "0,0", "2.26G,2426656522", "500M,524288000", "3366912,3366912"})
    void sizesAreReadInAllUnits(String text, long bytes) {
        assertThat(SacctValues.bytes(text)).hasValue(bytes);
    }

    @Test
    void allocatedResourcesAreReadByName() {
        assertThat(SacctValues.tres("billing=4,cpu=4,gres/gpu:a100=1,mem=2000M,node=2"))
                .containsEntry("gres/gpu:a100", "1")
                .containsEntry("mem", "2000M")
                .hasSize(5);
    }
}
