package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.Shell;
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
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

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
        Map<JobId, JobState> states = states(slurm, jobs.values());
        List<ClusterSummary> list = new ArrayList<>();
        jobs.forEach((id, job) -> list.add(new ClusterSummary(id, job, job.map(states::get))));
        return List.copyOf(list);
    }

    private static Map<JobId, JobState> states(SlurmClient slurm, Collection<Optional<JobId>> jobs) {
        return slurm.statuses(jobs.stream().flatMap(Optional::stream).toList());
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
        Map<RunRecord, Optional<JobId>> jobs = new LinkedHashMap<>();
        for (RunRecord record : records()) {
            try {
                jobs.put(record, job(slurm, record));
            } catch (SlurmRayException e) {
                kept.put(record.id(), String.valueOf(e.getMessage()));
            }
        }
        Map<JobId, JobState> states = states(slurm, jobs.values());
        List<PlanRecord> over = new ArrayList<>();
        jobs.forEach((record, job) -> {
            try {
                PlanRecord plan = PlanRecord.parse(record.plan());
                job.map(j -> whyStays(record, plan, j, Objects.requireNonNull(states.get(j))))
                        .orElseGet(() -> whyUnsubmittedStays(record, unsubmittedAge))
                        .ifPresentOrElse(why -> kept.put(record.id(), why), () -> over.add(plan));
            } catch (SlurmRayException e) {
                kept.put(record.id(), String.valueOf(e.getMessage()));
            }
        });
        return new PruneReport(remove(withoutKeys(over, kept), kept), kept);
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
    private static Optional<String> whyStays(RunRecord record, PlanRecord plan, JobId job, JobState state) {
        if (!(state instanceof JobState.Ended ended)) {
            return Optional.of("its job " + job + " is " + state);
        }
        Duration longest = (record.detached() ? plan.timeLimit() : plan.lease()).plus(PATIENCE);
        boolean agrees = record.ended() || record.quiet().compareTo(longest) > 0;
        if (ended.outcome() != JobState.Outcome.NOT_RECORDED || agrees) {
            return Optional.empty();
        }
        return Optional.of("Slurm doesn't know its job " + job
                + " any more, but the job hasn't written that it ended, and"
                + " its directory was changed " + record.quiet().toSeconds() + " s ago; it is removed once that was "
                + longest.toSeconds() + " s ago");
    }

    /** Takes their keys off the VM; leaves out, and says why, those of which that can't be done. */
    private List<PlanRecord> withoutKeys(List<PlanRecord> over, Map<ClusterId, String> kept) {
        List<PlanRecord> withKey =
                over.stream().filter(PlanRecord::hasEphemeralKey).toList();
        if (withKey.isEmpty()) {
            return over;
        }
        String trouble = "give a connection to it with withVmHost";
        if (vmHost.isPresent()) {
            try {
                new VmKeys(vmHost.get())
                        .remove(withKey.stream().map(PlanRecord::id).toList());
                return over;
            } catch (SlurmRayException e) {
                trouble = String.valueOf(e.getMessage());
            }
        }
        for (PlanRecord plan : withKey) {
            kept.put(plan.id(), "its key on the cloud VM could not be removed: " + trouble);
        }
        return over.stream().filter(p -> !p.hasEphemeralKey()).toList();
    }

    /** Removes the directories, all in one command; those of which that fails are kept with the host's words. */
    private List<ClusterId> remove(List<PlanRecord> over, Map<ClusterId, String> kept) {
        if (over.isEmpty()) {
            return List.of();
        }
        String ids = over.stream().map(p -> p.id() + "\n").collect(Collectors.joining());
        String each = "while read -r id; do e=$(rm -rf -- " + Shell.quote(platform.runDirectory())
                + "/\"$id\" 2>&1) || printf '%s %s\\n' \"$id\" \"$(echo \"$e\" | head -n 1)\"; done";
        List<String> left = host.run(Command.shell(each)
                        .describedAs("remove " + over.size() + " run directories")
                        .withStdin(ids))
                .orThrow()
                .lines();
        List<ClusterId> removed = new ArrayList<>();
        for (PlanRecord plan : over) {
            left.stream()
                    .filter(l -> l.startsWith(plan.id() + " "))
                    .findFirst()
                    .ifPresentOrElse(
                            l -> kept.put(
                                    plan.id(),
                                    "its run directory could not be removed: " + l.substring(l.indexOf(' ') + 1)),
                            () -> removed.add(plan.id()));
        }
        return removed;
    }
}
