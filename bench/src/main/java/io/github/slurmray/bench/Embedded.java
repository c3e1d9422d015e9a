package io.github.slurmray.bench;

import static java.util.Locale.ROOT;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.ray.ClusterEndedException;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.RayCluster;
import io.github.slurmray.ray.RayJob;
import io.github.slurmray.ray.RayJobSpec;
import io.github.slurmray.ray.RayJobStatus;
import io.github.slurmray.ray.SlurmRayCluster;
import io.github.slurmray.ray.WorkerGroup;
import io.github.slurmray.ssh.SshHost;
import io.github.slurmray.testkit.EmbeddedSlurm;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** How long the emulated Slurm takes to start, and for what tests do with it. */
final class Embedded {
    private static final String OURS = "slurmray";
    private static final int SIDE_BY_SIDE = 50;
    private static final int JOBS = 1000;
    private static final int WARM_UP = 20;

    private Embedded() {}

    /** A piece of work that takes a while. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = Options.of(Set.of("runs"), args);
        int runs = options.number("runs", options.quick() ? 1 : 5);
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        Report report = new Report("embedded", options);

        List<Double> started = new ArrayList<>();
        List<Double> answered = new ArrayList<>();
        for (int run = 0; run < 2 * runs; run++) {
            List<Double> cold = inFreshJvm(ColdStart.class);
            started.add(cold.get(0));
            answered.add(cold.get(1));
        }
        report.add(row("start, the first in a JVM", "ms", started, Optional.of(300.0)));
        report.add(row("start and a command answered, the first in a JVM", "ms", answered, Optional.empty()));

        List<Double> warm = new ArrayList<>();
        for (int run = 0; run < WARM_UP + 4 * runs; run++) {
            long begin = System.nanoTime();
            try (EmbeddedSlurm slurm = EmbeddedSlurm.start()) {
                slurm.port();
                if (run >= WARM_UP) {
                    warm.add(millis(begin));
                }
            }
        }
        report.add(row("start, when the JVM is warm", "ms", warm, Optional.empty()));

        report.add(row(
                SIDE_BY_SIDE + " side by side: started, and a command answered by each",
                "s",
                seconds(runs, Embedded::sideBySide),
                Optional.empty()));
        report.add(row(
                JOBS + " jobs submitted, run and accounted for",
                "s",
                seconds(runs, Embedded::manyJobs),
                Optional.of(20.0)));
        train(false);
        report.add(row(
                "a pipeline's test: start, launch of 3 nodes, Ray job, accounting, end",
                "s",
                seconds(2 * runs, () -> train(false)),
                Optional.of(2.0)));
        report.add(row(
                "the same, and the nodes are taken away: launch, preemption, second launch",
                "s",
                seconds(2 * runs, () -> train(true)),
                Optional.of(2.0)));
        report.note("There is no contender: the ratio is the median itself, in the row's unit.");
        report.note(String.format(ROOT, "The machine's load was %.1f before it began.", load));
        report.publish();
    }

    private static Row row(String row, String unit, List<Double> values, Optional<Double> goal) {
        return new Row(row, unit, Map.of(OURS, values), Optional.of(Row.quantile(values, 0.5)), goal);
    }

    private static List<Double> seconds(int runs, Work work) throws IOException, InterruptedException {
        List<Double> values = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            long begin = System.nanoTime();
            work.run();
            values.add(millis(begin) / 1000);
        }
        return values;
    }

    static double millis(long begin) {
        return Math.round((System.nanoTime() - begin) / 1e4) / 100.0;
    }

    private static List<Double> inFreshJvm(Class<?> program) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(program + " failed with " + process.exitValue());
        }
        return out.lines().map(Double::valueOf).toList();
    }

    static SshHost login(EmbeddedSlurm slurm) {
        return SshHost.builder(slurm.host())
                .port(slurm.port())
                .user(slurm.user())
                .identity(slurm.key())
                .knownHosts(slurm.knownHosts())
                .build();
    }

    private static void sideBySide() {
        List<EmbeddedSlurm> all = new ArrayList<>();
        try {
            for (int i = 0; i < SIDE_BY_SIDE; i++) {
                all.add(EmbeddedSlurm.start());
            }
            for (EmbeddedSlurm slurm : all) {
                try (SshHost login = login(slurm)) {
                    login.run(Command.of("squeue")).orThrow();
                }
            }
        } finally {
            all.forEach(EmbeddedSlurm::close);
        }
    }

    private static void manyJobs() throws InterruptedException {
        try (EmbeddedSlurm slurm = EmbeddedSlurm.start();
                SshHost login = login(slurm)) {
            login.run(Command.shell("printf '#!/bin/bash\\ntrue\\n' >job.sh; for i in $(seq " + JOBS
                                    + "); do sbatch -p test -n1 -o /dev/null job.sh >/dev/null || exit; done")
                            .withTimeout(Duration.ofMinutes(5)))
                    .orThrow();
            while (!login.run(Command.of("squeue", "-h")).orThrow().stdout().isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            CommandResult accounted = login.run(Command.of("sacct", "-n", "-X", "-P", "-o", "State"))
                    .orThrow();
            long completed =
                    accounted.lines().stream().filter("COMPLETED"::equals).count();
            if (completed != JOBS) {
                throw new IllegalStateException("of " + JOBS + " jobs " + completed + " were completed");
            }
        }
    }

    /** What examples' UnitTestYourPipelineTest does in one of its tests. */
    private static void train(boolean preempted) throws InterruptedException {
        try (EmbeddedSlurm slurm = EmbeddedSlurm.builder().accounts("project_1").start();
                SshHost login = login(slurm)) {
            if (preempted) {
                train(slurm, login, true);
            }
            train(slurm, login, false);
        }
    }

    private static void train(EmbeddedSlurm slurm, SshHost login, boolean preempted) throws InterruptedException {
        try (RayCluster cluster = SlurmRayCluster.builder()
                .host(login)
                .platform(Platforms.load(slurm.site()))
                .account("project_1")
                .timeLimit(Duration.ofHours(1))
                .head(HeadGroup.builder()
                        .partition("all")
                        .cpus(2)
                        .memory(Memory.ofGiB(3))
                        .build())
                .workers(WorkerGroup.builder("cpu")
                        .nodes(2)
                        .cpus(2)
                        .memory(Memory.ofGiB(3))
                        .build())
                .build()
                .launch()) {
            cluster.awaitReady(Duration.ofMinutes(5));
            RayJob job = cluster.jobs()
                    .submit(RayJobSpec.builder(preempted ? "touch ~/began; sleep 600" : "echo loss 0.1")
                            .build());
            if (preempted) {
                File began = slurm.home().resolve("began").toFile();
                while (!began.exists()) {
                    TimeUnit.MILLISECONDS.sleep(5);
                }
                slurm.preempt(1);
            }
            RayJobStatus status = job.followLogs(line -> {}).status();
            if (preempted
                    || status != RayJobStatus.SUCCEEDED
                    || cluster.end().jobRow().isEmpty()) {
                throw new IllegalStateException("the pipeline's job is " + status);
            }
        } catch (ClusterEndedException e) {
            if (!preempted) {
                throw e;
            }
        }
    }
}
