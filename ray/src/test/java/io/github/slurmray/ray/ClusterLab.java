package io.github.slurmray.ray;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Memory;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ssh.SshHost;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What the lab tests of clusters share: connections, specs of small clusters, and a close that ends whatever a test
 * left running, newest first.
 */
@SuppressWarnings("try") // close() may be interrupted: then the test is over anyway
final class ClusterLab implements AutoCloseable {
    /** More than a cluster of the stand-in Ray takes to be ready on a busy machine. */
    static final Duration SOON = Duration.ofSeconds(40);

    /** More than a cluster of the real Ray takes to be ready on a busy machine. */
    static final Duration REAL_RAY = Duration.ofSeconds(150);

    /** The module whose Ray is the testkit's stand-in. */
    private static final String STAND_IN = "fake-ray/1.0";

    final Lab lab;
    final SshHost login;
    final SshHost vm;
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    ClusterLab(Lab lab) {
        this.lab = lab;
        this.login = login(lab);
        this.vm = connection(lab, Lab.VM, Lab.VM_USER);
        owned.push(login);
        owned.push(vm);
    }

    /** A connection to the login node that these tests use; cutting it disturbs nobody else's. */
    static SshHost login(Lab lab) {
        return connection(lab, Lab.LOGIN2, Lab.USER);
    }

    static SshHost connection(Lab lab, String address, String user) {
        return SshHost.builder(address)
                .user(user)
                .identity(lab.key())
                .knownHosts(lab.knownHosts())
                .connectTimeout(Duration.ofSeconds(5))
                .keepAlive(Duration.ofSeconds(2))
                .build();
    }

    /**
     * A cluster of the stand-in Ray: a head and as many workers.
     *
     * @param exports settings of the stand-in, as {@code NAME=value}
     */
    SlurmRayCluster.Builder standIn(int workers, String... exports) {
        SlurmRayCluster.Builder cluster = small(standInRay(exports));
        if (workers > 0) {
            cluster.workers(group("cpu", workers));
        }
        return cluster;
    }

    static RayEnvironment standInRay(String... exports) {
        List<String> lines = new ArrayList<>(List.of("export FAKE_RAY_START_SECONDS=0.2"));
        for (String export : exports) {
            lines.add("export " + export);
        }
        return standInRay(lines);
    }

    /** The stand-in after these lines of shell. */
    static RayEnvironment standInRay(List<String> lines) {
        RayEnvironment.Builder ray = RayEnvironment.builder().rayVersion("2.60.0");
        lines.forEach(ray::setupLine);
        return ray.module(STAND_IN).build();
    }

    /** A head with this Ray. */
    SlurmRayCluster.Builder small(RayEnvironment ray) {
        return SlurmRayCluster.builder()
                .host(login)
                .platform(Platforms.lab())
                .rayEnvironment(ray)
                .account(Lab.ACCOUNT)
                .timeLimit(Duration.ofMinutes(5))
                .lease(Duration.ofMinutes(2))
                .head(head().build());
    }

    static HeadGroup.Builder head() {
        return HeadGroup.builder().partition("all").cpus(1).memory(Memory.ofMiB(500));
    }

    static WorkerGroup group(String name, int nodes) {
        return WorkerGroup.builder(name)
                .nodes(nodes)
                .cpus(1)
                .memory(Memory.ofMiB(500))
                .build();
    }

    /** A cluster that stays in the queue until {@link #blocker} is cancelled: all GPUs of the only node with GPUs. */
    SlurmRayCluster.Builder pending() {
        return standIn(0)
                .head(HeadGroup.builder()
                        .partition("gputest")
                        .gpus(4)
                        .memory(Memory.ofMiB(500))
                        .build());
    }

    /** A job that holds one GPU, until it is closed. */
    AutoCloseable blocker() {
        String job = lab.shAs(
                        "login2",
                        Lab.USER,
                        "cd /tmp && sbatch --parsable -o /dev/null -A " + Lab.ACCOUNT
                                + " -p gputest --gres=gpu:1 --mem=50 -t 10 --wrap 'exec sleep 600'")
                .strip();
        return own(() -> lab.run("exec", "ctl", "scancel", job));
    }

    RayCluster launch(SlurmRayCluster.Builder cluster) {
        RayCluster launched = cluster.build().launch();
        own(launched);
        return launched;
    }

    RayCluster ready(SlurmRayCluster.Builder cluster) {
        RayCluster launched = launch(cluster);
        launched.awaitReady(SOON);
        return launched;
    }

    LabLeftovers leftovers(RayCluster cluster) {
        return LabLeftovers.of(lab, cluster.id(), Optional.of(cluster.job()));
    }

    /** What the handle was told is what the job wrote: each event once, in its order. */
    void assertEventsAreThoseOfTheJob(RayCluster cluster) {
        List<Instant> written = lab.sh("login2", "cat /home/hpcuser/.slurmray/" + cluster.id() + "/events.jsonl")
                .lines()
                .map(line -> new BigDecimal(line.replaceAll(".*\"at\":([0-9.]+),.*", "$1")))
                .map(at -> Instant.EPOCH.plusNanos(at.movePointRight(9).longValueExact()))
                .toList();
        List<Instant> told = cluster.events().stream()
                .filter(e -> !(e instanceof ClusterEvent.JobChanged || e instanceof ClusterEvent.Ready))
                .map(ClusterEvent::at)
                .toList();
        assertThat(told).isEqualTo(written);
    }

    <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    @Override
    public void close() {
        AssertionError trouble = new AssertionError("could not end or undo all of the test");
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                trouble.addSuppressed(e);
            }
        }
        if (trouble.getSuppressed().length > 0) {
            throw trouble;
        }
    }
}
