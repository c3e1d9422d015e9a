package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.LocalHost;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ray.RayClusterSpec;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The scripts that run on other people's machines, as shellcheck reads them. Needs shellcheck, which the lab brings.
 */
@Tag("lab")
class ScriptsLabTest {
    static List<String> batchScripts() {
        Random random = new Random(20261122);
        RayEnvironment odd = RayEnvironment.builder()
                .setupLine("export X=" + "'a b'")
                .wrapper("w", Bash.oddText(random), Bash.oddText(random))
                .build();
        RayClusterSpec small = Samples.small().build();
        return List.of(
                Samples.planned(small, Platforms.lab()),
                Samples.planned(Samples.full().build(), Platforms.lab()),
                Samples.planned(Samples.small().allowOpenPort().build(), Platforms.lab()),
                Samples.planned(
                        small,
                        Samples.site(Map.of("network", Map.of("interface", "hsn0"), "runDirectory", "/a b/it's"))),
                Samples.planned(Samples.full().rayEnvironment(odd).build(), Platforms.lab()));
    }

    private static void assertClean(String shell, String script) {
        try (Host host = new LocalHost()) {
            assertThat(host.run(Command.shell("command -v shellcheck")).ok())
                    .as("shellcheck must be installed: apt-get install shellcheck, or 'lab/lab up' as root")
                    .isTrue();
            CommandResult result =
                    host.run(Command.of("shellcheck", "-s", shell, "-").withStdin(script));
            assertThat(result.ok()).as(result.stdout() + result.stderr()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("batchScripts")
    void everyBatchScriptIsClean(String script) {
        assertClean("bash", script);
    }

    static List<List<String>> programs() {
        return List.of(
                List.of("bash", "follow.sh"),
                List.of("bash", "clusters.sh"),
                List.of("sh", "owner.sh"),
                List.of("sh", "remove-runs.sh"),
                List.of("sh", "vm-keys.sh"));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void everyProgramIsClean(List<String> program) {
        assertClean(program.get(0), Scripts.read(program.get(1)));
    }
}
