package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Backoff;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.Secret;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.ray.ClusterEndedException;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.ClusterFailedException;
import io.github.slurmray.ray.ClusterId;
import io.github.slurmray.ray.Endpoints;
import io.github.slurmray.ray.NotReadyException;
import io.github.slurmray.ray.Phase;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.PublishFailedException;
import io.github.slurmray.ray.PublishState;
import io.github.slurmray.ray.RayJobs;
import io.github.slurmray.ray.RayNode;
import io.github.slurmray.ray.RayUnreachableException;
import io.github.slurmray.ray.Subscription;
import io.github.slurmray.ray.TakenOverException;
import io.github.slurmray.slurm.Accounting;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import io.github.slurmray.slurm.SlurmClient;
import io.github.slurmray.slurm.SlurmUnavailableException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster that is being watched: what the job tells (by a {@link Follower}) and what Slurm says (asked by a thread of
 * its own) become events and a {@link ClusterState}, and the lease is renewed (by a {@link Heartbeat}).
 *
 * <p>Safe for use by many threads.
 */
public final class LiveCluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveCluster.class);
    private static final Backoff READY_CHECKS = new Backoff(Duration.ofMillis(300), Duration.ofSeconds(5));
    private static final int QUICK_CHECKS = 100;
    private static final Duration PUBLISH_GRACE = Duration.ofSeconds(3);
    private static final Duration EVENTS_ARRIVE = Duration.ofSeconds(5);
    private static final Duration ORDERLY_END = Duration.ofSeconds(20);
    private static final Duration CANCELLED_END = Duration.ofSeconds(90);
    private static final Duration RECORD_ARRIVES = Duration.ofSeconds(10);

    private final PlanRecord plan;
    private final JobId job;
    private final RunDirectory directory;
    private final SlurmClient slurm;
    private final Ways ways;
    private final RayDashboard dashboard;
    private final Secret token;
    private final Optional<Host> vmHost;
    private final Object ending = new Object();
    private final String handle;
    private final EventLog log;
    private final Follower follower;
    private final Heartbeat heartbeat;
    private final Thread watcher;
    private final boolean launchedHere;

    // guarded by ending
    private @Nullable Accounting finalAccounting;
    private boolean removed;

    // guarded by this
    private ClusterState state;
    private boolean closed;
    private boolean look;
    private boolean owned;

    LiveCluster(
            PlanRecord plan,
            JobId job,
            RunDirectory directory,
            SlurmClient slurm,
            Optional<Host> vmHost,
            Secret token,
            String handle,
            boolean launchedHere) {
        this.plan = plan;
        this.launchedHere = launchedHere;
        this.job = job;
        this.directory = directory;
        this.slurm = slurm;
        this.handle = handle;
        this.token = token;
        this.vmHost = vmHost;
        this.state = ClusterState.initial(plan.publish().isPresent());
        this.ways = new Ways(directory.host(), vmHost, plan.loginForward());
        this.dashboard = new RayDashboard(this::dashboardUri, Optional.of(token));
        this.log = new EventLog(plan.id().value());
        this.follower = new Follower(directory.host(), directory, plan.id().value(), new Follower.Listener() {
            @Override
            public void line(String line) {
                told(line);
            }

            @Override
            public void owner(String now) {
                ownedBy(now);
            }

            @Override
            public boolean isOver() {
                return phase() == Phase.ENDED;
            }
        });
        this.heartbeat = new Heartbeat(follower, plan.id().value(), handle, plan.lease(), this::mayRenew);
        this.watcher = new Thread(this::watch, "slurmray-watch-" + plan.id());
        watcher.setDaemon(true);
    }

    LiveCluster start() {
        follower.start();
        heartbeat.start();
        watcher.start();
        return this;
    }

    // ---------------------------------------------------------------- what comes in

    private void told(String line) {
        try {
            accept(EventCodec.parse(line));
        } catch (ProtocolException e) {
            LOG.warn("cluster {}: {}", plan.id(), e.getMessage());
        }
    }

    private synchronized void ownedBy(String now) {
        if (now.equals(handle)) {
            owned = true;
        } else if (owned && !now.isEmpty()) {
            owned = false;
            accept(new ClusterEvent.TakenOver(Instant.now()));
        }
    }

    private synchronized void accept(ClusterEvent event) {
        state = state.after(event);
        log.append(event);
        // what the job says of its end, Slurm is asked for at once
        look |= event instanceof ClusterEvent.Finished || event instanceof ClusterEvent.Started;
        notifyAll();
    }

    // ---------------------------------------------------------------- the watching thread

    private void watch() {
        long nextLook = System.nanoTime();
        int checks = 0;
        while (!isClosed()) {
            try {
                if (takeLook() || System.nanoTime() - nextLook >= 0) {
                    nextLook = System.nanoTime() + plan.pollFloor().toNanos();
                    askSlurm();
                }
                Duration wait = Duration.ofNanos(Math.max(1, nextLook - System.nanoTime()));
                if (readyIsNear()) {
                    if (isReady()) {
                        accept(new ClusterEvent.Ready(Instant.now()));
                        continue;
                    }
                    wait = READY_CHECKS.delay(++checks < QUICK_CHECKS ? 1 : checks, () -> 1);
                }
                waitForNews(wait);
            } catch (InterruptedException | InterruptedCallException e) {
                // by close(), which is what ends this
                LOG.debug("cluster {}: the watching thread was interrupted", plan.id());
            } catch (RuntimeException e) {
                if (!isClosed()) {
                    LOG.warn("cluster {} could not be looked after; trying again", plan.id(), e);
                    rest(plan.pollFloor());
                }
            }
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized boolean takeLook() {
        boolean asked = look;
        look = false;
        return asked;
    }

    private synchronized boolean mayRenew() {
        return owned && state.phase().compareTo(Phase.ENDED) < 0;
    }

    private synchronized boolean readyIsNear() {
        return state.allJoined()
                && state.phase() == Phase.STARTING
                && state.failure().isEmpty();
    }

    private synchronized void waitForNews(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        ClusterState before = state;
        while (!closed && !look && state.equals(before)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            wait(Math.max(1, left / 1_000_000));
        }
    }

    private void askSlurm() {
        if (current().phase() == Phase.ENDED) {
            return;
        }
        JobState now = slurm.status(job);
        if (!isSame(current().job(), now)) {
            accept(new ClusterEvent.JobChanged(Instant.now(), now));
        }
    }

    // the cause of an unknown state is a new exception at every look; the news is only that it became unknown
    private static boolean isSame(Optional<JobState> before, JobState now) {
        if (before.isPresent() && before.get() instanceof JobState.Unknown a && now instanceof JobState.Unknown b) {
            return a.since().equals(b.since());
        }
        return before.equals(Optional.of(now));
    }

    /** All nodes alive, the dashboard answers, jobs are accepted, and what is required is published. */
    private boolean isReady() {
        ClusterState now = current();
        boolean required = plan.publish().filter(Publish::isRequired).isPresent();
        if (required && !(now.publish() instanceof PublishState.Up)) {
            return false;
        }
        ClusterEvent.EnvironmentReady environment = now.environment().orElseThrow();
        if (!ways.possible(environment, now.publish())) {
            // nobody here can ask Ray; that all have joined is all that can be known
            return true;
        }
        try {
            return dashboard.aliveNodes().size() >= plan.nodes() - now.lost() && dashboard.acceptsJobs();
        } catch (SlurmRayException e) {
            LOG.debug("cluster {} isn't ready yet", plan.id(), e);
            return false;
        }
    }

    private URI dashboardUri() {
        ClusterState now = current();
        return now.environment()
                .flatMap(e -> ways.open(e, now.publish()))
                .orElseThrow(() -> new RayUnreachableException(noWay(now), null));
    }

    private String noWay(ClusterState now) {
        if (now.environment().isEmpty()) {
            return "cluster " + plan.id() + " has no dashboard yet: its job is " + now.phase();
        }
        return "no way leads to the dashboard of cluster " + plan.id() + ": it listens on "
                + now.environment().get().dashboardHost() + " of the head"
                + (plan.publish().isPresent()
                        ? ", and on the cloud VM it is " + now.publish()
                        : "; publish it to a cloud VM, use a Ray with tokens (2.52 or later), or allowOpenPort()");
    }

    // ---------------------------------------------------------------- what is asked

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
        return current().phase();
    }

    /**
     * Returns Slurm's last word.
     *
     * @return empty before the first
     */
    public Optional<JobState> jobState() {
        return current().job();
    }

    /**
     * Returns the state of publishing.
     *
     * @return the state
     */
    public PublishState publishState() {
        return current().publish();
    }

    /**
     * Returns the events.
     *
     * @return a copy
     */
    public List<ClusterEvent> events() {
        return log.events();
    }

    /**
     * Subscribes.
     *
     * @param subscriber what to call
     * @return the hold
     */
    public Subscription subscribe(Consumer<ClusterEvent> subscriber) {
        return log.subscribe(subscriber);
    }

    private synchronized ClusterState current() {
        return state;
    }

    private synchronized void refuseIfClosed() {
        if (closed) {
            throw new IllegalStateException(
                    "this handle of cluster " + plan.id() + " is closed; RayClusters.attach gives a new one");
        }
    }

    /** Waits until something holds of the state, and returns that state; empty if the time is over before. */
    private synchronized Optional<ClusterState> await(Predicate<ClusterState> condition, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            while (!condition.test(state)) {
                refuseIfClosed();
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return Optional.empty();
                }
                wait(Math.max(1, left / 1_000_000));
            }
            return Optional.of(state);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException("interrupted while waiting for cluster " + plan.id(), e);
        }
    }

    /**
     * Waits for readiness.
     *
     * @param timeout at most this long
     */
    public void awaitReady(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            ClusterState s = await(c -> c.phase() == Phase.READY || cannotBeReady(c), left)
                    .orElseThrow(() -> new NotReadyException(
                            "cluster " + plan.id() + " isn't ready after " + timeout.toSeconds() + " s: "
                                    + waitsFor(current()),
                            null));
            if (s.phase() == Phase.READY) {
                return;
            }
            if (endedByItself(s) && s.failure().isEmpty()) {
                // Slurm's word may come sooner than the job's own, which has the reason
                s = await(c -> c.failure().isPresent() || hasFinished(), EVENTS_ARRIVE)
                        .orElse(s);
            }
            // a port that is free a moment later, or an old failure among the events that are told again, is none
            if (s.failure().isPresent()
                    || !requiredPublishFailed(s)
                    || await(c -> !requiredPublishFailed(c), PUBLISH_GRACE).isEmpty()) {
                throw whyNotReady(s);
            }
        }
    }

    private boolean hasFinished() {
        return log.events().stream().anyMatch(ClusterEvent.Finished.class::isInstance);
    }

    private SlurmRayException whyNotReady(ClusterState s) {
        if (s.failure().isPresent()) {
            return new ClusterFailedException(describe(s.failure().get()), null);
        }
        if (s.job().isPresent() && s.job().get() instanceof JobState.Ended ended) {
            return new ClusterEndedException("cluster " + plan.id() + " ended before it was ready: " + ended, ended);
        }
        if (requiredPublishFailed(s) && s.publish() instanceof PublishState.Down down) {
            PublishFailedException failed = new PublishFailedException(
                    "cluster " + plan.id() + " must be published, and can't be: " + down.cause(), null);
            if (launchedHere) {
                try {
                    end();
                } catch (SlurmRayException e) {
                    failed.addSuppressed(e);
                }
            }
            return failed;
        }
        return new ClusterFailedException(
                "the job of cluster " + plan.id() + " can never start: "
                        + s.job().map(Object::toString).orElse("") + "; end it and launch another",
                null);
    }

    /** Not by somebody who cancelled it, or by Slurm: then Slurm's word is all there is to say. */
    private static boolean endedByItself(ClusterState s) {
        return s.job().isPresent()
                && s.job().get() instanceof JobState.Ended ended
                && switch (ended.outcome()) {
                    case COMPLETED, FAILED, NOT_RECORDED -> true;
                    default -> false;
                };
    }

    private boolean cannotBeReady(ClusterState s) {
        boolean never = s.job().isPresent()
                && s.job().get() instanceof JobState.Pending p
                && p.clears() == JobState.Clears.NEVER;
        return s.failure().isPresent() || s.phase() == Phase.ENDED || never || requiredPublishFailed(s);
    }

    private boolean requiredPublishFailed(ClusterState s) {
        return plan.publish().filter(Publish::isRequired).isPresent() && s.publish() instanceof PublishState.Down;
    }

    private String describe(ClusterEvent.Failed e) {
        return "cluster " + plan.id() + " (job " + job + ") can't come up: " + e.detail() + " [" + e.cause() + ", on "
                + e.node() + "]"
                + (e.log().isBlank() ? "" : "\n  " + e.log().strip().replace("\n", "\n  "));
    }

    private String waitsFor(ClusterState s) {
        long joined = log.events().stream()
                .filter(ClusterEvent.NodeJoined.class::isInstance)
                .count();
        String job = s.job().map(JobState::toString).orElse("not asked for yet");
        return switch (s.phase()) {
            case PENDING -> "its job is " + job;
            case STARTING -> joined + " of " + plan.nodes() + " nodes have joined; publishing: " + s.publish();
            default -> "it is " + s.phase() + "; its job is " + job;
        };
    }

    /**
     * Returns the endpoints.
     *
     * @return as they are now
     */
    public Endpoints endpoints() {
        ClusterState now = current();
        Optional<URI> local = now.environment().flatMap(e -> ways.open(e, now.publish()));
        Optional<URI> published = now.publish() instanceof PublishState.Up up
                ? Optional.of(URI.create("http://" + up.address() + ":" + up.port()))
                : Optional.empty();
        boolean guarded =
                now.environment().filter(ClusterEvent.EnvironmentReady::guarded).isPresent();
        return new Endpoints(local, published, guarded ? Optional.of(token) : Optional.empty());
    }

    /**
     * Returns the Jobs API.
     *
     * @return over this cluster's dashboard
     */
    public RayJobs jobs() {
        return dashboard.jobs();
    }

    /**
     * Returns the nodes alive.
     *
     * @return Ray's word
     */
    public List<RayNode> nodes() {
        return dashboard.aliveNodes();
    }

    /**
     * Fetches the accounting.
     *
     * @return as it is now
     */
    public Accounting accounting() {
        return slurm.accounting(job);
    }

    /**
     * Copies the logs.
     *
     * @param into a local directory
     */
    public void keepLogs(Path into) {
        directory.fetchLogs(into);
    }

    // ---------------------------------------------------------------- the end

    /**
     * Ends the cluster and removes what it left on the hosts.
     *
     * @return the final accounting
     */
    public Accounting end() {
        return uninterrupted(() -> {
            synchronized (ending) {
                if (finalAccounting == null) {
                    endAndRemove();
                    finalAccounting = finalRecords();
                    close();
                }
                return finalAccounting;
            }
        });
    }

    /**
     * Does what must be done even by a thread that was interrupted: a cancelled task that closes its cluster means to
     * end it. The work is bounded, and the interrupt flag is set again afterwards.
     */
    private static <T> T uninterrupted(Supplier<T> work) {
        boolean interrupted = Thread.interrupted();
        try {
            return work.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void endAndRemove() {
        if (!removed) {
            refuseIfClosed();
            refuseIfTakenOver("end");
            endJob();
            new Leftovers(directory, vmHost).remove(plan);
            removed = true;
        }
    }

    private void endJob() {
        if (hasEnded()) {
            return;
        }
        if (current().phase() == Phase.PENDING) {
            slurm.cancel(job);
        } else {
            slurm.signalBatch(job, "TERM");
        }
        if (endsWithin(ORDERLY_END)) {
            return;
        }
        slurm.cancel(job);
        if (!endsWithin(CANCELLED_END)) {
            throw new SlurmUnavailableException(
                    "job " + job + " of cluster " + plan.id() + " was cancelled, but Slurm hasn't said in "
                            + CANCELLED_END.toSeconds() + " s that it ended: "
                            + jobState().map(Object::toString).orElse("it can't be asked"),
                    "",
                    Retry.SAFE);
        }
    }

    /** Records reach the database a little later than the queue; a site without one has none. */
    private Accounting finalRecords() {
        long deadline = System.nanoTime() + RECORD_ARRIVES.toNanos();
        try {
            Accounting accounting = slurm.accounting(job);
            while (System.nanoTime() < deadline
                    && accounting.jobRow().flatMap(r -> r.end()).isEmpty()) {
                rest(plan.pollFloor());
                accounting = slurm.accounting(job);
            }
            return accounting;
        } catch (SlurmUnavailableException e) {
            if (e.retry() == Retry.POINTLESS) {
                return new Accounting(job, List.of());
            }
            throw e;
        }
    }

    private boolean hasEnded() {
        lookNow();
        return current().phase() == Phase.ENDED || slurm.status(job).isEnded();
    }

    private boolean endsWithin(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < deadline) {
            if (current().phase() == Phase.ENDED) {
                return true;
            }
            lookNow();
            await(s -> s.phase() == Phase.ENDED, plan.pollFloor());
        }
        return current().phase() == Phase.ENDED;
    }

    private static void rest(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void lookNow() {
        look = true;
        notifyAll();
    }

    /** The follower may not have heard of it yet, so the host is asked. */
    private void refuseIfTakenOver(String what) {
        if (current().takenOver() || isTakenOverOnHost()) {
            throw new TakenOverException(
                    "another handle has taken cluster " + plan.id() + " over, so this one may not " + what + " it; "
                            + "attach again to take it back",
                    null);
        }
    }

    private boolean isTakenOverOnHost() {
        try {
            return !directory.read(RunDirectory.OWNER).strip().equals(handle);
        } catch (CommandFailedException e) {
            LOG.debug("cluster {} has no owner any more: its directory is gone", plan.id(), e);
            return false;
        }
    }

    /** Leaves the cluster running to its time limit. */
    public void detach() {
        uninterrupted(() -> {
            synchronized (ending) {
                if (!isClosed() && !removed) {
                    refuseIfTakenOver("detach");
                    writeDetached();
                }
                close();
                return null;
            }
        });
    }

    private void writeDetached() {
        heartbeat.detach();
        try {
            directory.write(RunDirectory.LEASE, RunDirectory.DETACHED + "\n");
        } catch (SlurmRayException e) {
            heartbeat.resume();
            throw e;
        }
    }

    /**
     * Closes the handle.
     *
     * @param ends whether to end the cluster, or else to leave it running
     */
    public void close(boolean ends) {
        uninterrupted(() -> {
            synchronized (ending) {
                try {
                    if (!isClosed() && !current().takenOver()) {
                        if (ends) {
                            endAndRemove();
                        } else {
                            detach();
                        }
                    }
                } catch (TakenOverException e) {
                    LOG.info("cluster {} goes on: {}", plan.id(), e.getMessage());
                } finally {
                    close();
                }
                return null;
            }
        });
    }

    /** Stops watching: ends the threads and the tunnel, and leaves the cluster as it is. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            notifyAll();
        }
        @Nullable RuntimeException first = null;
        for (AutoCloseable part : List.of(heartbeat, follower, ways, dashboard, log)) {
            try {
                part.close();
            } catch (Exception e) {
                if (first == null) {
                    first = new IllegalStateException("could not close " + part, e);
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        watcher.interrupt();
        try {
            watcher.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (first != null) {
            throw first;
        }
    }
}
