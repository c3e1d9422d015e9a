package io.github.slurmray.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Names, files and scripts that nobody expects, and jobs that mean it badly: they harm nobody but themselves. */
class HostileInputTest extends OnAnEmulation {
    private Login.Result submit(String options, String script) {
        return sbatch("-p test " + options, script);
    }

    @Test
    void aScriptMayComeFromAFileThatOnlyTheCommandHas() {
        assertThat(
                        login.out(
                                "sbatch --parsable -p test --wait -o out <(printf '#!/bin/bash\\necho from a pipe\\n'); cat out"))
                .isEqualTo("1\nfrom a pipe\n");
        assertThat(submit("--wait -o out /dev/stdin; cat out", "echo from a stream")
                        .out())
                .isEqualTo("2\nfrom a stream\n");
    }

    @Test
    void aScriptThatDoesNotComeKeepsNobodyElseWaiting() {
        assertThat(login.run("mkfifo script; timeout 1 sbatch -p test script", new byte[0])
                        .status())
                .isEqualTo(124);
        assertThat(login.run("timeout 10 squeue -h", new byte[0])).isEqualTo(new Login.Result("", "", 0));
    }

    @Test
    void scriptsAndDirectoriesMayHaveAnyName() {
        String here = slurm.home() + "/Übung 'ñ'\n";
        assertThat(login.out("""
                        mkdir Übung\\ \\'ñ\\'$'\\n'; cd Ü*; printf '#!/bin/bash\\npwd\\n' >schön.sh
                        sbatch --parsable -p test --wait -o größe schön.sh; cat größe
                        """)).isEqualTo("1\n" + here + "\n");
        assertThat(login.out("scontrol show job 1")).contains("   Command=" + here + "/schön.sh\n");
    }

    @Test
    void outputIntoAPipeThatNobodyReadsHoldsUpOnlyItsOwnJob() {
        String stuck = login.out("mkfifo pipe; sbatch --parsable -p test -o pipe --wrap true")
                .strip();
        soon().until(() -> login.out("squeue -h -o %T -j " + stuck).equals("RUNNING\n"));
        login.out("scancel " + stuck);
        assertThat(submit("-o out", "echo fine").status()).isZero();
        Path out = slurm.home().resolve("out");
        soon().until(() -> Files.exists(out) && Files.readString(out).equals("fine\n"));
    }

    @Test
    void aDaemonThatHasLeftEverythingBehindEndsWithItsJob() throws Exception {
        submit("-o out", """
                (cd /; exec env -i setsid bash -c 'sleep 1000 >/dev/null 2>&1 & echo $!')
                sleep 1000
                """);
        Path out = slurm.home().resolve("out");
        soon().until(() -> Files.exists(out) && Files.readString(out).endsWith("\n"));
        long daemon = Long.parseLong(Files.readString(out).strip());
        assertThat(ProcessHandle.of(daemon)).isPresent();
        login.out("scancel 1");
        soon().until(() ->
                ProcessHandle.of(daemon).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void aDaemonOfALoginIsGoneAfterClose() {
        long daemon = Long.parseLong(
                login.out("cd /; exec env -i setsid --wait bash -c 'sleep 1000 </dev/null >/dev/null 2>&1 & echo $!'")
                        .strip());
        assertThat(ProcessHandle.of(daemon)).isPresent();
        slurm.close();
        // killed it is, but init has to see that, too
        soon().until(() ->
                ProcessHandle.of(daemon).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void wordsOfOtherLanguagesAreNotLost() {
        slurm.drainNode("cn1", "Übung 🚀");
        assertThat(login.out("sinfo -h -R -o %E")).isEqualTo("Übung 🚀\n");
        assertThat(login.out("sbatch --parsable -H -p test -J Größe🚀 --wrap true; squeue -h -o %j"))
                .isEqualTo("1\nGröße🚀\n");
        assertThat(slurm.received()).contains("sbatch --parsable -H -p test -J Größe🚀 --wrap true");
    }

    @Test
    void aWidthOfManyDigitsInTheNameOfAFileIsTen() {
        assertThat(submit("--wait -o %99999999999999j", "echo written; exit 3"))
                .isEqualTo(new Login.Result("1\n", "", 3));
        assertThat(login.out("cat 0000000001")).isEqualTo("written\n");
    }
}
