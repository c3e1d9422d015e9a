package io.github.slurmray.examples;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.ray.ClusterEndedException;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.RayCluster;
import io.github.slurmray.ray.RayJob;
import io.github.slurmray.ray.RayJobSpec;
import io.github.slurmray.ray.RayJobStatus;
import io.github.slurmray.ray.SlurmRayCluster;
import io.github.slurmray.ray.WorkerGroup;
import io.github.slurmray.slurm.AccountingRow;
import io.github.slurmray.slurm.JobState;
import io.github.slurmray.slurm.SlurmUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A pipeline as a user would write it: it trains on a cluster of its own, and once more if the site took the nodes
 * away.
 */
public final class TrainingPipeline {
    private final Host login;
    private final Platform site;
    private final String account;

    /**
     * Creates it.
     *
     * @param login the site's login node
     * @param site the site
     * @param account who pays
     */
    public TrainingPipeline(Host login, Platform site, String account) {
        this.login = login;
        this.site = site;
        this.account = account;
    }

    /**
     * How a training went.
     *
     * @param succeeded whether it succeeded
     * @param log what it printed
     * @param elapsed how long its cluster lived, if the accounting could be asked
     * @param attempts how many clusters it took
     */
    public record Result(boolean succeeded, List<String> log, Optional<Duration> elapsed, int attempts) {}

    /**
     * Trains. Blocks until it is done.
     *
     * @param command the training
     * @return how it went
     */
    public Result train(String command) {
        for (int attempt = 1; ; attempt++) {
            try {
                return train(command, attempt);
            } catch (ClusterEndedException e) {
                if (attempt > 1 || e.state().outcome() != JobState.Outcome.PREEMPTED) {
                    throw e;
                }
            }
        }
    }

    private Result train(String command, int attempt) {
        try (RayCluster cluster = SlurmRayCluster.builder()
                .host(login)
                .platform(site)
                .account(account)
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
            cluster.awaitReady(Duration.ofMinutes(15));
            RayJob job = cluster.jobs().submit(RayJobSpec.builder(command).build());
            List<String> log = new ArrayList<>();
            boolean succeeded = job.followLogs(log::add).status() == RayJobStatus.SUCCEEDED;
            return new Result(succeeded, List.copyOf(log), end(cluster), attempt);
        }
    }

    /** Ends the cluster. A training's result stands whether or not Slurm can say what it took. */
    private static Optional<Duration> end(RayCluster cluster) {
        try {
            return cluster.end().jobRow().flatMap(AccountingRow::elapsed);
        } catch (SlurmUnavailableException e) {
            return Optional.empty();
        }
    }
}
