package io.github.slurmray.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.slurm.SubmissionRefusedException;
import io.github.slurmray.ssh.SshHost;
import io.github.slurmray.testkit.EmbeddedSlurm;
import io.github.slurmray.testkit.EmbeddedSlurmExtension;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Unit tests of a {@link TrainingPipeline}, without a cluster; the first of them is in the README. */
class UnitTestYourPipelineTest {
    @RegisterExtension
    static final EmbeddedSlurmExtension SLURM =
            new EmbeddedSlurmExtension(EmbeddedSlurm.builder().accounts("project_1"));

    private static SshHost login(EmbeddedSlurm slurm) {
        return SshHost.builder(slurm.host())
                .port(slurm.port())
                .user(slurm.user())
                .identity(slurm.key())
                .knownHosts(slurm.knownHosts())
                .build();
    }

    private static TrainingPipeline pipeline(SshHost login, EmbeddedSlurm slurm) {
        return new TrainingPipeline(login, Platforms.load(slurm.site()), "project_1");
    }

    @Test
    void aTrainingIsRunAndAccountedFor(EmbeddedSlurm slurm) {
        try (SshHost login = login(slurm)) {
            TrainingPipeline.Result result = pipeline(login, slurm).train("echo loss 0.1");

            assertThat(result.succeeded()).isTrue();
            assertThat(result.log()).containsExactly("loss 0.1");
            assertThat(slurm.received()).filteredOn(c -> c.startsWith("sbatch")).hasSize(1);
        }
    }

    @Test
    void aTrainingWhoseNodesWereTakenAwayIsMadeAgain(EmbeddedSlurm slurm) throws Exception {
        try (SshHost login = login(slurm)) {
            TrainingPipeline pipeline = pipeline(login, slurm);
            CompletableFuture<TrainingPipeline.Result> training = CompletableFuture.supplyAsync(
                    () -> pipeline.train("touch ~/began && test -e ~/again || sleep 600"));
            Awaitility.await()
                    .until(() -> slurm.home().resolve("began").toFile().exists());
            assertThat(slurm.home().resolve("again").toFile().createNewFile()).isTrue();

            slurm.preempt(1);

            assertThat(training.get().attempts()).isEqualTo(2);
            assertThat(training.get().succeeded()).isTrue();
        }
    }

    @Test
    void whatItTookIsTheSitesTime(EmbeddedSlurm slurm) throws Exception {
        try (SshHost login = login(slurm)) {
            TrainingPipeline pipeline = pipeline(login, slurm);
            CompletableFuture<TrainingPipeline.Result> training = CompletableFuture.supplyAsync(
                    () -> pipeline.train("touch ~/began; until test -e ~/over; do sleep 0.05; done"));
            Awaitility.await()
                    .until(() -> slurm.home().resolve("began").toFile().exists());

            slurm.advance(Duration.ofMinutes(40));
            assertThat(slurm.home().resolve("over").toFile().createNewFile()).isTrue();

            assertThat(training.get().elapsed())
                    .hasValueSatisfying(e -> assertThat(e).isBetween(Duration.ofMinutes(40), Duration.ofMinutes(41)));
        }
    }

    @Test
    void aTrainingSucceedsAlsoWhileTheAccountingIsDown(EmbeddedSlurm slurm) {
        try (SshHost login = login(slurm)) {
            slurm.stopDatabase();

            TrainingPipeline.Result result = pipeline(login, slurm).train("true");

            assertThat(result.succeeded()).isTrue();
            assertThat(result.attempts()).isEqualTo(1);
            assertThat(result.elapsed()).isEmpty();
        }
    }

    @Test
    void anAccountThatMayNotBeChargedIsNamed(EmbeddedSlurm slurm) {
        try (SshHost login = login(slurm)) {
            TrainingPipeline pipeline = new TrainingPipeline(login, Platforms.load(slurm.site()), "project_2");

            assertThatThrownBy(() -> pipeline.train("true"))
                    .isInstanceOf(SubmissionRefusedException.class)
                    .hasMessageContaining("project_2");
            assertThat(slurm.home().resolve(".slurmray")).doesNotExist();
        }
    }

    @Test
    void anHourInTheQueueIsAMomentOfTheTest(EmbeddedSlurm slurm) throws Exception {
        slurm.occupy("all", 3, Duration.ofHours(1));
        try (SshHost login = login(slurm)) {
            TrainingPipeline pipeline = pipeline(login, slurm);
            CompletableFuture<TrainingPipeline.Result> training =
                    CompletableFuture.supplyAsync(() -> pipeline.train("true"));
            Awaitility.await().until(() -> slurm.received().stream().anyMatch(c -> c.startsWith("sbatch")));

            slurm.advance(Duration.ofHours(1));

            assertThat(training.get().succeeded()).isTrue();
        }
    }
}
