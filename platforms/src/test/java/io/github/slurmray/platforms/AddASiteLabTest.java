package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that docs/ADD-A-SITE.md sends a user to work on a real Slurm. */
@LabTest
class AddASiteLabTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(s(?:(?!` \\|).)+)` \\|");

    @Test
    void eachCommandOfThePageAnswers(Lab lab) throws IOException {
        List<String> commands = ROW.matcher(AddASiteDocTest.page())
                .results()
                .map(m -> m.group(1).replace("\\|", "|"))
                .toList();

        assertThat(commands).hasSize(4);
        for (String command : commands) {
            assertThat(lab.shAs("login1", Lab.USER, command)).as(command).isNotBlank();
        }
        assertThat(lab.shAs("login1", Lab.USER, commands.get(0)).lines()).hasSize(6);
        assertThat(lab.shAs("login1", Lab.USER, commands.get(1)))
                .contains("gputest|1|8|2|4|1|16000|gpu:a100:4|cn3")
                .contains("all|2|8|2|4|1|16000|(null)|cn[1-2]");
    }

    @Test
    void aSlurmThatIsMadeOfTheExampleAnswersAsThePageSays(Lab lab, @TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("ours.yaml"), AddASiteDocTest.block("yaml"));
        Path conf = Files.writeString(
                directory.resolve("ours.conf"), Platforms.load(file).slurmConf());
        Pattern shown = Pattern.compile("lab/lab slurm-conf ours.conf (sbatch .+)\n");
        String command = shown.matcher(AddASiteDocTest.page())
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);

        Lab.Output refused = lab.attempt("slurm-conf", conf.toString(), "bash", "-c", command);
        Lab.Output taken = lab.attempt("slurm-conf", conf.toString(), "bash", "-c", command.replace("-N 5", "-N 4"));

        assertThat(refused.status()).isNotZero();
        assertThat(refused.text()).contains("Node count specification invalid");
        assertThat(taken.text()).contains("to start at").contains("cn[01-04]");
        assertThat(taken.status()).isZero();
    }
}
