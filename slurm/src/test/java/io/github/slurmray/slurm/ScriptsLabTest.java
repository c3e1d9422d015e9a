package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.LocalHost;
import io.github.slurmray.core.Shell;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The scripts that run on other people's machines, as shellcheck reads them. Needs shellcheck, which the lab brings.
 */
@Tag("lab")
class ScriptsLabTest {
    static List<String> scripts() {
        Scripts scripts = new Scripts(Optional.of("/opt/slurm/bin"));
        return List.of(
                // the runner is read by itself, not as the quoted word that it is here
                scripts.submit("run/record", 0, 10, 10, "comment")
                        .command()
                        .text()
                        .replace(Shell.quote(Scripts.RUNNER), "true"),
                Scripts.RUNNER,
                scripts.search(60).command().text(),
                scripts.query("1,2").command().text(),
                scripts.accounting(new JobId(1), "JobID,State").command().text());
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void areCleanPosixShell(String script) {
        try (Host host = new LocalHost()) {
            CommandResult result =
                    host.run(Command.of("shellcheck", "-s", "sh", "-").withStdin(script));
            assertThat(result.ok()).as(result.stdout() + result.stderr()).isTrue();
        }
    }
}
