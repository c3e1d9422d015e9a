package io.github.slurmray.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Modules of an emulated Slurm, and what its site file says. */
class ModulesTest {
    private static EmbeddedSlurm slurm;
    private static Login login;
    private static String init;

    @BeforeAll
    static void start() throws IOException {
        slurm = EmbeddedSlurm.builder()
                .module("pytorch/2.5", "export TORCH=2.5", "PATH=/opt/torch:$PATH")
                .module("broken", "false")
                .rayModule("ray/2.60")
                .start();
        login = new Login(slurm);
        init = Files.readString(slurm.site()).replaceAll("(?s).*\"modules\": \\{\"init\": \"(.*?)\"}.*", "$1");
    }

    @AfterAll
    static void close() {
        login.close();
        slurm.close();
    }

    private static Login.Result bash(String text) {
        return login.run(init + "; " + text, new byte[0]);
    }

    @Test
    void aLoadedModuleChangesTheEnvironmentAndIsListedOnce() {
        assertThat(bash("module purge && module load pytorch/2.5 && module load pytorch/2.5; echo $TORCH ${PATH%%:*}"
                                + " $LOADEDMODULES")
                        .out())
                .isEqualTo("2.5 /opt/torch pytorch/2.5\n");
    }

    @Test
    void aLoginShellKnowsTheModulesOfTheEmulationAndNotThoseOfTheMachine() throws IOException {
        assertThat(login.out("bash -lc 'module load pytorch/2.5; echo $TORCH'")).isEqualTo("2.5\n");
        Files.writeString(slurm.home().resolve("job.sh"), "#!/bin/bash -l\nmodule load pytorch/2.5; echo $TORCH\n");
        login.out("sbatch --wait -p all -o job.out job.sh");
        assertThat(slurm.home().resolve("job.out")).hasContent("2.5\n");
    }

    @Test
    void aRayModuleBringsTheRayOfTheEmulation() {
        assertThat(bash("command -v ray; module load ray/2.60 && basename \"$(command -v ray)\"")
                        .out())
                .isEqualTo("ray\n");
    }

    @Test
    void anUnknownModuleIsRefusedInLmodsWords() {
        Login.Result r = bash("module load pytorch/9.9");
        assertThat(r.status()).isEqualTo(1);
        assertThat(r.err())
                .startsWith(
                        "Lmod has detected the following error: The following module(s) are unknown:\n\"pytorch/9.9\"\n");
    }

    @Test
    void aModuleWhoseLinesFailFails() {
        assertThat(bash("module load broken").status()).isEqualTo(1);
    }

    @Test
    void whatIsNotEmulatedSaysSo() {
        for (String command : new String[] {"module avail", "module load pytorch/2.5 && module purge"}) {
            Login.Result r = bash(command);
            assertThat(r.status()).isEqualTo(255);
            assertThat(r.err()).contains("emulated Slurm doesn't support module");
        }
    }

    @Test
    void aNameThatIsNoNameIsRefused() {
        for (String name : new String[] {"../x", "a b", "", "-x", "/x", "a//b"}) {
            assertThatThrownBy(() -> EmbeddedSlurm.builder().module(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + name + "'");
        }
        for (String name : new String[] {"", "a b", "-x", "a:b", "a\nb"}) {
            assertThatThrownBy(() -> EmbeddedSlurm.builder().user(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + name + "'");
        }
        assertThatThrownBy(() -> slurm.maxSessions(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void aSlurmConfThatIsWrongIsRefusedWithTheLineItIsAbout() {
        String node = "NodeName=a CPUs=2\nPartitionName=p Nodes=a ";
        for (String[] wrong : new String[][] {
            {"NodeName=a CPUs=two\nPartitionName=p Nodes=a", "cpus of a", "'two'"},
            {node + "MaxTime=1x", "maxtime of p", "'1x'"},
            {node + "MaxNodes=-1", "maxnodes of p", "'-1'"}
        }) {
            assertThatThrownBy(() -> EmbeddedSlurm.builder().slurmConf(wrong[0]).start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("slurm.conf", wrong[1], wrong[2]);
        }
    }

    @Test
    void aModuleHasNoOthersBelowIt() {
        for (String[] names : new String[][] {{"a", "a/b"}, {"a/b", "a"}}) {
            assertThatThrownBy(() -> EmbeddedSlurm.builder().module(names[0]).module(names[1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("'" + names[0] + "'", "'" + names[1] + "'");
        }
        assertThatCode(() -> EmbeddedSlurm.builder().module("a/b").module("a/bc"))
                .doesNotThrowAnyException();
    }

    @Test
    void aRayThatIsNotThereIsNamedWithTheWayToMakeIt() {
        assertThatThrownBy(() -> EmbeddedSlurm.builder().ray(slurm.home()).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(slurm.home().toString(), "pip install 'ray[default]'");
    }
}
