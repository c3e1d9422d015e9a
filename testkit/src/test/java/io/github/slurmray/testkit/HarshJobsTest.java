package io.github.slurmray.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Jobs that write too much, and what befalls jobs from outside. */
class HarshJobsTest extends OnAnEmulation {
    private long submit(String options, String script) {
        Login.Result r = sbatch(options, script);
        assertThat(r.err()).isEmpty();
        return Long.parseLong(r.out().strip());
    }

    private String account(long job, String fields) {
        return login.out("sacct -n -X -P -j " + job + " -o " + fields).strip();
    }

    private void awaitEnd(long job, String stateAndCode) {
        soon().untilAsserted(() -> assertThat(account(job, "State,ExitCode")).isEqualTo(stateAndCode));
    }

    private Path file(String name) {
        return slurm.home().resolve(name);
    }

    private long lines(String name) throws IOException {
        return Files.exists(file(name)) ? Files.readAllLines(file(name)).size() : 0;
    }

    private long seen = -1;

    private boolean standsStill() throws IOException {
        long before = seen;
        seen = lines("ticks") + lines("steps");
        return seen == before;
    }

    @Test
    void aHundredMegabytesOfOutputAreAllThere() throws IOException {
        long job = submit("-p test -o big", "yes | head -c 100000000");

        awaitEnd(job, "COMPLETED|0:0");
        assertThat(file("big")).hasSize(100_000_000);
        assertThat(login.out("tail -c 4 big")).isEqualTo("y\ny\n");
    }

    @Test
    void binaryOutputIsKeptByteForByte() throws IOException {
        long job = submit("-p test -o bytes", "for i in {0..255}; do printf \"\\\\x$(printf %x $i)\"; done");

        awaitEnd(job, "COMPLETED|0:0");
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        assertThat(file("bytes")).hasBinaryContent(all);
    }

    @Test
    void aJobOfAUserWithoutSpaceWritesNothingAndFailsByItsOwnStatus() throws IOException {
        slurm.exceedQuota(true);
        long job = submit("-p test -o full", "echo data >result || exit 7");

        awaitEnd(job, "FAILED|7:0");
        assertThat(file("full")).isEmptyFile();
        assertThat(file("result")).isEmptyFile();
    }

    @Test
    void aSuspendedJobStandsStillWithItsTimeLimitUntilItIsResumed() throws IOException {
        long job = submit(
                "-p test -t 10 -o /dev/null",
                "srun sh -c 'while :; do echo step >>steps; sleep 0.02; done' &\n"
                        + "while :; do echo tick >>ticks; sleep 0.02; done");
        soon().until(() -> lines("ticks") > 0 && lines("steps") > 0);
        slurm.suspend(job);
        assertThat(login.out("squeue -h -o '%i %T %Q'")).isEqualTo(job + " SUSPENDED 0\n");
        soon().during(Duration.ofMillis(300)).until(this::standsStill);

        slurm.advance(Duration.ofHours(1));
        assertThat(account(job, "State")).isEqualTo("SUSPENDED");
        assertThat(account(job, "Suspended")).startsWith("01:00:0");
        long before = lines("ticks");
        slurm.resume(job);
        soon().until(() -> lines("ticks") > before + 5);
        assertThat(account(job, "State")).isEqualTo("RUNNING");
        assertThat(account(job, "Elapsed")).startsWith("00:00:");

        slurm.advance(Duration.ofMinutes(10));
        awaitEnd(job, "TIMEOUT|0:0");
    }

    @Test
    void aSuspendedJobCanBeCancelled() {
        long job = submit("-p test -o /dev/null", "sleep 1000");
        soon().until(() -> account(job, "State").equals("RUNNING"));
        slurm.suspend(job);
        login.out("scancel " + job);

        awaitEnd(job, "CANCELLED by " + login.out("id -u").strip() + "|0:0");
        soon().until(() -> login.out("squeue -h").isEmpty());
        assertThatThrownBy(() -> slurm.resume(job))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("job " + job + " isn't suspended, but is CANCELLED");
    }

    @Test
    void aJobThatRunsOutOfMemoryEndsSo() {
        long job = submit("-p test -o out", "sleep 1000");
        soon().until(() -> account(job, "State").equals("RUNNING"));
        slurm.runOutOfMemory(job);

        awaitEnd(job, "OUT_OF_MEMORY|0:125");
        assertThat(file("out")).content().contains("Detected 1 oom_kill event in StepId=" + job + ".batch");
    }

    @Test
    void aPreemptedJobIsPutBackIfItMayBe() {
        long back = submit("-p test -o out", "sleep 1000");
        long gone = submit("-p test --no-requeue -o /dev/null", "sleep 1000");
        soon().until(() -> account(back, "State").equals("RUNNING")
                && account(gone, "State").equals("RUNNING"));
        slurm.preempt(back);
        slurm.preempt(gone);

        awaitEnd(gone, "PREEMPTED|0:0");
        soon().until(() -> login.out("sacct -D -n -X -P -o State -j " + back).equals("PREEMPTED\nPENDING\n"));
        assertThat(file("out")).content().contains("DUE TO PREEMPTION ***");
    }
}
