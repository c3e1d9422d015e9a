package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides whether a request becomes a job. Checks in real Slurm's order, so that of several mistakes the same one is
 * named.
 */
final class Admission {
    private static final int MAX_SCRIPT = 4 << 20;
    private static final int MAX_TEXT = 1024;
    private static final int MAX_PATH = 4096;

    private final SiteConf conf;
    private final Scheduler scheduler;

    Admission(SiteConf conf, Scheduler scheduler) {
        this.conf = conf;
        this.scheduler = scheduler;
    }

    /** Looks whether all texts are such that the controller would take them at all, before there is an id. */
    static void checkLengths(JobRequest r) throws Refused {
        boolean fits = r.script.length() <= MAX_SCRIPT
                && Stream.of(r.name, r.comment.orElse(""), r.account.orElse(""), r.partition.orElse(""))
                        .allMatch(t -> t.length() <= MAX_TEXT)
                && Stream.of(r.stdin, r.stdout, r.stderr, r.workDir).allMatch(p -> p.length() <= MAX_PATH);
        if (!fits) {
            throw new Refused("Pathname of a file, directory or other parameter too long");
        }
    }

    Job admit(long id, JobRequest request, Collection<Job> jobs, Instant now) throws Refused {
        PartitionConf partition = partition(request);
        String account = account(request, partition);
        String qos = qos(request);
        checkArray(request);
        checkSubmitLimit(request, jobs);
        Job job = new Job(id, request, partition, account, qos, now);
        checkShape(job, now);
        job.dependencies = dependencies(request, jobs);
        return job;
    }

    private PartitionConf partition(JobRequest request) throws Refused {
        if (request.partition.isEmpty()) {
            return conf.defaultPartition()
                    .orElseThrow(() -> new Refused("No partition specified or system default partition"));
        }
        String name = request.partition.get();
        for (String one : name.split(",", -1)) {
            if (conf.partition(one).isEmpty()) {
                throw new Refused(
                        "Invalid partition name specified",
                        "invalid partition specified: " + (one.isEmpty() ? "(null)" : one));
            }
        }
        return conf.partition(name).orElseThrow(() -> new Unsupported("more than one partition for a job"));
    }

    private String account(JobRequest request, PartitionConf partition) throws Refused {
        List<String> own = conf.users().accounts();
        String account = request.account.orElse(own.isEmpty() ? "" : own.get(0));
        boolean mine = own.isEmpty() || own.contains(account) || request.onlyOccupies.isPresent();
        boolean here =
                partition.allowAccounts().isEmpty() || partition.allowAccounts().contains(account);
        if (!mine || !here) {
            throw new Refused("Invalid account or account/partition combination specified");
        }
        return account;
    }

    private String qos(JobRequest request) throws Refused {
        List<String> known = conf.users().qos();
        String qos = request.qos.orElse(known.isEmpty() ? "normal" : known.get(0));
        if (!known.isEmpty() && !known.contains(qos)) {
            throw new Refused("Invalid qos specification");
        }
        return qos;
    }

    private void checkArray(JobRequest request) throws Refused {
        if (!request.array.isEmpty() && request.array.last() >= conf.maxArraySize()) {
            throw new Refused("Invalid job array specification");
        }
    }

    private void checkSubmitLimit(JobRequest request, Collection<Job> jobs) throws Refused {
        if (conf.limits().submitted().isEmpty() || request.onlyOccupies.isPresent()) {
            return;
        }
        int mine = 0;
        for (Job j : jobs) {
            if (j.request.user.equals(request.user) && !j.isOver()) {
                mine += Math.max(1, j.waitingTasks.size());
            }
        }
        if (mine + Math.max(1, request.array.size()) > conf.limits().submitted().getAsInt()) {
            throw new Refused(
                    "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
                    "AssocMaxSubmitJobLimit");
        }
    }

    private void checkShape(Job job, Instant now) throws Refused {
        JobRequest r = job.request;
        PartitionConf p = job.partition;
        if (p.state().equals("INACTIVE") || p.state().equals("DRAIN")) {
            throw new Refused("Required partition not available (inactive or drain)");
        }
        for (String key : r.gresPerNode.keySet()) {
            checkGresIsKnown(key);
        }
        for (String key : r.gresPerJob.keySet()) {
            checkGresIsKnown(key);
        }
        checkNames(r, p);
        if (r.cpuCount() > totalCpus(p)) {
            throw new Refused("More processors requested than permitted");
        }
        Optional<String> obstacle = partitionObstacle(job, p).filter(o -> !o.equals("PartitionDown"));
        if (conf.enforcesLimits() && obstacle.isPresent()) {
            throw new Refused(
                    obstacle.get().equals("PartitionTimeLimit")
                            ? "Requested time limit is invalid (missing or exceeds some limit)"
                            : "Node count specification invalid");
        }
        if (obstacle.isEmpty() && !r.startsLater(now) && !scheduler.fitsEmptyNodes(job)) {
            throw new Refused("Requested node configuration is not available", hopeless(job));
        }
    }

