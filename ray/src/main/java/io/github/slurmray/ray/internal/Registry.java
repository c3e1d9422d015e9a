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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The run directories of one user on one site.
 *
 * @param host a login node
 * @param platform the site
 * @param vmHost the cloud VM, where the SDK manages one
 */
public record Registry(Host host, Platform platform, Optional<Host> vmHost) {
    private static final Pattern AGE = Pattern.compile("(-?\\d+) ([a-z][a-z0-9-]{7,63})");

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
     * @return watched
     */
    public LiveCluster attach(ClusterId id) {
        return new Launcher(host, vmHost).attach(id, directory(id));
    }

    /** Ids and ages in seconds, by the host's own clock. */
    private Map<ClusterId, Duration> ages() {
        String root = Shell.quote(platform.runDirectory());
        String script = "now=$(date +%s); for d in " + root
                + "/*/; do m=$(stat -c %Y \"$d\"plan.json 2>/dev/null) || continue; "
                + "d=${d%/}; echo \"$((now - m)) ${d##*/}\"; done";
        Map<ClusterId, Duration> ages = new LinkedHashMap<>();
        for (String line : host.run(Command.shell(script).describedAs("list clusters"))
                .orThrow()
                .lines()) {
            Matcher named = AGE.matcher(line);
            if (named.matches()) { // else it is a directory of somebody's own
                ages.put(new ClusterId(named.group(2)), Duration.ofSeconds(Long.parseLong(named.group(1))));
            }
        }
        return ages;
    }

    /**
     * Lists.
     *
     * @return by id
     */
    public List<ClusterSummary> list() {
        SlurmClient slurm = SlurmClient.over(host);
        Map<ClusterId, Optional<JobId>> jobs = new LinkedHashMap<>();
        for (ClusterId id : ages().keySet()) {
            jobs.put(id, find(slurm, id));
        }
        Map<JobId, JobState> states =
                slurm.statuses(jobs.values().stream().flatMap(Optional::stream).toList());
        List<ClusterSummary> list = new ArrayList<>();
        jobs.forEach((id, job) -> list.add(new ClusterSummary(id, job, job.map(j -> states.get(j)))));
        return List.copyOf(list);
    }

    private Optional<JobId> find(SlurmClient slurm, ClusterId id) {
        try {
            return slurm.find(Launcher.submission(id, directory(id)));
        } catch (SubmissionUndecidedException e) {
            return Optional.empty();
        }
    }

    /**
     * Prunes.
     *
     * @param unsubmittedAge how old a cluster without a job must be
     * @return what happened
     */
    public PruneReport prune(Duration unsubmittedAge) {
        SlurmClient slurm = SlurmClient.over(host);
        List<ClusterId> removed = new ArrayList<>();
        Map<ClusterId, String> kept = new LinkedHashMap<>();
        ages().forEach((id, age) -> {
            RunDirectory directory = directory(id);
            try {
                Optional<String> alive = whyAlive(slurm, id, age, unsubmittedAge);
                if (alive.isPresent()) {
                    kept.put(id, alive.get());
                } else if (new Leftovers(directory, vmHost)
                        .remove(PlanRecord.parse(directory.read(RunDirectory.PLAN)))) {
                    removed.add(id);
                } else {
                    kept.put(
                            id,
                            "its key on the cloud VM could not be removed: give a connection to it with withVmHost");
                }
            } catch (SlurmRayException e) {
                kept.put(id, String.valueOf(e.getMessage()));
            }
        });
        return new PruneReport(removed, kept);
    }

    private Optional<String> whyAlive(SlurmClient slurm, ClusterId id, Duration age, Duration unsubmittedAge) {
        Optional<JobId> job = slurm.find(Launcher.submission(id, directory(id)));
        if (job.isEmpty()) {
            return age.compareTo(unsubmittedAge) < 0
                    ? Optional.of("it was prepared " + age.toSeconds() + " s ago, and may be being submitted just now")
                    : Optional.empty();
        }
        JobState state = slurm.status(job.get());
        return state.isEnded() ? Optional.empty() : Optional.of("its job " + job.get() + " is " + state);
    }
}
