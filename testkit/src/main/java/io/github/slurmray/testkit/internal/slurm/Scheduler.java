package io.github.slurmray.testkit.internal.slurm;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Decides which waiting jobs start, and when the others probably will: by partition tier, priority and age, and past a
 * job that has to wait only those that don't make it wait longer, as Slurm's backfill scheduler does.
 */
final class Scheduler {
    /** So many jobs that have to wait are planned; what comes after them waits without an estimate. */
    private static final int DEPTH = 30;

    static final Comparator<Job> ORDER = Comparator.<Job>comparingInt(j -> -j.partition.priorityTier())
            .thenComparingLong(j -> -j.priority)
            .thenComparingLong(j -> j.id);

    private final Map<String, Node> nodes;
    private final Collection<Job> jobs;

    Scheduler(Map<String, Node> nodes, Collection<Job> jobs) {
        this.nodes = nodes;
        this.jobs = jobs;
    }

    /** What the running jobs hold. */
    private Timeline running(Instant now) {
        Timeline timeline = new Timeline(now);
        for (Job j : jobs) {
            if (j.holdsNodes()) {
                Instant end = j.end.isPresent()
                        ? now.plusSeconds(1)
                        : j.limitReached().orElse(now.plus(j.timeLimit));
                timeline.hold(j.held(), now, end.isAfter(now) ? end : now.plusSeconds(1));
            }
        }
        return timeline;
    }

    /**
     * Goes through jobs that may start, in order.
     *
     * @param ready those that nothing else holds back; what they wait for, and until when, is written into them
     * @param start called for each that starts now, with its nodes
     */
    void run(List<Job> ready, Instant now, BiConsumer<Job, List<Share>> start) {
        Timeline timeline = running(now);
        Set<String> waiting = new HashSet<>();
        int planned = 0;
        for (Job job : ready) {
            job.plannedStart = Optional.empty();
            if (planned >= DEPTH) {
                job.reason = "Priority";
                continue;
            }
            Optional<Timeline.Slot> slot = timeline.firstSlot(job, usable(job));
            if (slot.isEmpty()) {
                giveUp(job);
                continue;
            }
            Instant end = slot.get().start().plus(job.timeLimit);
            timeline.hold(slot.get().shares(), slot.get().start(), end);
            if (slot.get().start().equals(now)) {
                start.accept(job, slot.get().shares());
            } else {
                job.plannedStart = Optional.of(slot.get().start());
                job.reason = waiting.add(job.partition.name()) ? "Resources" : "Priority";
                planned++;
            }
        }
    }

    /** Says why a job can't start; one that never can is not looked at again. */
    private void giveUp(Job job) {
        if (fitsEmptyNodes(job)) {
            job.reason = unavailable(job);
        } else {
            job.reason = "BadConstraints";
            job.priority = 0;
        }
    }

    /** When and where a job would start that isn't in the queue yet; empty if it can't with the nodes as they are. */
    Optional<Timeline.Slot> estimate(Job job, List<Job> ready, Instant now) {
        Timeline timeline = running(now);
        ready.stream()
                .limit(DEPTH)
                .forEach(other -> timeline.firstSlot(other, usable(other))
                        .ifPresent(s ->
                                timeline.hold(s.shares(), s.start(), s.start().plus(other.timeLimit))));
        return timeline.firstSlot(job, usable(job));
    }

    /** Whether the job would fit if all nodes were up and free. */
    boolean fitsEmptyNodes(Job job) {
        List<Placement.Free> all =
                inOrder(job).stream().map(Node::conf).map(Placement.Free::all).toList();
        return Placement.place(job, all).isPresent();
    }

    private List<Node> inOrder(Job job) {
        return job.partition.nodes().stream()
                .map(nodes::get)
                .filter(java.util.Objects::nonNull)
                .sorted(Comparator.comparingInt(n -> n.conf().weight()))
                .toList();
    }

    private List<NodeConf> usable(Job job) {
        return inOrder(job).stream().filter(Node::usable).map(Node::conf).toList();
    }

    private String unavailable(Job job) {
        List<String> missing = job.request.nodeList.stream()
                .filter(n -> {
                    Node node = nodes.get(n);
                    return node != null && !node.usable();
                })
                .toList();
        return missing.isEmpty()
                ? "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions"
                : "ReqNodeNotAvail, UnavailableNodes:" + io.github.slurmray.core.HostList.compress(missing);
    }
}
