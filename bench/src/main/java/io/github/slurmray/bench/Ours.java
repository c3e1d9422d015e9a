package io.github.slurmray.bench;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.Shell;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.LaunchPlan;
import io.github.slurmray.ray.RayCluster;
import io.github.slurmray.ray.SlurmRayCluster;
import io.github.slurmray.ray.WorkerGroup;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** This SDK, used as a program would. */
final class Ours implements Contender {
    static final String NAME = "slurmray";

    private static final Memory MEMORY = Memory.ofGiB(3);
    private static final Memory OBJECT_STORE = new Memory(100_000_000);

    private final Site site;

    Ours(Site site) {
        this.site = site;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String authMode(RayVersion version) {
        return version.environment().supportsTokens().orElse(false) ? "token" : "disabled";
    }

    @Override
    public Start start(RayVersion version, int nodes) throws IOException {
        return launch(version.environment(), nodes);
    }

    Launched launch(RayEnvironment ray, int nodes) {
        SlurmRayCluster.Builder builder = SlurmRayCluster.builder()
                .host(site.login())
                .platform(Platforms.lab())
                .rayEnvironment(ray)
                .account(Lab.ACCOUNT)
                .timeLimit(Duration.ofMinutes(10))
                .allowOpenPort()
                .head(HeadGroup.builder()
                        .partition(Site.PARTITION)
                        .cpus(2)
                        .memory(MEMORY)
                        .objectStore(OBJECT_STORE)
                        .build());
        if (nodes > 1) {
            builder.workers(WorkerGroup.builder("cpu")
                    .nodes(nodes - 1)
                    .cpus(2)
                    .memory(MEMORY)
                    .objectStore(OBJECT_STORE)
                    .build());
        }
        SlurmRayCluster cluster = builder.build();
        LaunchPlan plan = cluster.plan();
        RayCluster launched = cluster.launch(plan);
        try {
            return new Launched(plan, launched);
        } catch (SlurmRayException e) {
            launched.close();
            throw e;
        }
    }

    /** A cluster of ours that is starting. */
    final class Launched implements Start {
        private final LaunchPlan plan;
        private final RayCluster cluster;
        private final double at;

        private Launched(LaunchPlan plan, RayCluster cluster) {
            this.plan = plan;
            this.cluster = cluster;
            // launch() returns a little after sbatch's answer; its file on the login node has the time of that
            String answer = Shell.quote(plan.runDirectory()) + "/submit";
            this.at = Double.parseDouble(
                    site.ask("cd && find " + answer + " -name out -printf '%T@\\n' | sort -n | head -n 1"));
        }

        @Override
        public double at() {
            return at;
        }

        @Override
        public String gcs() throws IOException {
            ClusterEvent.EnvironmentReady event =
                    await(ClusterEvent.EnvironmentReady.class).get(0);
            String port = site.ask("cd && sed -n 's/.*\"type\":\"environment\".*\"gcs\":\"\\([0-9]*\\)\".*/\\1/p' "
                    + Shell.quote(plan.runDirectory()) + "/events.jsonl");
            return event.headAddress() + ":" + port;
        }

        @Override
        public Optional<String> tokenFile() {
            return guarded()
                    ? Optional.of("/home/" + Lab.USER + "/" + plan.runDirectory() + "/token")
                    : Optional.empty();
        }

        private boolean guarded() {
            return cluster.events().stream().anyMatch(e -> e instanceof ClusterEvent.EnvironmentReady r && r.guarded());
        }

        /** Waits for the events of a kind, of which there is at least one. */
        <T extends ClusterEvent> List<T> await(Class<T> kind) throws IOException {
            CountDownLatch latch = new CountDownLatch(1);
            try (var subscription = cluster.subscribe(e -> {
                if (kind.isInstance(e) || e instanceof ClusterEvent.Failed) {
                    latch.countDown();
                }
            })) {
                if (!latch.await(2, TimeUnit.MINUTES)) {
                    throw new IOException("no " + kind.getSimpleName() + " after two minutes: " + subscription);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            List<T> found = cluster.events().stream()
                    .filter(kind::isInstance)
                    .map(kind::cast)
                    .toList();
            if (found.isEmpty()) {
                throw new IOException("the cluster has failed: " + cluster.events());
            }
            return found;
        }

        @Override
        public String course() {
            StringBuilder text = new StringBuilder();
            for (ClusterEvent e : cluster.events()) {
                String what = e instanceof ClusterEvent.Started
                        ? "started"
                        : e instanceof ClusterEvent.EnvironmentReady
                                ? "environment"
                                : e instanceof ClusterEvent.NodeStarting s
                                        ? s.node() + " starting" + (s.attempt() > 1 ? " again" : "")
                                        : e instanceof ClusterEvent.NodeJoined j
                                                ? j.node() + " joined"
                                                : e instanceof ClusterEvent.Failed f ? "failed: " + f.detail() : "";
                if (!what.isEmpty()) {
                    text.append(String.format(Locale.ROOT, "%s %.2f, ", what, seconds(e.at()) - at));
                }
            }
            return text.toString();
        }

        static double seconds(Instant instant) {
            return instant.getEpochSecond() + instant.getNano() / 1e9;
        }

        @Override
        public void close() {
            cluster.close();
            site.clear("SLURM_JOB_ID=" + cluster.job());
        }
    }
}
