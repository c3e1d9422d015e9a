package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.ProtocolException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeffTest {
    private static final double GIB = 1L << 30;

    private static Seff.Charge charge(String resource, String amount, String unit) {
        return new Seff.Charge(resource, new BigDecimal(amount), unit);
    }

    @Test
    void puhtisReportIsRead() {
        Seff seff = Seff.parse(Sample.of("seff-puhti"));

        assertThat(seff.unknownLines()).isEmpty();
        assertThat(seff.jobId()).isEqualTo("29221065");
        assertThat(seff.cluster()).contains("puhti");
        assertThat(seff.partition()).isEmpty();
        assertThat(seff.state()).isEqualTo("COMPLETED");
        assertThat(seff.exitCode()).hasValue(0);
        assertThat(seff.isPreliminary()).isFalse();
        assertThat(seff.nodes()).hasValue(2);
        assertThat(seff.coresPerNode()).hasValue(40);
        assertThat(seff.cpuUtilized()).contains(Duration.parse("PT16H1M21S"));
        assertThat(seff.coreWallTime()).contains(Duration.parse("PT16H29M20S"));
        assertThat(seff.wallTime()).contains(Duration.parse("PT12M22S"));
        assertThat(seff.memoryUsedBytes()).hasValue(Math.round(23.68 * GIB));
        assertThat(seff.isMemoryEstimated()).isTrue();
        assertThat(seff.memoryAllocatedBytes()).hasValue(Math.round(371.09 * GIB));
        assertThat(seff.billedProject()).contains("project_2001659");
        assertThat(seff.consumed()).contains(new BigDecimal("24.14"));
        assertThat(seff.billedOn()).isEmpty();
        assertThat(seff.charges()).containsExactly(charge("CPU", "16.49", "CPU BU"), charge("Mem", "7.65", "CPU BU"));
        assertThat(seff.gpuLines()).isEmpty();
        assertThat(seff.raw()).containsEntry("User/Group", "kkayttaj/kkayttaj");
    }

    @Test
    void roihusReportSaysWhatItIsBilledOn() {
        Seff seff = Seff.parse(Sample.of("seff-roihu"));

        assertThat(seff.unknownLines()).isEmpty();
        assertThat(seff.partition()).contains("medium");
        assertThat(seff.cpuUtilized()).contains(Duration.parse("P2DT9H5M29S"));
        assertThat(seff.consumed()).contains(new BigDecimal("46.32"));
        assertThat(seff.billedOn()).contains("CPU usage");
        assertThat(seff.charges()).containsExactly(charge("CPU", "46.32", "CPU BU"), charge("Mem", "0.00", "CPU BU"));
    }

    @ParameterizedTest
    @CsvSource({"seff-mahti-old,COMPLETED,1,8.58,1", "seff-mahti-cancelled,CANCELLED,2,22.72,20"})
    void mahtisOldReportsAreRead(String sample, String state, int nodes, BigDecimal consumed, double gib) {
        Seff seff = Seff.parse(Sample.of(sample));

        assertThat(seff.unknownLines()).isEmpty();
        assertThat(seff.cluster()).contains("mahti");
        assertThat(seff.state()).isEqualTo(state);
        assertThat(seff.exitCode()).hasValue(0);
        assertThat(seff.nodes()).hasValue(nodes);
        assertThat(seff.coresPerNode()).hasValue(256);
        assertThat(seff.isMemoryEstimated()).isFalse();
        assertThat(seff.memoryAllocatedBytes()).hasValue((long) (gib * GIB));
        assertThat(seff.consumed()).contains(consumed);
        assertThat(seff.charges()).containsExactly(new Seff.Charge("Non-Interactive", consumed, "BU"));
    }

    @Test
    void thePartsOfTheFormBefore2025AreRead() {
        Seff seff = Seff.parse("""
                perl: warning: Setting locale failed.
                Job ID: 1234567
                Array Job ID: 1234560_7
                Cluster: puhti
                User/Group: kkayttaj/kkayttaj
                State: OUT_OF_MEMORY (exit code 137)
                Cores: 1
                CPU Utilized: 00:00:10
                CPU Efficiency: 0.50% of 00:33:20 core-walltime
                Job Wall-clock time: 00:33:20
                Memory Utilized: 656.00 KB
                Memory Efficiency: 0.06% of 1.00 GB (1.00 GB/core)
                Job consumed 34.42 CSC billing units based on following used resources
                Billed project: project_2001234
                CPU BU: 0.56
                Mem BU: 0.06
                GPU BU: 33.33
                NVME BU: 0.47
                """);

        assertThat(seff.unknownLines()).containsExactly("perl: warning: Setting locale failed.");
        assertThat(seff.state()).isEqualTo("OUT_OF_MEMORY");
        assertThat(seff.exitCode()).hasValue(137);
        assertThat(seff.nodes()).isEmpty();
        assertThat(seff.raw()).containsEntry("Cores", "1").containsEntry("Array Job ID", "1234560_7");
        assertThat(seff.memoryUsedBytes()).hasValue(656 * 1024);
        assertThat(seff.charges())
                .containsExactly(
                        charge("CPU", "0.56", "BU"),
                        charge("Mem", "0.06", "BU"),
                        charge("GPU", "33.33", "BU"),
                        charge("NVME", "0.47", "BU"));
    }

    @Test
    void gpuTablesAreKeptAsTheyAre() {
        Seff seff =
                Seff.parse(Sample.of("seff-puhti").replace("Mem usage: 7.65 CPU BU", "GPU usage: 7.65 GPU BU") + """
                GPU load
                     Hostname        GPU Id      Mean (%)    stdDev (%)       Max (%)
                       r01g06             0         91.25         18.02           100
                ------------------------------------------------------------------------
                GPU memory
                     Hostname        GPU Id    Mean (GiB)  stdDev (GiB)     Max (GiB)
                       r01g06             0         15.01          1.52         15.20
                ------------------------------------------------------------------------
                GPU energy
                     Hostname        GPU Id   Energy (Wh)
                       r01g06             0         12.34
                """);

        assertThat(seff.unknownLines()).isEmpty();
        assertThat(seff.gpuLines()).hasSize(9).contains("r01g06             0         12.34");
        assertThat(seff.charges()).contains(charge("GPU", "7.65", "GPU BU"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WARNING: Efficiency statistics may be misleading for RUNNING jobs.",
                "Efficiency not available for jobs in the PENDING state."
            })
    void aReportOnAJobThatHasNotEndedIsPreliminary(String warning) {
        Seff seff = Seff.parse(
                "Job ID: 1\nState: RUNNING\nMemory Utilized: 0.00 MB (estimated maximum)\n" + warning + "\n");

        assertThat(seff.unknownLines()).isEmpty();
        assertThat(seff.isPreliminary()).isTrue();
        assertThat(seff.exitCode()).isEmpty();
        assertThat(seff.memoryUsedBytes()).hasValue(0);
    }

    @Test
    void whatIsNotAvailableIsEmpty() {
        Seff seff = Seff.parse("""
                Job ID: 1
                State: FAILED (exit code 1)
                CPU Efficiency: N/A
                Memory Efficiency: N/A
                Memory Utilized: N/A
                Nodes: N/A
                CPU Utilized: N/A
                """);

        assertThat(seff.unknownLines()).isEmpty();
        assertThat(seff.coreWallTime()).isEmpty();
        assertThat(seff.cpuUtilized()).isEmpty();
        assertThat(seff.nodes()).isEmpty();
        assertThat(seff.memoryUsedBytes()).isEmpty();
        assertThat(seff.memoryAllocatedBytes()).isEmpty();
        assertThat(seff.consumed()).isEmpty();
        assertThat(seff.charges()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Job Wall-clock time: soon",
                "Job Wall-clock time: 00:00",
                "CPU Efficiency: 12,5% of 00:10:00 core-walltime",
                "Memory Utilized: 1,5 GB",
                "Memory Utilized: -1 GB",
                "Nodes: 12345678901",
                "Mood: good",
                "State: FAILED",
                "CPU BU: 1.5 or so",
                "Non-Interactive BUs: 22.7",
                "Job consumed 1.00 CSC billing units, more or less",
            })
    void aLineThatIsNotUnderstoodIsKeptOutAndReported(String line) {
        Seff seff = Seff.parse("Job ID: 1\nState: COMPLETED (exit code 0)\n" + line + "\n");

        assertThat(seff.unknownLines()).containsExactly(line);
        assertThat(seff.raw()).containsOnlyKeys("Job ID", "State");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | Job ID; it is empty or cut off",
                "bash: seff: command not found | Job ID; the first line that doesn't fit is 'bash: seff: command not"
                        + " found'",
                "Job not found. | Job ID; the first line that doesn't fit is 'Job not found.'",
                "Työn tunnus: 1 | Job ID; the first line that doesn't fit is 'Työn tunnus: 1'",
                "State: COMPLETED | Job ID; the first line that doesn't fit is 'State: COMPLETED'",
                "Job ID: 1 | State; it is empty or cut off",
            })
    void whatIsNoSuchOutputIsRefused(String output, String message) {
        assertThatThrownBy(() -> Seff.parse(output + "\n"))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("this is no output of seff, as it has no " + message);
    }

    @Test
    void theReportsOfTwoJobsAreNotMixed() {
        String report = Sample.of("seff-puhti");
        for (String first : List.of("Job ID: 1\nState: PENDING\n", report, "Job ID: 1\n")) {
            assertThatThrownBy(() -> Seff.parse(first + report))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageStartingWith(
                            "this is no output of seff about one job, but about several: after 'Job ID: ")
                    .hasMessageContaining("comes 'Job ID: 29221065'");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"seff-puhti", "seff-roihu", "seff-mahti-old", "seff-mahti-cancelled"})
    void anOutputThatIsCutAnywhereHasNoWrongValue(String sample) {
        String output = Sample.of(sample);
        Seff whole = Seff.parse(output);
        for (int end = output.indexOf("\n", output.indexOf("State: ")) + 1; end < output.length(); end++) {
            Seff cut = Seff.parse(output.substring(0, end));
            assertThat(whole.raw().entrySet()).containsAll(cut.raw().entrySet());
            assertThat(whole.charges()).containsAll(cut.charges());
            assertThat(cut.consumed()).isIn(Optional.empty(), whole.consumed());
        }
    }
}
