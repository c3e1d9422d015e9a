package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Memory;
import io.github.slurmray.slurm.AccountingRow;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a job cost, from its accounting, on each site whose formulas are known. */
class JobBillsTest {
    @TempDir
    Path directory;

    private AccountingRow row(String partition, String elapsed, String tres) throws IOException {
        return Sacct.prints(
                        directory, Map.of("JobID", "1", "Partition", partition, "Elapsed", elapsed, "AllocTRES", tres))
                .jobRow()
                .orElseThrow();
    }

    private static SbatchScript script(String partition, UnaryOperator<SbatchScript.Builder> of) {
        return of.apply(SbatchScript.builder().partition(partition)).build();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // threads are off, by the site's own seff, and there is no disk to ask for
                "csc-puhti     | test       | 01:00:00 | cpu=40,mem=100G,node=1 | 50.00 CPU BU (cores 40.00, memory 10.00, disk 0.00)",
                "csc-roihu-cpu | test       | 02:00:00 | cpu=4,mem=16G,node=1   | 12.00 CPU BU (cores or memory 12.00, reserved disk 0.00)",
                // nodes are billed whole
                "csc-mahti     | medium     | 00:05:09 | cpu=256,mem=1G,node=1  | 8.58 CPU BU",
                "lumi-c        | standard   | 12:00:00 | cpu=4096,mem=3584G,node=16 | 24576.00 core-hours",
                "lumi-g        | standard-g | 24:00:00 | cpu=448,gres/gpu=32,mem=1920G,node=4 | 384.00 GPU-hours",
                // two hardware threads are a core
                "lumi-c        | small      | 24:00:00 | cpu=8,mem=32G,node=1   | 384.00 core-hours",
                "lumi-g        | small-g    | 24:00:00 | cpu=28,gres/gpu=2,mem=120G,node=1 | 24.00 GPU-hours"
            })
    void theAccountingIsEnough(String site, String partition, String time, String tres, String bill)
            throws IOException {
        assertThat(Platforms.named(site).bill(row(partition, time, tres))).hasToString(bill);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "csc-puhti     | small     | cpu=4,mem=16G,node=1  | 5.60 CPU BU (cores 4.00, memory 1.60, disk 0.00)",
                "csc-puhti     | gpu       | cpu=10,gres/gpu=1,mem=80G,node=1 | 78.00 GPU BU (gpus 60.00, cores 10.00, memory 8.00, disk 0.00)",
                "csc-mahti     | small     | cpu=8,mem=7500M,node=1 | 4.00 CPU BU (cores 4.00, disk 0.00)",
                "csc-mahti     | gpusmall  | cpu=64,gres/gpu=1,mem=122.5G,node=1 | 100.00 GPU BU (gpus 100.00, slices 0.00, disk 0.00)",
                "csc-roihu-cpu | small     | cpu=4,mem=16G,node=1  | 6.00 CPU BU (cores or memory 6.00, reserved disk 0.00)",
                "csc-roihu-cpu | medium    | cpu=384,mem=744G,node=1 | 288.00 CPU BU (nodes 288.00, reserved disk 0.00)",
                "csc-roihu-gpu | gpumedium | cpu=72,gres/gpu=1,mem=217G,node=1 | 200.00 GPU BU (gpus 200.00, reserved disk 0.00)"
            })
    void whatTheAccountingDoesNotSayIsInTheScript(String name, String partition, String tres, String bill)
            throws IOException {
        Platform site = Platforms.named(name);
        AccountingRow row = row(partition, "01:00:00", tres);
        SbatchScript script = script(partition, s -> s.cpusPerTask(4).gres(Gres.gpu(1)));

        assertThat(site.bill(row)).isInstanceOf(Bill.Unknown.class).asString().contains("stands in the job's script");
        SbatchScript asked = switch (partition) {
            case "small", "medium" -> script(partition, s -> s.cpusPerTask(4));
            case "gpu" -> script(partition, s -> s.cpusPerTask(10).gres(Gres.gpu("v100", 1)));
            default -> script;
        };
        assertThat(site.bill(row, asked)).hasToString(bill);
    }

    @Test
    void theDiskOfTheScriptIsBilled() throws IOException {
        SbatchScript script =
                script("small", s -> s.cpusPerTask(4).mem(Memory.ofGiB(16)).gres(Gres.parse("nvme:100")));
        assertThat(Platforms.puhti().bill(row("small", "01:00:00", "cpu=4,mem=16G,node=1"), script))
                .hasToString("6.20 CPU BU (cores 4.00, memory 1.60, disk 0.60)");
    }

    @Test
    void aSliceThatTheAccountingCountsAsAGpuIsBilledAsASlice() throws IOException {
        SbatchScript script = script("gpusmall", s -> s.cpusPerTask(4).gres(Gres.gpu("a100_1g.5gb", 1)));
        assertThat(Platforms.mahti().bill(row("gpusmall", "01:00:00", "cpu=8,gres/gpu=1,mem=17920M,node=1"), script))
                .hasToString("15.00 GPU BU (gpus 0.00, slices 15.00, disk 0.00)");
    }

    @Test
    void whetherACpuIsACoreOrAThreadIsNotGuessed() throws IOException {
        Bill bill = Platforms.puhti().bill(row("small", "01:00:00", "cpu=4,gres/nvme=10,mem=16G,node=1"));
        assertThat(bill).isInstanceOfSatisfying(Bill.Unknown.class, b -> {
            assertThat(b.missing()).containsExactly(Quantity.CORES);
            assertThat(b.reason())
                    .contains("how many hardware threads a core of partition small has isn't known")
                    .contains("/nodeTypes/L/threadsPerCore");
        });
    }

    @Test
    void aScriptThatIsNotReadInFullAddsNothing() throws IOException {
        SbatchScript script = script("medium", s -> s.option("bb", "#BB_LUA SBF storagesize=100G"));
        assertThat(Platforms.roihuCpu().bill(row("medium", "01:00:00", "cpu=384,mem=744G,node=1"), script))
                .isInstanceOf(Bill.Unknown.class);
    }

    @Test
    void aPartitionOfElsewhereHasNoBill() throws IOException {
        assertThat(Platforms.puhti().bill(row("elsewhere", "01:00:00", "cpu=1")))
                .hasToString("unknown: no formula is known for partition elsewhere; a rule for it can be added under"
                        + " /billing/rules of a site file");
    }
}
