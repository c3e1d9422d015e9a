package io.github.slurmray.ray;

import static io.github.slurmray.ray.ClusterLab.REAL_RAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Memory;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.platforms.Platforms;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The life of a cluster in which nothing fails. */
@LabTest
@Tag("slurm-versions")
class ClusterLifeLabTest extends OnTheLab {
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
