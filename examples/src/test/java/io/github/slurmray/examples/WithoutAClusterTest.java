package io.github.slurmray.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import io.github.slurmray.slurm.SbatchScript;
import io.github.slurmray.slurm.SlurmClient;
import io.github.slurmray.ssh.SshHost;
import io.github.slurmray.testkit.EmbeddedSlurm;
import io.github.slurmray.testkit.EmbeddedSlurmExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the README shows of tests without a cluster. */
class WithoutAClusterTest {
    @RegisterExtension
    static final EmbeddedSlurmExtension SLURM =
            new EmbeddedSlurmExtension(EmbeddedSlurm.builder().accounts("project_1"));

    @Test
    void aControllerThatIsDownEndsNoJob(EmbeddedSlurm slurm) {
        try (SshHost login = SshHost.builder(slurm.host())
                .port(slurm.port())
                .user(slurm.user())
                .identity(slurm.key())
                .knownHosts(slurm.knownHosts())
                .build()) {
            SlurmClient client = SlurmClient.over(login);
            JobId job = client.submit(SbatchScript.builder()
                    .account("project_1")
                    .partition("test")
                    .time(WallTime.parse("10"))
                    .body("sleep 600\n")
                    .build());

            slurm.stopController();
            assertThat(client.status(job)).isInstanceOf(JobState.Unknown.class);

            slurm.startController();
            assertThat(client.status(job).isEnded()).isFalse();
        }
    }
}
