package io.github.slurmray.examples;

import io.github.slurmray.core.Memory;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.RayCluster;
import io.github.slurmray.ray.SlurmRayCluster;
import io.github.slurmray.ssh.SshHost;
import java.io.IOException;
import java.time.Duration;

/**
 * Launches a cluster of one node and waits until it is told to end, by a line on standard input, by Ctrl-C or by
 * SIGTERM: in each case the cluster is ended first. See {@link Settings} for another site than the lab.
 */
public final class EndedBySignal {
    private EndedBySignal() {}

    /**
     * Runs the example.
     *
     * @param args settings as {@code name=value}
     * @throws IOException if standard input can't be read
     */
    public static void main(String[] args) throws IOException {
        Settings site = Settings.of(args);
        try (SshHost login = site.login();
                RayCluster cluster = SlurmRayCluster.builder()
                        .host(login)
                        .platform(site.platform())
                        .account(site.account())
                        .timeLimit(Duration.ofMinutes(15))
                        .head(HeadGroup.builder()
                                .partition(site.partition())
                                .cpus(1)
                                .memory(Memory.ofGiB(2))
                                .build())
                        .build()
                        .launch()) {
            // README: begin
            Thread end = new Thread(cluster::close, "end-cluster");
            Runtime.getRuntime().addShutdownHook(end);
            // README: end
            System.out.println("cluster " + cluster.id() + ": Ctrl-C ends it");
            System.in.read();
            System.out.println("ending it");
        }
    }
}
