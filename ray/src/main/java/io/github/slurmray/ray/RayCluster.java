package io.github.slurmray.ray;

import io.github.slurmray.ray.internal.LiveCluster;
import io.github.slurmray.slurm.Accounting;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A handle on a Ray cluster inside a Slurm job: tells how it is, reaches it, and ends it.
 *
 * <p>Safe for use by many threads. A handle runs a few daemon threads: one follows the events that the job writes, one
 * asks Slurm (never more often than the site's poll floor), one renews the job's lease, one tells subscribers. While a
 * handle is open, the cluster lives until its time limit. If nobody has one open any more (the program died, the last
 * one was closed without ending the cluster), the job ends itself when its lease runs out. {@link #detach()}, and only
 * that, makes it run to its time limit without anybody. {@link LeftRunningException} says that a handle could neither
 * end nor give back its cluster, which then goes on so: until its lease runs out, or to its time limit if it was
 * detached.
 *
 * <p>What {@link #close()} does follows from where the handle comes from:
 *
 * <ul>
 *   <li>{@link SlurmRayCluster#launch()}: it ends the cluster.
 *   <li>{@link RayClusters#attach}: it gives the cluster back as it was found.
 *   <li>{@link RayClusters#observe}: nothing. Such a handle renews no lease, and may neither end nor detach.
 * </ul>
 *
 * <p>Of several handles, the one that attached last may end and detach the cluster, until it is closed; then the one
 * before it may again. Meanwhile the older ones throw {@link TakenOverException}. A program that dies while it is
 * attached gives nothing back: an older handle goes on renewing the lease, but has to attach again to end the cluster.
 *
 * <p>After {@link #end()} or {@link #close()}, what was known is still told: {@link #phase()}, {@link #jobState()},
 * {@link #events()}, and the {@link #accounting()} that {@link #end()} returned. What would have to be asked throws
 * {@link IllegalStateException}.
 */
public final class RayCluster implements AutoCloseable {
    private final LiveCluster cluster;

    RayCluster(LiveCluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Returns the cluster's id, by which another program can attach to it.
     *
     * @return the id
     */
    public ClusterId id() {
        return cluster.id();
    }

    /**
     * Returns the cluster's Slurm job.
     *
     * @return its id
     */
    public JobId job() {
        return cluster.job();
    }

    /**
     * Returns where the cluster is in its life, as far as this handle has heard.
     *
     * @return the phase
     */
    public Phase phase() {
        return cluster.phase();
    }

    /**
     * Returns what Slurm said last of the job.
     *
     * @return empty until it was asked for the first time
     */
    public Optional<JobState> jobState() {
        return cluster.jobState();
    }

    /**
     * Tells whether the dashboard is on the cloud VM.
     *
     * @return the state, as far as this handle has heard
     */
    public PublishState publishState() {
        return cluster.publishState();
    }

    /**
     * Returns all that has happened so far, from the job's start on, whichever program was attached then.
     *
     * @return a copy
     */
    public List<ClusterEvent> events() {
        return cluster.events();
    }

    /**
     * Tells a subscriber of all events, past and future, each once and in order, by one daemon thread. A subscriber
     * that throws is told no more.
     *
     * @param subscriber what to call
     * @return ends the subscription when closed
     * @throws IllegalStateException if this handle is closed
     */
    public Subscription subscribe(Consumer<ClusterEvent> subscriber) {
        return cluster.subscribe(subscriber);
    }

    /**
     * Waits until the cluster is ready: all nodes are alive in Ray, the dashboard answers, jobs are accepted, and what
     * is required is published. Blocks.
     *
     * @param timeout how long to wait at most; the cluster itself is not ended when it is over
     * @throws NotReadyException if the time is over first; the message says what it is waiting for
     * @throws ClusterFailedException if the cluster can't come up, or its job can never start
     * @throws PublishFailedException if publishing is required and failed. A handle that launched the cluster has ended
     *     it; why it couldn't, if so, is suppressed under the exception
     * @throws ClusterEndedException if the job has ended; the message says how, and since when it had been ready
     * @throws IllegalStateException if this handle is closed, or its host is
     * @throws io.github.slurmray.core.InterruptedCallException if the thread was interrupted
     */
    public void awaitReady(Duration timeout) {
        cluster.awaitReady(timeout);
    }

    /**
     * Returns where the dashboard and the Jobs API can be reached. May open a tunnel, for which it blocks.
     *
     * @return the endpoints as they are now; none of a cluster that has ended
     * @throws IllegalStateException if this handle is closed
     * @throws io.github.slurmray.core.SlurmRayException if a tunnel can't be opened
     */
    public Endpoints endpoints() {
        return cluster.endpoints();
    }

    /**
     * Returns the cluster's Jobs API.
     *
     * @return usable until this handle is closed, or the cluster is ended
     * @throws IllegalStateException if this handle is closed
     */
    public RayJobs jobs() {
        return cluster.jobs();
    }

    /**
     * Returns the nodes that are alive in Ray. Blocks for one request.
     *
     * @return the nodes
     * @throws RayUnreachableException if no way leads to the dashboard now, or it doesn't answer; before the cluster is
     *     ready, the message says what it waits for
     * @throws ClusterEndedException if the cluster's job has ended by itself
     * @throws IllegalStateException if this handle is closed
     */
    public List<RayNode> nodes() {
        return cluster.nodes();
    }

    /**
     * Fetches the job's accounting as it is now, for which it blocks for one command; or returns what {@link #end()}
     * has returned.
     *
     * @return the records of the job and its steps
     * @throws IllegalStateException if this handle is closed, and not by {@link #end()}
     * @throws io.github.slurmray.core.SlurmRayException if the host, or Slurm's database, can't be reached
     */
    public Accounting accounting() {
        return cluster.accounting();
    }

    /**
     * Copies the cluster's logs and events into a local directory, at most 64 MiB of them; {@link #end()} removes them
     * from the site. Blocks for one command.
     *
     * @param into a directory, made if it isn't there; files of the same names are replaced
     * @throws IllegalStateException if this handle is closed
     * @throws io.github.slurmray.core.SlurmRayException if the host can't be reached, or the run directory is gone
     * @throws java.io.UncheckedIOException if the directory can't be written
     */
    public void keepLogs(Path into) {
        cluster.keepLogs(into);
    }

    /**
     * Ends the cluster: asks its job to end in order, cancels it if it doesn't, waits for Slurm's word, fetches the
     * final accounting, and removes the run directory and the key on the cloud VM. Closes this handle. Blocks for
     * seconds as a rule, two minutes at most; again is harmless and returns the same accounting.
     *
     * <p>If the key can't be removed (no connection to the VM was given, or it leads to another machine), the run
     * directory stays as well, so that {@link RayClusters#prune()} finds both. That is logged as a warning, and in the
     * message of the {@link IllegalStateException} that this handle throws afterwards.
     *
     * @return the final accounting; without rows where the site keeps none, or where its database is later than this
     *     waits: {@code SlurmClient.over(host).accounting(job())} asks again, at any time
     * @throws TakenOverException if another handle has taken over; nothing was ended
     * @throws IllegalStateException if this handle only observes, or is closed
     * @throws io.github.slurmray.slurm.SlurmUnavailableException if Slurm can't be reached; call again later. Or if the
     *     job with this id is one of another name, since this host belongs to another Slurm: nothing was ended. If it
     *     is only the accounting that can't, the cluster is ended and removed all the same, and calling this again asks
     *     for it
     * @throws io.github.slurmray.core.SlurmRayException if the host can't be reached; call again later
     */
    public Accounting end() {
        return cluster.end();
    }

    /**
     * Leaves the cluster running to its time limit, with nobody to renew its lease, and closes this handle. That is for
     * good: whoever attaches later may end the cluster, but never has to renew its lease. After {@link #end()} or
     * {@link #close()} it does nothing. Blocks for two commands.
     *
     * @throws TakenOverException if another handle has taken over
     * @throws IllegalStateException if this handle only observes
     * @throws io.github.slurmray.core.SlurmRayException if the host can't be reached; the lease then still holds
     */
    public void detach() {
        cluster.detach();
    }

    /**
     * Lets go of the cluster, as this handle came by it. A launched handle ends it, as {@link #end()} does but for the
     * accounting. One that attached gives it back: the handle that was taken over may end it again, the lease runs on
     * as if nobody had attached, and a detached cluster stays so. One that observes does nothing to it. After
     * {@link #end()} or {@link #detach()} nothing is done; twice is harmless. The handle is closed in any case.
     *
     * @throws TakenOverException if this handle should have ended the cluster, but another one has taken over; not if
     *     the cluster had ended already
     * @throws LeftRunningException if the cluster could be neither ended nor given back; the job ends itself when its
     *     lease runs out, or at its time limit if the cluster was detached
     * @throws IllegalStateException if the host was closed before the cluster, with the same consequence
     */
    @Override
    public void close() {
        cluster.close();
    }

    @Override
    public String toString() {
        return "RayCluster[" + id() + ", job " + job() + ", " + phase() + "]";
    }
}
