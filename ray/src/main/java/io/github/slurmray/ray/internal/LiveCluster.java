package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.Secret;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.ClusterId;
import io.github.slurmray.ray.Endpoints;
import io.github.slurmray.ray.Phase;
import io.github.slurmray.ray.PublishFailedException;
import io.github.slurmray.ray.PublishState;
import io.github.slurmray.ray.RayJobs;
import io.github.slurmray.ray.RayNode;
import io.github.slurmray.ray.Subscription;
import io.github.slurmray.slurm.Accounting;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import io.github.slurmray.slurm.SlurmClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A cluster that runs and is watched, of the parts that do its work: {@link ClusterWatch} knows how it is,
 * {@link Readiness} waits for it, {@link RayAccess} asks its Ray, and {@link Ending} lets go of it.
 *
 * <p>Safe for use by many threads.
 */
public final class LiveCluster {
    private final PlanRecord plan;
    private final JobId job;
    private final RunDirectory directory;
    private final SlurmClient slurm;
    private final Claim claim;
    private final ClusterWatch watch;
    private final Readiness readiness;
    private final RayAccess ray;
    private final Ending ending;

    LiveCluster(
            PlanRecord plan,
            JobId job,
            RunDirectory directory,
            SlurmClient slurm,
            Optional<Host> vmHost,
            Secret token,
            String handle,
            Claim claim) {
        this.plan = plan;
        this.job = job;
        this.directory = directory;
        this.slurm = slurm;
        this.claim = claim;
        this.watch = new ClusterWatch(plan, job, directory, slurm, claim, handle, this::isReady);
        this.readiness = new Readiness(plan, job, watch);
        this.ray = new RayAccess(plan, directory.host(), vmHost, token, watch, readiness);
        this.ending =
                new Ending(plan, job, new Leftovers(directory, vmHost), slurm, watch, claim, handle, this::closeParts);
    }

    private boolean isReady(ClusterState now) {
        return ray.isReady(now);
    }

    private void closeParts(String why) {
        watch.close(why);
        ray.close();
    }

    LiveCluster start() {
        watch.start();
        return this;
    }

    /** Waits until what there is to know already is known, but not for long. */
    LiveCluster awaitFirstNews(Duration atMost) {
        try {
            watch.awaitFirstNews(atMost);
            return this;
        } catch (RuntimeException | Error e) {
            Uninterrupted.after(e, this::close);
            throw e;
        }
    }

    /**
     * Returns the id.
     *
     * @return the id
     */
    public ClusterId id() {
        return plan.id();
    }

    /**
     * Returns the job.
     *
     * @return its id
     */
    public JobId job() {
        return job;
    }

    /**
     * Returns the phase.
     *
     * @return the phase
     */
    public Phase phase() {
        return watch.current().phase();
    }

    /**
     * Returns Slurm's last word.
     *
     * @return empty before the first
     */
    public Optional<JobState> jobState() {
        return watch.current().job();
    }

    /**
     * Returns the state of publishing.
     *
     * @return the state
     */
    public PublishState publishState() {
        return watch.current().publish();
    }

    /**
     * Returns the events.
     *
     * @return a copy
     */
    public List<ClusterEvent> events() {
        return watch.events();
    }

    /**
     * Subscribes.
     *
     * @param subscriber what to call
     * @return the hold
     */
    public Subscription subscribe(Consumer<ClusterEvent> subscriber) {
        return watch.subscribe(subscriber);
    }

    /**
     * Waits for readiness.
     *
     * @param timeout at most this long
     */
    public void awaitReady(Duration timeout) {
        try {
            readiness.await(timeout);
        } catch (PublishFailedException e) {
            if (claim == Claim.LAUNCHED) {
                Uninterrupted.after(e, ending::end);
            }
            throw e;
        }
    }

    /**
     * Returns the endpoints.
     *
     * @return as they are now
     */
    public Endpoints endpoints() {
        return ray.endpoints();
    }

    /**
     * Returns the Jobs API.
     *
     * @return over this cluster's dashboard
     */
    public RayJobs jobs() {
        return ray.jobs();
    }

    /**
     * Returns the nodes alive.
     *
     * @return Ray's word
     */
    public List<RayNode> nodes() {
        return ray.nodes();
    }

    /**
     * Fetches the accounting.
     *
     * @return the final one if the cluster was ended, else as it is now
     */
    public Accounting accounting() {
        return ending.finalAccounting().orElseGet(() -> {
            watch.refuseIfClosed();
            return slurm.accounting(job);
        });
    }

    /**
     * Copies the logs.
     *
     * @param into a local directory
     */
    public void keepLogs(Path into) {
        watch.refuseIfClosed();
        directory.fetchLogs(into);
    }

    /**
     * Ends the cluster and removes what it left on the hosts.
     *
     * @return the final accounting
     */
    public Accounting end() {
        return ending.end();
    }

    /** Leaves the cluster running to its time limit. */
    public void detach() {
        ending.detach();
    }

    /** Ends the cluster, gives it back, or does nothing to it, as this handle came by it. */
    public void close() {
        ending.close();
    }
}
