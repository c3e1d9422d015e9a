package io.github.slurmray.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Memory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RayJobSpecTest {
    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a/b", "ä", "a b", "-a", "../a"})
    void anIdThatDoesNotFitIntoAnAddressIsRefused(String id) {
        assertThatThrownBy(() -> RayJobSpec.builder("x").submissionId(id)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
    void anAmountIsANumberOfAtLeastZero(double amount) {
        RayJobSpec.Builder b = RayJobSpec.builder("x");
        assertThatThrownBy(() -> b.entrypointCpus(amount)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> b.entrypointGpus(amount)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> b.entrypointResource("r", amount)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBlankEntrypointAndAVariableWithoutANameAreRefused() {
        assertThatThrownBy(() -> RayJobSpec.builder(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RayJobSpec.builder("x").env("A=B", "c")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCopyHasEverythingAndChangesOnItsOwn() {
        RayJobSpec spec = RayJobSpec.builder("x")
                .submissionId("id")
                .workingDir(Path.of("."))
                .env("A", "b")
                .pip(List.of("p"))
                .metadata("k", "v")
                .entrypointCpus(1)
                .entrypointGpus(2)
                .entrypointMemory(Memory.ofGiB(1))
                .entrypointResource("r", 3)
                .build();

        assertThat(spec.toBuilder().build()).usingRecursiveComparison().isEqualTo(spec);
        assertThat(spec.toBuilder().env("C", "d").build().env()).hasSize(2);
        assertThat(spec.env()).hasSize(1);
    }

    @Test
    void theValuesOfVariablesAreNotShown() {
        assertThat(RayJobSpec.builder("x").env("TOKEN", "hidden").build().toString())
                .contains("TOKEN")
                .doesNotContain("hidden");
    }
}
