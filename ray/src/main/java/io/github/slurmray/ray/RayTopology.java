package io.github.slurmray.ray;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A Ray cluster's nodes: a head group, which is one node, and worker groups, as in KubeRay.
 *
 * @param head the head's node
 * @param workers the worker groups; none for a cluster of the head alone
 */
public record RayTopology(HeadGroup head, List<WorkerGroup> workers) {
    /**
     * Checks and copies the groups.
     *
     * @throws IllegalArgumentException if two groups have one name, or groups name different partitions, which one
     *     homogeneous job can't have
     */
    public RayTopology {
        Objects.requireNonNull(head, "head");
        workers = List.copyOf(workers);
        Set<String> names = new LinkedHashSet<>();
        for (WorkerGroup w : workers) {
            if (!names.add(w.name())) {
                throw new IllegalArgumentException("two worker groups are named '" + w.name() + "'");
            }
        }
        List<String> partitions = partitions(head, workers).distinct().toList();
        if (partitions.size() > 1) {
            throw new IllegalArgumentException("the groups name the partitions " + String.join(", ", partitions)
                    + ", but a cluster is one homogeneous Slurm job, which has one partition; heterogeneous jobs are not"
                    + " supported yet");
        }
    }

    private static Stream<String> partitions(HeadGroup head, List<WorkerGroup> workers) {
        return Stream.concat(head.partition().stream(), workers.stream().flatMap(w -> w.partition().stream()));
    }

    /**
     * Returns the number of all nodes, the head's among them.
     *
     * @return at least 1
     */
    public int nodes() {
        return 1 + workers.stream().mapToInt(WorkerGroup::nodes).sum();
    }

    /**
     * Returns the partition that the groups name.
     *
     * @return empty if none does
     */
    public Optional<String> partition() {
        return partitions(head, workers).findFirst();
    }

    /**
     * Returns what each node of the job is asked for: the largest of each that a group asks.
     *
     * @return the shape
     */
    public NodeShape largestShape() {
        List<NodeShape> shapes = new ArrayList<>();
        workers.forEach(w -> shapes.add(w.shape()));
        return shapes.stream().reduce(head.shape(), NodeShape::largest);
    }
}
