package io.github.slurmray.bench;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.platforms.Finding;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.ResourceRequest;
import io.github.slurmray.platforms.Suggestions;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What is measured by {@link PlatformRules}: the work on sites that a plan needs before anything is sent. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SiteRules {
    private static final Instant NOW = Instant.parse("2026-07-01T00:00:00Z");

    // a site with as many partitions as any
    private final Platform site = Platforms.puhti();
    private final SbatchScript fitting =
            gpuJob(WallTime.of(Duration.ofHours(1)), 10).build();
    private final SbatchScript refused =
            gpuJob(WallTime.of(Duration.ofDays(30)), 400).array("1-5000").build();
    private final ResourceRequest request = ResourceRequest.builder()
            .nodes(2)
            .cpusPerNode(20)
            .gpusPerNode(2)
            .memoryPerNode(Memory.ofGiB(100))
            .time(WallTime.of(Duration.ofHours(10)))
            .build();

    private static SbatchScript.Builder gpuJob(WallTime time, int cpus) {
        return SbatchScript.builder()
                .account("project_2001234")
                .partition("gpu")
                .nodes(1)
                .ntasksPerNode(1)
                .cpusPerTask(cpus)
                .mem(Memory.ofGiB(64))
                .gres(Gres.gpu("v100", 1))
                .time(time);
    }

    /** Reads every shipped site's file and its rules, as a program's first call does; nothing is kept between calls. */
    @Benchmark
    public List<Platform> loadAll() {
        return Platforms.all();
    }

    /** A script against which nothing is known. */
    @Benchmark
    public List<Finding> checkFitting() {
        return site.check(fitting, NOW);
    }

    /** A script with several findings, each of which looks for a partition that takes it. */
    @Benchmark
    public List<Finding> checkRefused() {
        return site.check(refused, NOW);
    }

    /** All partitions of the site, what they cost, and why they don't fit. */
    @Benchmark
    public Suggestions suggest() {
        return site.suggest(request);
    }

    /** The site as a slurm.conf. */
    @Benchmark
    public String slurmConf() {
        return site.slurmConf();
    }
}
