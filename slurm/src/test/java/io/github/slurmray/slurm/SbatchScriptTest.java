package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SbatchScriptTest {
    private static SbatchScript.Builder builder() {
        return SbatchScript.builder();
    }

    @Test
    void allDirectivesStandBetweenTheShebangAndTheBody() {
        SbatchScript script = builder()
                .jobName("ray-cluster")
                .account("project_2001234")
                .partition("small")
                .time(WallTime.of(Duration.ofMinutes(10)))
                .nodes(2)
                .ntasksPerNode(1)
                .cpusPerTask(4)
                .mem(Memory.ofGiB(10))
                .gres(Gres.gpu("a100", 2), new Gres("nvme", Optional.empty(), 100))
                .output("logs/%j.out")
                .error("logs/%j.err")
                .array("0-7:2%3")
                .dependency(Dependency.afterOk(new JobId(7), new JobId(8)), Dependency.singleton())
                .mail("alice@example.org", MailType.FAIL, MailType.END)
                .comment("what it \"is\" for")
                .requeue(false)
                .appendOutput()
                .signalBatchShell("USR1", Duration.ofMinutes(2))
                .exclusive()
                .option("constraint", "ib&ssd")
                .option("contiguous")
                .line("srun hostname")
                .build();
        assertThat(script.text()).isEqualTo("""
                        #!/bin/bash
                        #SBATCH --job-name=ray-cluster
                        #SBATCH --account=project_2001234
                        #SBATCH --partition=small
                        #SBATCH --time=00:10:00
                        #SBATCH --nodes=2
                        #SBATCH --ntasks-per-node=1
                        #SBATCH --cpus-per-task=4
                        #SBATCH --mem=10G
                        #SBATCH --gres=gpu:a100:2,nvme:100
                        #SBATCH --output=logs/%j.out
                        #SBATCH --error=logs/%j.err
                        #SBATCH --array=0-7:2%3
                        #SBATCH --dependency=afterok:7:8,singleton
                        #SBATCH --mail-type=END,FAIL
                        #SBATCH --mail-user=alice@example.org
                        #SBATCH --comment="what it \\"is\\" for"
                        #SBATCH --no-requeue
                        #SBATCH --open-mode=append
                        #SBATCH --signal=B:USR1@120
                        #SBATCH --exclusive
                        #SBATCH --constraint="ib&ssd"
                        #SBATCH --contiguous

                        srun hostname
                        """);
    }

    @Test
    void whatIsNotSetIsNotWritten() {
        assertThat(builder().body("date").build().text()).isEqualTo("#!/bin/bash\n\ndate\n");
    }

    @Test
    void typedValuesCanBeReadBack() {
        SbatchScript script = builder()
                .time(WallTime.parse("1-00"))
                .nodes(3)
                .ntasksPerNode(2)
                .cpusPerTask(8)
                .mem(Memory.ofMiB(1500))
                .gres(Gres.gpu(4))
                .partition("gpu")
                .account("a")
                .build();
        assertThat(script.time()).contains(WallTime.of(Duration.ofDays(1)));
        assertThat(script.nodes()).hasValue(3);
        assertThat(script.ntasksPerNode()).hasValue(2);
        assertThat(script.cpusPerTask()).hasValue(8);
        assertThat(script.mem()).contains(Memory.ofMiB(1500));
        assertThat(script.gres()).containsExactly(Gres.gpu(4));
        assertThat(script.partition()).contains("gpu");
        assertThat(script.account()).contains("a");
        assertThat(script.comment()).isEmpty();
    }

    @Test
    void aScriptMadeFromAnotherChangesOnlyWhatIsSet() {
        SbatchScript first = builder().nodes(2).partition("a").line("x").build();
        SbatchScript second = first.toBuilder().nodes(4).build();
        assertThat(second.nodes()).hasValue(4);
        assertThat(second.partition()).contains("a");
        assertThat(second.toBuilder().nodes(2).build().directives()).isEqualTo(first.directives());
        assertThat(first.toBuilder().build()).isEqualTo(first);
        assertThat(first.nodes()).hasValue(2);
    }

    @Test
    void theLaterOfTwoContraryChoicesCounts() {
        assertThat(builder().requeue(true).requeue(false).build().directives()).containsOnlyKeys("no-requeue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\0b", "a\u001bb", "a\u0085b", "tab\there"})
    void controlCharactersAreRefusedWithOptionAndValue(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().jobName(value))
                .withMessageContaining("--job-name")
                .withMessageContaining("\\u");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().option("qos", value));
    }

    @Test
    void valuesThatCannotMeanAnythingAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().nodes(0))
                .withMessageContaining("--nodes");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().account(""));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().gres());
        assertThatIllegalArgumentException().isThrownBy(() -> builder().dependency());
        assertThatIllegalArgumentException().isThrownBy(() -> builder().mail("a@b"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().array("1-"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().shebang("bash"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().signalBatchShell("USR1", Duration.ofDays(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().jobName("x".repeat(5000)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().jobName("half \ud83d"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nodes", "--qos", "Qos", "qos=x", "q os", "", "wait", "parsable", "wrap", "test-only"})
    void otherOptionsAreThoseWithoutASetterThatLeaveTheAnswerAlone(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> builder().option(name, "1"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().option(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"#SBATCH --nodes=3\n", "# comment\n\n  # more\n#SBATCH -N3\ndate\n", "#SLURM -N3\n", "#PBS x\n"})
    void aBodyCannotBringDirectivesOfItsOwn(String body) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().body(body).build())
                .withMessageContaining("directive");
    }

    @Test
    void commentsAndLaterMentionsInTheBodyAreFine() {
        String body = "# about #SBATCH\ndate\ncat <<X\n#SBATCH --nodes=3\nX\n";
        assertThat(builder().body(body).build().body()).isEqualTo(body);
    }

    @Test
    void aBodyThatSbatchOrTheShellWouldChokeOnIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().line("a\r").build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().line("a\0").build());
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> builder().line("x".repeat(SbatchScript.MAX_BYTES)).build())
                .withMessageContaining("4194304");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 42, 20261122})
    void whatSbatchReadsIsWhatWasSet(long seed) {
        Random random = new Random(seed);
        String alphabet = "ab \\\\\"\"''##:=$`!*?~;&|<>()[]{}%,@^ äß€😀";
        int[] letters = alphabet.codePoints().toArray();
        for (int i = 0; i < 2000; i++) {
            StringBuilder value = new StringBuilder();
            for (int n = 1 + random.nextInt(12); n > 0; n--) {
                value.appendCodePoint(letters[random.nextInt(letters.length)]);
            }
            String line = Directives.line("comment", value.toString());
            assertThat(SbatchReading.arguments(line.substring("#SBATCH".length())))
                    .as("seed %d, line %s", seed, line)
                    .containsExactly("--comment=" + value);
        }
    }

    /** sbatch's own reading of a directive (src/sbatch/opt.c, get_argument), by hand from C. */
    private static final class SbatchReading {
        static List<String> arguments(String line) {
            List<String> arguments = new ArrayList<>();
            StringBuilder argument = new StringBuilder();
            boolean quoted = false;
            boolean escaped = false;
            boolean any = false;
            char quote = 0;
            for (int i = 0; i <= line.length(); i++) {
                char c = i < line.length() ? line.charAt(i) : '\n';
                if (c == '\n' || (!quoted && Character.isWhitespace(c))) {
                    assertThat(quoted).as("unmatched quote").isFalse();
                    if (any) {
                        arguments.add(argument.toString());
                    }
                    argument.setLength(0);
                    any = false;
                    continue;
                }
                if (escaped) {
                    escaped = false;
                } else if (c == '\\') {
                    if (i + 1 < line.length() && line.charAt(i + 1) == ' ') {
                        argument.append(' ');
                        any = true;
                        i++;
                    } else {
                        escaped = true;
                    }
                    continue;
                } else if (quoted) {
                    if (c == quote) {
                        quoted = false;
                        continue;
                    }
                } else if (c == '"' || c == '\'') {
                    quoted = true;
                    quote = c;
                    continue;
                } else if (c == '#') {
                    break;
                }
                argument.append(c);
                any = true;
            }
            return arguments;
        }
    }
}
