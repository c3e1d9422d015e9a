package io.github.slurmray.testkit.internal.slurm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds nodes for a job among what is free: pure functions. */
final class Placement {
    private Placement() {}

    /** What is free of a node. */
    record Free(NodeConf node, int cpus, long memoryMb, Map<String, Integer> gres) {
        static Free all(NodeConf node) {
            return new Free(node, node.cpus(), node.memoryMb(), node.gres());
        }

        boolean isWhole() {
            return cpus == node.cpus() && memoryMb == node.memoryMb() && gres.equals(node.gres());
        }
    }

    /** A node that would do, for so many tasks. */
    private record Candidate(Free free, int tasks) {}

    /**
     * Chooses nodes.
     *
     * @param free in the order in which nodes are preferred
     * @return a share of each node, empty if the job doesn't fit
     */
    static Optional<List<Share>> place(Job job, List<Free> free) {
        JobRequest r = job.request;
        int tasks = r.taskCount();
        List<Candidate> candidates = new ArrayList<>();
        for (Free f : free) {
            int fit = tasksThatFit(job, f);
            if (fit > 0) {
                candidates.add(new Candidate(f, fit));
            }
        }
        if (!r.nodeList.isEmpty()) {
            candidates.sort(Comparator.comparing(
                    c -> !r.nodeList.contains(c.free().node().name())));
        }
        int least = r.nodes();
        int allowed = job.partition.maxNodes().orElse(Integer.MAX_VALUE);
        int most = Math.max(least, r.maxNodes.orElse(r.minNodes.isPresent() ? least : allowed));
        List<Candidate> chosen = choose(candidates, least, most, tasks);
        if (chosen == null || !names(chosen).containsAll(r.nodeList)) {
            return Optional.empty();
        }
        return distribute(job, chosen, tasks);
    }

    private static List<String> names(List<Candidate> chosen) {
        return chosen.stream().map(c -> c.free().node().name()).toList();
    }

    private static @Nullable List<Candidate> choose(List<Candidate> candidates, int least, int most, int tasks) {
        if (candidates.size() < least) {
            return null;
        }
        List<Candidate> chosen = new ArrayList<>(candidates.subList(0, least));
        for (int i = least; i < candidates.size() && chosen.size() < most && sum(chosen) < tasks; i++) {
            chosen.add(candidates.get(i));
        }
        if (sum(chosen) < tasks) {
            // the roomiest nodes may do where the first ones don't
            chosen = candidates.stream()
                    .sorted(Comparator.comparingInt(Candidate::tasks).reversed())
                    .limit(chosen.size())
                    .toList();
        }
        return sum(chosen) < tasks ? null : chosen;
    }

    private static int sum(List<Candidate> chosen) {
        return chosen.stream().mapToInt(Candidate::tasks).sum();
    }

    private static int tasksThatFit(Job job, Free free) {
        JobRequest r = job.request;
        boolean excluded = r.exclude.contains(free.node().name())
                || !free.node().features().containsAll(r.features)
                || r.leastCpusPerNode() > free.cpus()
                || (wholeNodes(job) && !free.isWhole());
        if (excluded) {
            return 0;
        }
        int fit = Math.min(r.tasksPerNode.orElse(Integer.MAX_VALUE), free.cpus() / r.cpusPerTaskOrOne());
        while (fit > 0 && share(job, free, fit) == null) {
            fit--;
        }
        return fit;
    }

    private static boolean wholeNodes(Job job) {
        return job.request.exclusive || job.partition.exclusive();
    }

    /** What so many tasks take of a node; null if there isn't enough. */
    private static @Nullable Share share(Job job, Free free, int tasks) {
        JobRequest r = job.request;
        NodeConf node = free.node();
        int threads = node.threadsPerCore();
        int cpus = (tasks * r.cpusPerTaskOrOne() + threads - 1) / threads * threads;
        if (wholeNodes(job)) {
            cpus = node.cpus();
        }
        long memory = memory(job, node, cpus);
        Map<String, Integer> wanted = new java.util.LinkedHashMap<>(r.gresPerNode);
        r.gresPerTask.forEach((k, n) -> wanted.merge(k, JobRequest.times(n, tasks), Integer::sum));
        Map<String, Integer> gres = Gres.take(free.gres(), wanted);
        if (wholeNodes(job) && gres != null) {
            gres = free.gres();
        }
        if (cpus > free.cpus() || memory > free.memoryMb() || gres == null) {
            return null;
        }
        return new Share(node.name(), cpus, memory, gres, tasks);
    }

    /** The memory that a job has on a node, in MB. */
    static long memory(Job job, NodeConf node, int cpus) {
        JobRequest r = job.request;
        if (r.memPerNode.isPresent()) {
            return r.memPerNode.getAsLong() == 0 ? node.memoryMb() : r.memPerNode.getAsLong();
        }
        if (r.memPerCpu.isPresent()) {
            return r.memPerCpu.getAsLong() == 0 ? node.memoryMb() : r.memPerCpu.getAsLong() * cpus;
        }
        if (job.partition.defMemPerCpu().isPresent()) {
            return Math.min(node.memoryMb(), job.partition.defMemPerCpu().getAsLong() * cpus);
        }
        return Math.min(node.memoryMb(), job.partition.defMemPerNode().orElse(node.memoryMb()));
    }

    private static Optional<List<Share>> distribute(Job job, List<Candidate> chosen, int tasks) {
        int[] counts = new int[chosen.size()];
        int left = tasks;
        for (int i = 0; i < counts.length; i++) {
            counts[i] = left > 0 ? 1 : 0;
            left -= counts[i];
        }
        // each node is filled before the next
        for (int i = 0; left > 0; i = (i + 1) % counts.length) {
            int more = Math.min(left, chosen.get(i).tasks() - counts[i]);
            counts[i] += more;
            left -= more;
        }
        Map<String, Integer> wanted = new java.util.LinkedHashMap<>(job.request.gresPerJob);
        List<Share> shares = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            Free free = chosen.get(i).free();
            Share share = share(job, free, Math.max(1, counts[i]));
            if (share == null) {
                return Optional.empty();
            }
            shares.add(
                    new Share(share.node(), share.cpus(), share.memoryMb(), plusJobs(share, free, wanted), counts[i]));
        }
        return wanted.isEmpty() ? Optional.of(shares) : Optional.empty();
    }

    /** Adds what the job as a whole asks for, as far as this node has it, and takes it off what is wanted. */
    private static Map<String, Integer> plusJobs(Share share, Free free, Map<String, Integer> wanted) {
        Map<String, Integer> gres = new java.util.LinkedHashMap<>(share.gres());
        for (String key : List.copyOf(wanted.keySet())) {
            int asked = wanted.getOrDefault(key, 0);
            for (int n = asked; n > 0; n--) {
                Map<String, Integer> taken = Gres.take(free.gres(), Map.of(key, n));
                if (taken != null) {
                    taken.forEach((k, v) -> gres.merge(k, v, Integer::sum));
                    wanted.merge(key, -n, Integer::sum);
                    break;
                }
            }
        }
        wanted.values().removeIf(n -> n <= 0);
        return gres;
    }
}
