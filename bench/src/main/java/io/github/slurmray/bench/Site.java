package io.github.slurmray.bench;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.ssh.SshHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The lab, as the benchmarks use it. */
final class Site implements AutoCloseable {
    static final String PARTITION = "all";
    /** The node of every head that the benchmark places itself, and its address. */
    static final String HEAD = "cn1";

    static final String HEAD_ADDRESS = "10.77.1.101";

    private static final double BUSY = 0.25;

    private final Duration patience;
    private final Lab lab = Lab.running();
    private final SshHost login = SshHost.builder(Lab.LOGIN1)
            .user(Lab.USER)
            .identity(lab.key())
            .knownHosts(lab.knownHosts())
            .build();

    /** Reads from the options for how many seconds to wait for a quiet machine before each run. */
    Site(Options options) {
        this.patience = Duration.ofSeconds(options.number("patience", 120));
    }

    SshHost login() {
        return login;
    }

    static List<String> nodes(int count) {
        return List.of("cn1", "cn2", "cn3").subList(0, count);
    }

    /** Starts a program as the user inside a host, without Slurm and without SSH. */
    static ProcessBuilder inside(String host, String... words) {
        List<String> command =
                new ArrayList<>(List.of(Report.root().resolve("lab/lab").toString(), "as", host, Lab.USER));
        command.addAll(List.of(words));
        return new ProcessBuilder(command);
    }

    String ask(String text) {
        return login.run(Command.shell(text)).orThrow().stdout().strip();
    }

    /**
     * Waits until the queue is empty and the machine has three quarters of its cores to spare, but not for ever.
     *
     * @return whether it is
     */
    boolean awaitQuiet() {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            CommandResult queue = login.run(Command.of("squeue", "--noheader"));
            boolean quiet = busy() < BUSY && queue.ok() && queue.stdout().isBlank();
            if (quiet || System.nanoTime() > deadline) {
                return quiet;
            }
        }
    }

    /** The share of the cores that was in use during one second. */
    private static double busy() {
        long[] before = cpuTimes();
        pause(Duration.ofSeconds(1));
        long[] after = cpuTimes();
        return 1 - (double) (after[0] - before[0]) / Math.max(1, after[1] - before[1]);
    }

    // idle and waiting for disks, and all; in ticks
    private static long[] cpuTimes() {
        try {
            String[] words =
                    Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split(" +", -1);
            long all = 0;
            for (int i = 1; i <= 8; i++) {
                all += Long.parseLong(words[i]);
            }
            return new long[] {Long.parseLong(words[4]) + Long.parseLong(words[5]), all};
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Cancels a job and waits until Slurm has none of it. */
    void cancel(String job) {
        ask("scancel --quiet " + job + "; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do"
                + " [ -n \"$(squeue --noheader --jobs=" + job + " 2>/dev/null)\" ] || exit 0; sleep 0.5; done;"
                + " scancel --quiet --signal=KILL --full " + job + "; sleep 5");
        clear("SLURM_JOB_ID=" + job);
    }

    /**
     * Kills what is left on the compute nodes of processes with this in their environment, and removes Ray's default
     * directories where nobody uses them.
     */
    void clear(String mark) {
        for (String node : nodes(3)) {
            lab.sh(
                    node,
                    "for e in /proc/[0-9]*/environ; do if tr '\\0' '\\n' <$e 2>/dev/null | grep -qx '" + mark
                            + "'; then p=${e%/environ}; kill -KILL ${p#/proc/}; fi; done 2>/dev/null;"
                            + " pgrep -f '[/]tmp/ray/' >/dev/null || rm -rf /tmp/ray /tmp/pymp-*");
        }
    }

    @Override
    public void close() {
        login.close();
    }
}
