package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What real sbatch said, and what it means. */
class SbatchEndTest {
    private static final SbatchScript SCRIPT = SbatchScript.builder()
            .account("project_9")
            .partition("nosuch")
            .time(WallTime.of(Duration.ofHours(1)))
            .nodes(300)
            .cpusPerTask(64)
            .mem(Memory.ofGiB(900))
            .gres(Gres.gpu("v100", 8))
            .array("0-5000")
            .option("qos", "gold")
            .build();

    private static SbatchEnd end(String sample) {
        Sample s = Sample.of(sample);
        return SbatchEnd.of(s.status(), s.stdout(), s.stderr());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "22.05/err_invalid_account   | account       | project_9 | Invalid account or account/partition combination specified",
                "24.11/err_invalid_account   | account       | project_9 | Invalid account or account/partition combination specified",
                "22.05/err_invalid_partition | partition     | nosuch    | invalid partition specified: nosuch; Invalid partition name specified",
                "24.11/err_invalid_partition | partition     | nosuch    | invalid partition specified: nosuch; Invalid partition name specified",
                "22.05/err_no_partition      | partition     | nosuch    | No partition specified or system default partition",
                "22.05/partition_inactive    | partition     | nosuch    | Required partition not available (inactive or drain)",
                "22.05/err_time_over_limit   | time          | 01:00:00  | Requested time limit is invalid (missing or exceeds some limit)",
                "24.11/err_time_over_limit   | time          | 01:00:00  | Requested time limit is invalid (missing or exceeds some limit)",
                "22.05/err_time_bad_syntax   | time          | 01:00:00  | Invalid --time specification",
                "22.05/err_too_many_nodes    | nodes         | 300       | Node count specification invalid",
                "24.11/err_too_many_nodes    | nodes         | 300       | Node count specification invalid",
                "22.05/err_too_many_cpus     | cpus-per-task | 64        | More processors requested than permitted",
                "22.05/err_too_much_mem      | mem           | 900G      | Memory specification can not be satisfied; Requested node configuration is not available",
                "22.05/sbatch_gpu_bad        | gres          | gpu:v100:8| Requested node configuration is not available",
                "22.05/err_bad_qos           | qos           | gold      | Invalid qos specification",
                "22.05/err_bad_array         | array         | 0-5000    | Invalid job array specification"
            })
    void aRefusalHasSlurmsWordsTheOptionAndItsValue(String sample, String option, String value, String words) {
        assertThat(end(sample)).isEqualTo(new SbatchEnd.Refused(words));
        SubmissionRefusedException e = Refusals.of("alice@login", words, SCRIPT);
        assertThat(e.option()).contains(option);
        assertThat(e.value()).contains(value);
        assertThat(e.slurmSays()).isEqualTo(words);
        assertThat(e)
                .hasMessageContaining("alice@login refused the job: " + words)
                .hasMessageContaining("--" + option + "=" + value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"22.05/err_dos_script", "22.05/err_not_a_script", "22.05/err_bad_option"})
    void whatSbatchRefusesByItselfIsARefusalToo(String sample) {
        assertThat(end(sample)).isInstanceOf(SbatchEnd.Refused.class);
    }

    @Test
    void anOptionThatSbatchDoesNotKnowIsNamed() {
        SbatchEnd.Refused refused = (SbatchEnd.Refused) end("22.05/err_bad_option");
        assertThat(Refusals.of("h", refused.words(), SCRIPT).option()).contains("nosuchoption");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "22.05/ctld_down_sbatch",
                "24.11/ctld_down_sbatch",
                "22.05/ctl_netcut_sbatch",
                "22.05/munge_down_sbatch"
            })
    void whereNobodyWasThereToAskThereIsNoJob(String sample) {
        assertThat(end(sample)).isInstanceOf(SbatchEnd.NotTaken.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Unable to contact slurm controller (receive failure)",
                "Unable to contact slurm controller (send failure)",
                "Socket timed out on send/recv operation",
                "Zero Bytes were transmitted or received",
                "Unexpected message received",
                "Connection reset by peer",
                "Connection timed out"
            })
    void whereTheAnswerWasLostThereMayBeAJob(String words) {
        assertThat(SbatchEnd.of(1, "", "sbatch: error: Batch job submission failed: " + words + "\n"))
                .isEqualTo(new SbatchEnd.Undecided(words));
    }

    @ParameterizedTest
    @CsvSource({"137,Killed", "143,''", "1,''", "139,Segmentation fault", "0,''"})
    void anSbatchThatSaidNothingDecidesNothing(int status, String err) {
        assertThat(SbatchEnd.of(status, "", err)).isInstanceOf(SbatchEnd.Undecided.class);
    }

    @Test
    void withoutAConfigurationNobodyIsAsked() {
        String err = "sbatch: fatal: Could not establish a configuration source\n";
        assertThat(SbatchEnd.of(1, "", err)).isInstanceOf(SbatchEnd.NotTaken.class);
    }

    @Test
    void aFullQueueIsNoRefusalForEver() {
        String err = """
                sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying
                sbatch: error: Batch job submission failed: Resource temporarily unavailable
                """;
        assertThat(SbatchEnd.of(1, "", err)).isEqualTo(new SbatchEnd.NotTaken("Resource temporarily unavailable"));
    }

    @Test
    void theJobIsTheLastLineThatIsAnAnswer() {
        assertThat(SbatchEnd.of(0, "Welcome\n12 jobs\n4711;lumi\n", ""))
                .isEqualTo(new SbatchEnd.Accepted(new JobId(4711)));
    }
}
