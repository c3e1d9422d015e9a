package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
