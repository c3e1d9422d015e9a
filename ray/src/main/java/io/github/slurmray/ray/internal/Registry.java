package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.ray.ClusterId;
import io.github.slurmray.ray.ClusterSummary;
import io.github.slurmray.ray.PruneReport;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import io.github.slurmray.slurm.SlurmClient;
import io.github.slurmray.slurm.SubmissionUndecidedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The run directories of one user on one site. However many there are, they are read in one command, and Slurm is asked
 * for all of their jobs in another.
 *
 * @param host a login node
 * @param platform the site
 * @param vmHost the cloud VM, where the SDK manages one
 */
public record Registry(Host host, Platform platform, Optional<Host> vmHost) {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /**
     * Returns the same with a VM.
     *
     * @param vm the VM
     * @return a copy
     */
    public Registry withVmHost(Host vm) {
        return new Registry(host, platform, Optional.of(vm));
    }

    private RunDirectory directory(ClusterId id) {
        return new RunDirectory(host, platform.runDirectory() + "/" + id);
    }

    /**
     * Attaches.
     *
     * @param id the cluster
     * @return watched, and owned
     */
    public LiveCluster attach(ClusterId id) {
        return new Launcher(host, vmHost).attach(id, directory(id));
    }

    /**
     * Observes.
     *
     * @param id the cluster
     * @return watched
     */
    public LiveCluster observe(ClusterId id) {
        return new Launcher(host, vmHost).observe(id, directory(id));
    }

    /** In the order of their ids. */
    private List<RunRecord> records() {
        return host.run(Scripts.command("bash", "clusters.sh", platform.runDirectory())).orThrow().lines().stream()
                .map(RunRecord::parse)
                .flatMap(Optional::stream) // else it is a directory of somebody's own
                .sorted(Comparator.comparing(r -> r.id().value()))
                .toList();
    }

    // ---------------------------------------------------------------- list

    /**
     * Lists.
     *
     * @return by id
     */
    public List<ClusterSummary> list() {
        SlurmClient slurm = SlurmClient.over(host);
        Map<ClusterId, Optional<JobId>> jobs = new LinkedHashMap<>();
        records().forEach(record -> jobs.put(record.id(), jobIfKnown(slurm, record)));
        Map<String, JobState> states = states(slurm, jobs);
        List<ClusterSummary> list = new ArrayList<>();
        jobs.forEach((id, job) -> list.add(new ClusterSummary(id, job, job.map(j -> states.get(id.value())))));
        return List.copyOf(list);
    }

    /** By the clusters' ids, which are their jobs' names: two Slurms that share this home give the same job ids. */
    private static Map<String, JobState> states(SlurmClient slurm, Map<ClusterId, Optional<JobId>> jobs) {
        Map<String, JobId> named = new LinkedHashMap<>();
        jobs.forEach((id, job) -> job.ifPresent(j -> named.put(id.value(), j)));
        return slurm.statuses(named);
    }

    private Optional<JobId> jobIfKnown(SlurmClient slurm, RunRecord record) {
        try {
            return job(slurm, record);
        } catch (SubmissionUndecidedException e) {
            return Optional.empty();
        }
    }

    /** Only where the record of the submission doesn't say it plainly, this asks. */
    private Optional<JobId> job(SlurmClient slurm, RunRecord record) {
        return record.submission() == RunRecord.Submission.UNCLEAR
                ? slurm.find(Launcher.submission(record.id(), directory(record.id())))
                : record.job();
    }

    // ---------------------------------------------------------------- prune

