package io.github.slurmray.ray;

import io.github.slurmray.core.Host;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.ray.internal.Registry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The clusters of one user on one site, whichever program launched them: found by their run directories.
 *
 * <p>Immutable, and safe for use by many threads; holds no connection of its own.
 */
public final class RayClusters {
    /** How old a prepared but never submitted cluster must be before {@link #prune()} removes it: ten minutes. */
    public static final Duration DEFAULT_PRUNE_AGE = Duration.ofMinutes(10);

    private final Registry registry;

    private RayClusters(Registry registry) {
        this.registry = registry;
    }

    /**
     * Returns the clusters on a site.
     *
     * @param host a login node; stays the caller's
     * @param platform the site
     * @return the clusters
     */
    public static RayClusters on(Host host, Platform platform) {
        return new RayClusters(new Registry(
                Objects.requireNonNull(host, "host"), Objects.requireNonNull(platform, "platform"), Optional.empty()));
    }

    /**
     * Returns the same with the connection that manages the cloud VM, so that keys on it can be removed and the
     * dashboard can be reached through it.
     *
     * @param vmHost the VM; stays the caller's
     * @return the clusters
     */
    public RayClusters withVmHost(Host vmHost) {
        return new RayClusters(registry.withVmHost(Objects.requireNonNull(vmHost, "vmHost")));
    }

    /**
     * Attaches to a cluster and takes it over: until this handle is closed, it renews the lease and may end or detach
     * the cluster, and an older handle may not. Closing it gives all that back: the older handle, if its program still
     * lives, may end the cluster again, else the lease runs out; a cluster that was detached stays so. To look only,
     * use {@link #observe}.
     *
     * <p>Blocks for a few commands, and up to ten seconds more until the events so far are read and Slurm has answered.
     *
     * @param id the cluster's id
     * @return a handle that knows what has happened so far
     * @throws ClusterNotFoundException if there is no such cluster, or it was never submitted
     * @throws io.github.slurmray.slurm.SubmissionUndecidedException if it can't be found out (yet) whether it was
     *     submitted
     * @throws io.github.slurmray.core.SlurmRayException if the host can't be reached
     */
    public RayCluster attach(ClusterId id) {
        return new RayCluster(registry.attach(id));
    }

    /**
     * Looks at a cluster and leaves it to whoever has it: the handle tells events, reaches Ray and fetches logs, but
     * renews no lease, and its {@link RayCluster#end()} and {@link RayCluster#detach()} throw
     * {@link IllegalStateException}. Closing it changes nothing. Any number may observe at once.
     *
     * <p>Blocks like {@link #attach}.
     *
     * @param id the cluster's id
     * @return a handle that knows what has happened so far
     * @throws ClusterNotFoundException if there is no such cluster, or it was never submitted
     * @throws io.github.slurmray.slurm.SubmissionUndecidedException if it can't be found out (yet) whether it was
     *     submitted
     * @throws io.github.slurmray.core.SlurmRayException if the host can't be reached
     */
    public RayCluster observe(ClusterId id) {
        return new RayCluster(registry.observe(id));
    }

    /**
     * Lists the clusters that have a run directory, with their jobs' states. Blocks for two commands, however many
     * there are; for one more each where a submission has been broken off.
     *
     * @return in the order of their ids
     * @throws io.github.slurmray.core.SlurmRayException if the host can't be reached
     */
    public List<ClusterSummary> list() {
        return registry.list();
    }

    /**
     * Removes what ended clusters have left: run directories, and keys on the cloud VM; also what is left of a removal
     * or a preparation that was cut. What may still live stays, and so does what isn't a cluster's. Blocks for a few
     * commands, however many clusters there are.
     *
     * <p>A cluster has ended when Slurm says so of the job that has its id and its name: a job of another name is one
     * of another Slurm that shares the home directory, and the cluster stays. Where Slurm has forgotten the job and
     * nobody recorded its end, its own directory must agree: by the job's last word in it, or by being quiet for longer
     * than the job could live so (its lease, or its time limit if it was detached, and five minutes).
     *
     * @return what was removed, and what stays why
     * @throws io.github.slurmray.core.SlurmRayException if the host can't be reached
     */
    public PruneReport prune() {
        return prune(DEFAULT_PRUNE_AGE);
    }

    /**
     * Like {@link #prune()}, with another age for clusters that were never submitted, be it that they were prepared or
     * that their preparation or removal was cut: another program may be launching a younger one just now.
     *
     * @param unsubmittedAge how old they must be, by the host's clock; zero removes all of them
     * @return what was removed, and what stays why
     * @throws io.github.slurmray.core.SlurmRayException if the host can't be reached
     */
    public PruneReport prune(Duration unsubmittedAge) {
        return registry.prune(unsubmittedAge);
    }
}
