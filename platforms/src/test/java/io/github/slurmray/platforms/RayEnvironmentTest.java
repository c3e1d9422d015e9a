package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RayEnvironmentTest {
    private static RayEnvironment.Builder builder() {
        return RayEnvironment.builder();
    }

    @Test
    void withNothingSetRayIsExpectedOnThePath() {
        RayEnvironment plain = builder().build();
        assertThat(plain.setup()).isEmpty();
        assertThat(plain.wrapper()).isEmpty();
        assertThat(plain.virtualEnvironment()).isEmpty();
        assertThat(plain.rayVersion()).isEmpty();
        assertThat(plain.supportsTokens()).isEmpty();
    }

    @Test
    void oneOfAUsersIsTakenAtItsWord() {
        RayEnvironment mine = builder().architecture(Architecture.AARCH64).build();
        assertThat(mine.hasRay()).contains(true);
        assertThat(mine.runtime()).contains(RayEnvironment.ContainerRuntime.PLAIN);
        assertThat(mine.architecture()).contains(Architecture.AARCH64);
        assertThat(mine.fastNetwork()).isEmpty();
        assertThat(mine.note()).isEmpty();
        assertThat(builder().build().architecture()).isEmpty();
    }

    @Test
    void ofASitesWhatIsKnownIsToldAndNothingElse() {
        RayEnvironment roihu = Platforms.roihuGpu().rayEnvironment("python-pytorch/2.10");
        assertThat(roihu.hasRay()).isEmpty();
        assertThat(roihu.runtime()).isEmpty();
        assertThat(roihu.architecture()).contains(Architecture.AARCH64);
        assertThat(roihu.note().orElseThrow()).contains("whether Ray is in it, is not said");

        RayEnvironment lumi = Platforms.lumiG().rayEnvironment("pytorch");
        assertThat(lumi.hasRay()).contains(true);
        assertThat(lumi.fastNetwork()).contains(false);
        assertThat(Platforms.lab().rayEnvironment("pytorch/2.5").hasRay())
                .as("a Ray whose version is known is there")
                .contains(true);
    }

    @Test
    void whatIsBuiltFromOneHasAllThatItHas() {
        RayEnvironment venv = builder().virtualEnvironment("/venvs/a").build();
        Stream.of(
                        Stream.of(venv),
                        Platforms.roihuGpu().rayEnvironments().values().stream(),
                        Platforms.lumiG().rayEnvironments().values().stream(),
                        Platforms.lab().rayEnvironments().values().stream())
                .flatMap(all -> all)
                .forEach(ray -> {
                    assertThat(ray.toBuilder().build())
                            .usingRecursiveComparison()
                            .isEqualTo(ray);
                    assertThat(ray.toBuilder().setupLine("one more").build().setup())
                            .hasSize(ray.setup().size() + 1);
                });
    }

    @Test
    void modulesAndLinesRunInTheOrderInWhichTheyWereNamed() {
        RayEnvironment ray = builder()
                .setupLine("module use /appl/modules")
                .module("pytorch/2.5")
                .setupLine("export\tX='a b'")
                .build();
        assertThat(ray.setup())
                .containsExactly("module use /appl/modules", "module load pytorch/2.5", "export\tX='a b'");
    }

    @Test
    void whatTheBuilderDoesLaterDoesNotChangeWhatItHasBuilt() {
        RayEnvironment.Builder builder = builder().module("a").wrapper("w");
        RayEnvironment first = builder.build();
        builder.module("b").wrapper();
        assertThat(first.setup()).containsExactly("module load a");
        assertThat(first.wrapper()).containsExactly("w");
        assertThat(builder.build().wrapper()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a;reboot", "$(id)", "`id`", "a\nb", "a&&b", "a|b", "'a'", "-D", "ä"})
    void aModuleThatWouldBeMoreThanAModuleIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().module(name))
                .withMessageContaining("'" + name + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pytorch", "pytorch/2.5", "gcc-native/13.2", "c++/11", "PrgEnv-gnu/8.5.0", "a_b"})
    void aModuleIsLoaded(String name) {
        assertThat(builder().module(name).build().setup()).containsExactly("module load " + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "a\nb", "a\r", "a\0b", "a\u001bb", "a\u0085b"})
    void aSetupLineIsOneLineOfText(String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().setupLine(line))
                .withMessageContaining("one line of text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "~/venv", "a\nb"})
    void aVirtualEnvironmentIsADirectoryThatNeedsNoExpansion(String directory) {
        assertThatIllegalArgumentException().isThrownBy(() -> builder().virtualEnvironment(directory));
    }

    @Test
    void aWrapperIsACommandAndWordsThatABatchScriptCanHold() {
        assertThat(builder()
                        .wrapper("w", "", "a b", "'", "$(id)", "a\nb")
                        .build()
                        .wrapper())
                .containsExactly("w", "", "a b", "'", "$(id)", "a\nb");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().wrapper(""));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().wrapper("a\0"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().wrapper("a", "b\r"));
    }

    @ParameterizedTest
    @CsvSource({
        "1.13.0, false",
        "2.9, false",
        "2.43.0, false",
        "2.51.2, false",
        "2.52, true",
        "2.52.0, true",
        "2.52.0rc1, true",
        "2.60.0, true",
        "2.100.0, true",
        "3.0, true",
        "3.0.0.dev0, true",
        "10.1.0, true",
    })
    void tokensCameWithVersion252(String version, boolean tokens) {
        assertThat(builder().rayVersion(version).build().supportsTokens()).contains(tokens);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "v2.52", "2.", "2.x", "2.52rc1", "latest", "-2.5", "2.52.0\nx", "99999.1"})
    void whatIsNoVersionIsRefused(String version) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().rayVersion(version))
                .withMessageContaining("'" + version + "'");
    }
}
