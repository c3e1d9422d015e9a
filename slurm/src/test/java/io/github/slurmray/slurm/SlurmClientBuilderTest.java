package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Host;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlurmClientBuilderTest {
    @TempDir
    Path root;

    @Test
    void aJobThatTheControllerHasForgottenIsOverAtOnceForWhoeverWaitsForNoRecord() {
        FakeSlurm slurm = new FakeSlurm(root);
        slurm.squeue("echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1");
        JobId job = new JobId(7);
        try (Host host = slurm.host()) {
            assertThat(SlurmClient.over(host).status(job)).isInstanceOf(JobState.Unknown.class);
            SlurmClient once =
                    SlurmClient.builder(host).recordsArriveWithin(Duration.ZERO).build();
            assertThat(once.status(job))
                    .isInstanceOfSatisfying(
                            JobState.Ended.class,
                            e -> assertThat(e.outcome()).isEqualTo(JobState.Outcome.NOT_RECORDED));

            slurm.squeue("echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1");
            assertThat(SlurmClient.builder(host)
                            .recordsArriveWithin(Duration.ZERO)
                            .build()
                            .status(job))
                    .as("an error is never an ending")
                    .isInstanceOf(JobState.Unknown.class);
        }
    }

    @Test
    void timesThatAreNegativeAreRefused() {
        try (Host host = new FakeSlurm(root).host()) {
            Duration negative = Duration.ofNanos(-1);
            assertThatThrownBy(() -> SlurmClient.builder(host).recordsArriveWithin(negative))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("PT-0.000000001S");
            assertThatThrownBy(() -> SlurmClient.builder(host).patience(negative))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("PT-0.000000001S");
        }
    }
}