    /** What no node of the partition could ever give, in Slurm's words. */
    private String[] hopeless(Job job) {
        JobRequest r = job.request;
        long memory = r.memPerNode.orElse(r.memPerCpu.orElse(0));
        List<NodeConf> nodes = job.partition.nodes().stream()
                .map(n -> conf.nodes().get(n))
                .filter(java.util.Objects::nonNull)
                .toList();
        if (nodes.stream().allMatch(n -> r.leastCpusPerNode() > n.cpus())) {
            return new String[] {"CPU count per node can not be satisfied"};
        }
        return nodes.stream().allMatch(n -> memory > n.memoryMb())
                ? new String[] {"Memory specification can not be satisfied"}
                : new String[0];
    }

    /** Looks whether what the request names is there. */
    private void checkNames(JobRequest r, PartitionConf p) throws Refused {
        if (!conf.nodes().keySet().containsAll(r.nodeList)
                || !conf.nodes().keySet().containsAll(r.exclude)) {
            throw new Refused("Invalid node name specified");
        }
        if (!p.nodes().containsAll(r.nodeList)) {
            throw new Refused("Requested nodes not in this partition");
        }
        for (String feature : r.features) {
            if (conf.nodes().values().stream().noneMatch(n -> n.features().contains(feature))) {
                throw new Refused("Invalid feature specification");
            }
        }
        if (r.nice < 0) {
            throw new Refused("Invalid --nice value");
        }
        if (!r.reservation.isEmpty()) {
            throw new Refused("Requested reservation is invalid");
        }
        if (!r.licenses.isEmpty()) {
            if (!conf.setting("Licenses", "").isEmpty()) {
                throw new Unsupported("licenses");
            }
            throw new Refused("Invalid license specification");
        }
    }

    private int totalCpus(PartitionConf p) {
        int cpus = 0;
        for (String name : p.nodes()) {
            NodeConf node = conf.nodes().get(name);
            cpus += node == null ? 0 : node.cpus();
        }
        return cpus;
    }

    private void checkGresIsKnown(String key) throws Refused {
        boolean known = List.of(conf.setting("GresTypes", "").split(",")).contains(Gres.name(key));
        if (!known) {
            throw new Refused("Invalid generic resource (gres) specification");
        }
    }

    /** Slurm's word for why a partition keeps a job waiting. */
    static Optional<String> partitionObstacle(Job job, PartitionConf p) {
        if (p.state().equals("DOWN")) {
            return Optional.of("PartitionDown");
        }
        if (p.state().equals("INACTIVE")) {
            return Optional.of("PartitionInactive");
        }
        if (job.request.onlyOccupies.isPresent()) {
            return Optional.empty();
        }
        int nodes = job.request.nodes();
        int most = Math.min(p.nodes().size(), p.maxNodes().orElse(Integer.MAX_VALUE));
        if (nodes > most || job.request.maxNodes.orElse(p.minNodes()) < p.minNodes()) {
            return Optional.of("PartitionNodeLimit");
        }
        return p.maxTime().filter(max -> job.timeLimit.compareTo(max) > 0).map(max -> "PartitionTimeLimit");
    }

    private List<Dependency> dependencies(JobRequest request, Collection<Job> jobs) throws Refused {
        List<Dependency> all =
                Dependency.parse(request.dependency).orElseThrow(() -> new Refused("Job dependency problem"));
        List<Dependency> known = all.stream()
                .filter(d ->
                        d.type == Dependency.Type.SINGLETON || jobs.stream().anyMatch(d::isOf) || waits(d, jobs))
                .toList();
        if (known.size() < all.size() && conf.release() == SlurmRelease.V24_11) {
            throw new Refused("Job dependency problem");
        }
        // the older release forgets about what it doesn't know
        return known;
    }

    private static boolean waits(Dependency d, Collection<Job> jobs) {
        return d.task.isPresent()
                && jobs.stream().anyMatch(j -> j.arrayId == d.job && j.waitingTasks.contains(d.task.get()));
    }
}