    /**
     * Prunes.
     *
     * @param unsubmittedAge how old a cluster without a job must be
     * @return what happened
     */
    public PruneReport prune(Duration unsubmittedAge) {
        // what the controller doesn't know is over, and that is all this has to know: how it ended may arrive later
        SlurmClient slurm =
                SlurmClient.builder(host).recordsArriveWithin(Duration.ZERO).build();
        Map<ClusterId, String> kept = new LinkedHashMap<>();
        List<RunRecord> records = records();
        Map<ClusterId, Optional<JobId>> jobs = new LinkedHashMap<>();
        for (RunRecord record : records) {
            try {
                jobs.put(record.id(), job(slurm, record));
            } catch (SlurmRayException e) {
                kept.put(record.id(), String.valueOf(e.getMessage()));
            }
        }
        Map<String, JobState> states = states(slurm, jobs);
        Set<ClusterId> over = new LinkedHashSet<>();
        Set<ClusterId> withKey = new LinkedHashSet<>();
        for (RunRecord record : records) {
            ClusterId id = record.id();
            if (kept.containsKey(id)) {
                continue;
            }
            try {
                Optional<String> why = Objects.requireNonNull(jobs.get(id))
                        .map(job -> whyStays(record, job, Objects.requireNonNull(states.get(id.value()))))
                        .orElseGet(() -> whyUnsubmittedStays(record, unsubmittedAge));
                if (why.isPresent()) {
                    kept.put(id, why.get());
                } else {
                    (mayHaveKey(record) ? withKey : over).add(id);
                }
            } catch (SlurmRayException e) {
                kept.put(id, String.valueOf(e.getMessage()));
            }
        }
        over.addAll(withoutKey(withKey, kept));
        return new PruneReport(remove(over, kept), kept);
    }

    /** A key is put on a VM when the directory is whole, and taken from it before the directory's removal begins. */
    private static boolean mayHaveKey(RunRecord record) {
        return record.whole() && PlanRecord.parse(record.plan()).hasEphemeralKey();
    }

    private static Optional<String> whyUnsubmittedStays(RunRecord record, Duration unsubmittedAge) {
        return record.age().compareTo(unsubmittedAge) < 0
                ? Optional.of(
                        "it was prepared " + record.age().toSeconds() + " s ago, and may be being submitted just now")
                : Optional.empty();
    }

    /**
     * Slurm's word decides. Where it is only that the controller doesn't know the job, the directory must agree, as it
     * may be that of another Slurm that shares this home: by the job's own last word, or by having been quiet for
     * longer than the job could live so.
     */
    private static Optional<String> whyStays(RunRecord record, JobId job, JobState state) {
        if (!(state instanceof JobState.Ended ended)) {
            return Optional.of("its job " + job + " is " + state);
        }
        if (ended.outcome() != JobState.Outcome.NOT_RECORDED || record.ended()) {
            return Optional.empty();
        }
        PlanRecord plan = PlanRecord.parse(record.plan());
        Duration longest = (record.detached() ? plan.timeLimit() : plan.lease()).plus(PATIENCE);
        if (record.quiet().compareTo(longest) > 0) {
            return Optional.empty();
        }
        return Optional.of("Slurm doesn't know its job " + job
                + " any more, but the job hasn't written that it ended, and"
                + " its directory was changed " + record.quiet().toSeconds() + " s ago; it is removed once that was "
                + longest.toSeconds() + " s ago");
    }

    /** Takes their keys off the VM; leaves out, and says why, those of which that can't be done. */
    private Set<ClusterId> withoutKey(Set<ClusterId> withKey, Map<ClusterId, String> kept) {
        if (withKey.isEmpty()) {
            return withKey;
        }
        Map<ClusterId, RunDirectory> directories = new LinkedHashMap<>();
        withKey.forEach(id -> directories.put(id, directory(id)));
        Map<ClusterId, String> left = new LinkedHashMap<>();
        if (vmHost.isPresent()) {
            try {
                left.putAll(new VmKeys(vmHost.get()).remove(directories));
            } catch (SlurmRayException e) {
                withKey.forEach(id -> left.put(id, String.valueOf(e.getMessage())));
            }
        } else {
            withKey.forEach(id -> left.put(id, "give a connection to it with withVmHost"));
        }
        left.forEach((id, why) -> kept.put(id, "its key on the cloud VM could not be removed: " + why));
        Set<ClusterId> without = new LinkedHashSet<>(withKey);
        without.removeAll(left.keySet());
        return without;
    }

    /** Removes the directories, all in one command; those of which that fails are kept with the host's words. */
    private List<ClusterId> remove(Set<ClusterId> over, Map<ClusterId, String> kept) {
        if (over.isEmpty()) {
            return List.of();
        }
        Map<String, String> left = RunDirectory.removeAll(
                host, over.stream().map(id -> directory(id).path()).toList());
        List<ClusterId> removed = new ArrayList<>();
        for (ClusterId id : over) {
            String why = left.get(directory(id).path());
            if (why == null) {
                removed.add(id);
            } else {
                kept.put(id, "its run directory could not be removed: " + why);
            }
        }
        return removed;
    }
}
