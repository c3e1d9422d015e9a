package io.github.slurmray.testkit.internal.slurm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Who holds how much of which node from when until when: the running jobs, and those that have been planned. */
final class Timeline {
    private final Map<String, List<Hold>> holds = new LinkedHashMap<>();
    private final TreeSet<Instant> ends = new TreeSet<>();
    private final Instant now;

    private record Hold(Share share, Instant from, Instant until) {}

    /** Where a job can start first. */
    record Slot(Instant start, List<Share> shares) {}

    Timeline(Instant now) {
        this.now = now;
    }

    void hold(List<Share> shares, Instant from, Instant until) {
        for (Share share : shares) {
            holds.computeIfAbsent(share.node(), n -> new ArrayList<>()).add(new Hold(share, from, until));
        }
        ends.add(until);
    }

    /** Finds the first time at which the job fits for as long as it may run. */
    Optional<Slot> firstSlot(Job job, List<NodeConf> nodes) {
        Optional<Slot> atOnce = at(job, nodes, now);
        if (atOnce.isPresent()) {
            return atOnce;
        }
        for (Instant end : ends.tailSet(now, false)) {
            Optional<Slot> later = at(job, nodes, end);
            if (later.isPresent()) {
                return later;
            }
        }
        return Optional.empty();
    }

    private Optional<Slot> at(Job job, List<NodeConf> nodes, Instant start) {
        Instant end = start.plus(job.timeLimit);
        List<Placement.Free> free = nodes.stream().map(n -> free(n, start, end)).toList();
        return Placement.place(job, free).map(shares -> new Slot(start, shares));
    }

    /** What stays free of a node through a span of time. */
    private Placement.Free free(NodeConf node, Instant from, Instant until) {
        List<Hold> here = holds.getOrDefault(node.name(), List.of()).stream()
                .filter(h -> h.from().isBefore(until) && h.until().isAfter(from))
                .toList();
        Placement.Free least = Placement.Free.all(node);
        TreeSet<Instant> changes = new TreeSet<>(List.of(from));
        here.stream().map(Hold::from).filter(f -> f.isAfter(from)).forEach(changes::add);
        for (Instant at : changes) {
            Placement.Free then = Placement.Free.all(node);
            for (Hold h : here) {
                if (!h.from().isAfter(at) && h.until().isAfter(at)) {
                    then = without(then, h.share());
                }
            }
            least = least(least, then);
        }
        return least;
    }

    private static Placement.Free without(Placement.Free free, Share share) {
        Map<String, Integer> gres = new LinkedHashMap<>(free.gres());
        share.gres().forEach((k, n) -> gres.merge(k, -n, Integer::sum));
        return new Placement.Free(free.node(), free.cpus() - share.cpus(), free.memoryMb() - share.memoryMb(), gres);
    }

    private static Placement.Free least(Placement.Free a, Placement.Free b) {
        Map<String, Integer> gres = new LinkedHashMap<>(a.gres());
        b.gres().forEach((k, n) -> gres.merge(k, n, Math::min));
        return new Placement.Free(a.node(), Math.min(a.cpus(), b.cpus()), Math.min(a.memoryMb(), b.memoryMb()), gres);
    }
}
