package io.github.slurmray.ray;

import static io.github.slurmray.ray.ClusterLab.REAL_RAY;
import static io.github.slurmray.ray.ClusterLab.SOON;
import static io.github.slurmray.ray.ClusterLab.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.Memory;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.slurm.Accounting;
import io.github.slurmray.slurm.JobState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The life of a cluster in which nothing fails. */
@LabTest
@Tag("slurm-versions")
class ClusterLifeLabTest extends OnTheLab {
    @Test
    void aHeadAloneIsAClusterAndEndingItTwiceIsHarmless() {
        RayCluster cluster = clusters.ready(clusters.standIn(0));

        assertThat(cluster.nodes()).singleElement().matches(RayNode::head);
        Accounting accounting = cluster.end();

        assertThat(accounting.jobRow().flatMap(r -> r.end())).isPresent();
        assertThat(cluster.end()).isSameAs(accounting);
        cluster.close();
        cluster.close();
        assertThat(cluster.phase()).isEqualTo(Phase.ENDED);
        clusters.leftovers(cluster).assertNone();
    }

    @Test
    void eachWorkerGroupHasItsOwnShape() {
        RayCluster cluster = clusters.ready(clusters.standIn(0)
                .workers(WorkerGroup.builder("few")
                        .cpus(2)
                        .memory(Memory.ofMiB(500))
                        .build())
                .workers(WorkerGroup.builder("many")
                        .cpus(3)
                        .memory(Memory.ofMiB(500))
                        .build()));

        assertThat(cluster.nodes()).extracting(n -> n.resources().get("CPU")).containsExactlyInAnyOrder(1.0, 2.0, 3.0);

        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    @Test
    void twoClustersOfOneUserShareNodesAndEndByThemselves() {
        RayCluster first = clusters.launch(clusters.standIn(2));
        RayCluster second = clusters.launch(clusters.standIn(2));
        first.awaitReady(SOON);
        second.awaitReady(SOON);

        first.end();

        assertThat(second.nodes()).hasSize(3);
        assertThat(second.phase()).isEqualTo(Phase.READY);
        clusters.leftovers(first).assertNone();
        second.end();
        clusters.leftovers(second).assertNone();
    }

    @Test
    void anotherUserCanReadNothingOfTheCluster() {
        RayCluster cluster = clusters.ready(clusters.standIn(0));
        String node = started(cluster).nodes().get(0);
        String look = "cat /home/hpcuser/.slurmray/" + cluster.id() + "/token; ls /home/hpcuser/.slurmray/"
                + cluster.id() + " /tmp/r-" + cluster.job() + " /tmp/r-" + cluster.job() + ".b";

        Lab.Output seen = lab.attempt("as", node, Lab.OTHER_USER, "bash", "-c", look);

        assertThat(seen.text().lines()).hasSize(4).allMatch(line -> line.endsWith("Permission denied"), "is a refusal");
    }

    @Test
    void aPendingClusterSaysWhyAndCanBeEnded() throws Exception {
        clusters.blocker();
        RayCluster cluster = clusters.launch(clusters.pending());
        await().atMost(SOON)
                .until(() -> cluster.jobState()
                        .filter(JobState.Pending.class::isInstance)
                        .isPresent());

        assertThatThrownBy(() -> cluster.awaitReady(Duration.ofSeconds(2)))
                .isInstanceOf(NotReadyException.class)
                .hasMessageContaining("Resources");
        assertThat(cluster.phase()).isEqualTo(Phase.PENDING);

        within(10, "a pending cluster is ended", cluster::end);
        clusters.leftovers(cluster).assertNone();
    }

    @Test
    void anInterruptedWaitThrowsAndLeavesTheClusterAlone() throws Exception {
        clusters.blocker();
        RayCluster cluster = clusters.launch(clusters.pending());
        FutureTask<Boolean> waiting = new FutureTask<>(() -> {
            try {
                cluster.awaitReady(SOON);
                return false;
            } catch (InterruptedCallException e) {
                return Thread.currentThread().isInterrupted();
            }
        });
        Thread thread = new Thread(waiting);
        thread.start();
        await().atMost(SOON).until(() -> thread.getState() == Thread.State.TIMED_WAITING);

        thread.interrupt();

        assertThat(waiting.get()).as("the flag is set again").isTrue();
        assertThat(cluster.phase()).isEqualTo(Phase.PENDING);
    }

    @Test
    void aSubscriberThatThrowsIsToldNoMoreAndDisturbsNobody() {
        RayCluster cluster = clusters.launch(clusters.standIn(1));
        AtomicInteger calls = new AtomicInteger();
        List<ClusterEvent> told = new ArrayList<>();
        cluster.subscribe(e -> {
            calls.incrementAndGet();
            throw new IllegalArgumentException("the subscriber's own fault");
        });
        cluster.subscribe(told::add);
        cluster.awaitReady(SOON);

        cluster.end();

        await().atMost(Duration.ofSeconds(2)).until(() -> told.equals(cluster.events()));
        assertThat(calls).hasValue(1);
        assertThat(told.stream().filter(ClusterEvent.NodeJoined.class::isInstance))
                .hasSize(2);
        assertThat(told.stream().filter(ClusterEvent.Ready.class::isInstance)).hasSize(1);
        assertThat(told.stream().filter(ClusterEvent.Finished.class::isInstance))
                .hasSize(1);
    }

    @Test
    void aJobRunsOnEveryNodeOfARealCluster() {
        Memory enough = Memory.ofGiB(3);
        RayCluster cluster = clusters.launch(clusters.small(
                        Platforms.lab().defaultRay().orElseThrow())
                .head(HeadGroup.builder()
                        .partition("all")
                        .cpus(1)
                        .memory(enough)
                        .build())
                .workers(WorkerGroup.builder("cpu").cpus(1).memory(enough).build()));
        cluster.awaitReady(REAL_RAY);

        RayJob job = cluster.jobs()
                .submit(RayJobSpec.builder("python -c 'import ray; ray.init(); print(\"nodes:\", len(ray.nodes()))'")
                        .build());

        assertThat(job.await(REAL_RAY).status()).isEqualTo(RayJobStatus.SUCCEEDED);
        assertThat(job.logs()).contains("nodes: 2");
        cluster.end();
        clusters.leftovers(cluster).assertNone();
    }

    static ClusterEvent.Started started(RayCluster cluster) {
        return cluster.events().stream()
                .filter(ClusterEvent.Started.class::isInstance)
                .map(ClusterEvent.Started.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
