package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Memory;
import io.github.slurmray.slurm.Accounting;
import io.github.slurmray.slurm.AccountingRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobUsageTest {
    @TempDir
    Path directory;

    private Accounting accounting(String jobId, String elapsed, String tres) throws IOException {
        return Sacct.prints(directory, Map.of("JobID", jobId, "Elapsed", elapsed, "AllocTRES", tres));
    }

    private JobUsage usage(String elapsed, String tres, int threadsPerCore) throws IOException {
        AccountingRow row = accounting("1", elapsed, tres).jobRow().orElseThrow();
        return JobUsage.of(row, threadsPerCore).orElseThrow();
    }

    @Test
    void theUsageOfAJobIsReadFromItsAccounting() throws IOException {
        JobUsage usage = usage("00:12:22", "billing=80,cpu=80,mem=380000M,node=2", 1);

        assertThat(usage.wallTime()).isEqualTo(Duration.parse("PT12M22S"));
        assertThat(usage.get(Quantity.NODES)).contains(new BigDecimal(2));
        assertThat(usage.get(Quantity.CORES)).contains(new BigDecimal(80));
        assertThat(usage.get(Quantity.MEMORY_GIB)).contains(new BigDecimal("371.09375"));
        assertThat(usage.get(Quantity.GPUS)).isEmpty();
        assertThat(usage.get(Quantity.SLICES)).isEmpty();
        assertThat(usage.get(Quantity.DISK_GIB)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"256,2,128", "255,2,128", "1,2,1", "40,1,40"})
    void hardwareThreadsAreNotBilledAsCores(int cpus, int threadsPerCore, BigDecimal cores) throws IOException {
        assertThat(usage("01:00:00", "cpu=" + cpus + ",node=1", threadsPerCore).get(Quantity.CORES))
                .contains(cores);
    }

    @Test
    void wholeNodesAreBilledWhole() throws IOException {
        JobUsage usage = usage("01:00:00", "cpu=4,mem=10G,node=2", 2).wholeNodes(128);

        assertThat(usage.get(Quantity.CORES)).contains(new BigDecimal(256));
        assertThat(JobUsage.of(Duration.ZERO)
                        .with(Quantity.CORES, 4)
                        .wholeNodes(128)
                        .quantities())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "cpu=1 | - | -",
                "cpu=1,gres/gpu=0 | 0 | 0",
                "gres/gpu:v100=2,gres/gpu=2 | 2 | 0",
                "gres/gpu=8 | 8 | -",
                "gres/gpu:gh200=4 | 4 | 0",
                "gres/gpu:a100_1g.5gb=1,gres/gpu=1 | 0 | 1",
                "gres/gpu:a100=2,gres/gpu=3 | 3 | -",
                "gres/gpu=many | - | -",
            })
    void gpusAndSlicesAreToldApartByTheirTypes(String tres, BigDecimal gpus, BigDecimal slices) throws IOException {
        JobUsage usage = usage("01:00:00", tres, 1);

        assertThat(usage.quantities().get(Quantity.GPUS)).isEqualTo(gpus);
        assertThat(usage.quantities().get(Quantity.SLICES)).isEqualTo(slices);
    }

    @ParameterizedTest
    @CsvSource({"16G,16", "1.50T,1536", "512M,0.5", "8000M,7.8125"})
    void memoryIsInGibibytes(String memory, BigDecimal gib) throws IOException {
        assertThat(usage("01:00:00", "mem=" + memory, 1).get(Quantity.MEMORY_GIB))
                .hasValueSatisfying(m -> assertThat(m).isEqualByComparingTo(gib));
    }

    @ParameterizedTest
    @CsvSource({"mem=16", "mem=all", "mem=-1G", "''", "node=,cpu=,mem=", "node=99999999999999999999"})
    void whatIsNoAmountStaysUnknown(String tres) throws IOException {
        assertThat(usage("01:00:00", tres, 1).quantities()).isEmpty();
    }

    @Test
    void reservedDiskIsRead() throws IOException {
        assertThat(usage("01:00:00", "cpu=1,gres/nvme=950", 1).get(Quantity.DISK_GIB))
                .contains(new BigDecimal(950));
    }

    @Test
    void aJobWithoutATimeHasNoUsage() throws IOException {
        AccountingRow row = accounting("1", "", "cpu=1").jobRow().orElseThrow();

        assertThat(JobUsage.of(row, 1)).isEmpty();
    }

    @Test
    void aStepIsNotBilled() throws IOException {
        AccountingRow step = accounting("1.batch", "01:00:00", "cpu=1").rows().get(0);

        assertThatThrownBy(() -> JobUsage.of(step, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("jobs are billed, not steps such as 1.batch");
    }

    @Test
    void whatCanNotBeIsRefused() throws IOException {
        AccountingRow row = accounting("1", "01:00:00", "cpu=1").jobRow().orElseThrow();
        JobUsage usage = JobUsage.of(Duration.ZERO);

        assertThatThrownBy(() -> JobUsage.of(row, 0)).hasMessage("a core has at least 1 thread, but was 0");
        assertThatThrownBy(() -> usage.wholeNodes(0)).hasMessage("a node has at least 1 core, but was 0");
        assertThatThrownBy(() -> usage.with(Quantity.DISK_GIB, -1))
                .hasMessage("diskGiB must be at least 0, but was -1");
        assertThatThrownBy(() -> JobUsage.of(Duration.ofSeconds(-1)))
                .hasMessage("the wall time must be at least zero, but was PT-1S");
    }

    @Test
    void aUsageIsAValue() {
        JobUsage usage = JobUsage.of(Duration.ofHours(1)).with(Memory.ofMiB(512));

        assertThat(usage).isEqualTo(new JobUsage(Map.of(Quantity.MEMORY_GIB, new BigDecimal("0.5")), usage.wallTime()));
        assertThatThrownBy(() -> usage.quantities().clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
