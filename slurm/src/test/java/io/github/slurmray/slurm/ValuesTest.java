package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.slurmray.core.Retry;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small values: ids, versions, gres, dependencies, tokens. */
class ValuesTest {
    @Test
    void aJobIdIsReadWithAndWithoutItsCluster() {
        assertThat(JobId.parse("123\n")).isEqualTo(new JobId(123));
        assertThat(JobId.parse("123;lumi")).hasToString("123");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "12a", "12 13", "Submitted batch job 12"})
    void whatIsNoJobIdIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> JobId.parse(text));
    }

    @Test
    void versionsOfAllPackagersAreReadAndCompared() {
        assertThat(SlurmVersion.parse("slurm-wlm 22.05.8\n")).isEqualTo(new SlurmVersion(22, 5, 8));
        assertThat(SlurmVersion.parse("slurm 24.11.5-1.el9")).hasToString("24.11.5");
        assertThat(SlurmVersion.parse("slurm 23.02").micro()).isZero();
        assertThat(SlurmVersion.parse("22.05.9")).isLessThan(SlurmVersion.parse("22.05.10"));
        assertThatIllegalArgumentException().isThrownBy(() -> SlurmVersion.parse("bash: sbatch"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu:1", "gpu:a100:4", "gpu:1g.5gb:2", "shard:8"})
    void aGresIsWrittenAsItIsRead(String text) {
        assertThat(Gres.parse(text).toSlurm()).isEqualTo(text);
    }

    @Test
    void aGresWithoutACountIsOne() {
        assertThat(Gres.parse("gpu")).isEqualTo(Gres.gpu(1));
        assertThat(Gres.parse("gpu:a100")).isEqualTo(Gres.gpu("a100", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu:0", "gpu:a:b:1", "gpu,shard", "gpu: a100"})
    void whatIsNoGresIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Gres.parse(text));
    }

    @Test
    void aDependencyNeedsJobsButForASingleton() {
        assertThat(Dependency.afterAny(new JobId(1), new JobId(2)).toSlurm()).isEqualTo("afterany:1:2");
        assertThat(Dependency.singleton().toSlurm()).isEqualTo("singleton");
        assertThatIllegalArgumentException().isThrownBy(Dependency::afterOk);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Dependency(Dependency.Kind.SINGLETON, List.of(new JobId(1))));
    }

    static Stream<Arguments> statesInWords() {
        Instant t = Instant.parse("2026-11-22T10:00:00Z");
        JobState pending = new JobState.Pending(
                "Priority", JobState.Clears.BY_ITSELF, "jobs of others come first", Optional.of(t));
        return Stream.of(
                Arguments.of(pending, "pending (Priority: jobs of others come first), expected to start at " + t),
                Arguments.of(
                        new JobState.Running(t, List.of("cn1", "cn2"), "RUNNING"), "running on cn[1-2] since " + t),
                Arguments.of(new JobState.Running(t, List.of(), "CONFIGURING"), "running (CONFIGURING) since " + t),
                Arguments.of(
                        ended(JobState.Outcome.CANCELLED, OptionalInt.of(0), "CANCELLED by 5001", Optional.of(t)),
                        "cancelled by 5001 at " + t),
                Arguments.of(
                        ended(JobState.Outcome.FAILED, OptionalInt.of(3), "FAILED", Optional.empty()),
                        "failed with exit code 3"),
                Arguments.of(
                        ended(JobState.Outcome.NOT_RECORDED, OptionalInt.empty(), "", Optional.empty()),
                        "ended, and how isn't recorded"),
                Arguments.of(
                        new JobState.Unknown(
                                t, Optional.of(pending), new SlurmUnavailableException("no answer", "", Retry.SAFE)),
                        "unknown since " + t + " (no answer), before that " + pending));
    }

    private static JobState ended(JobState.Outcome outcome, OptionalInt exitCode, String state, Optional<Instant> end) {
        return new JobState.Ended(outcome, exitCode, OptionalInt.empty(), state, Optional.empty(), end);
    }

    @ParameterizedTest
    @MethodSource("statesInWords")
    void aStateReadsWellInASentence(JobState state, String words) {
        assertThat(state).hasToString(words);
    }

    @Test
    void randomTokensDiffer() {
        Set<SubmissionToken> tokens = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            tokens.add(SubmissionToken.random());
        }
        assertThat(tokens).hasSize(1000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "short",
                "with space",
                "with/slash",
                "..........",
                "-aaaaaaaa",
                "ümläut-ümläut",
                "a\nbbbbbbbb"
            })
    void whatIsNoTokenIsRefused(String id) {
        assertThatIllegalArgumentException().isThrownBy(() -> SubmissionToken.of(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "~/x", "x/", "/", "-x", "a\nb"})
    void whatIsNoRecordDirectoryIsRefused(String directory) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SubmissionToken.of("12345678").in(directory));
    }
}
