package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Backoff;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.Phase;
import io.github.slurmray.ray.Subscription;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import io.github.slurmray.slurm.SlurmClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a cluster: what the job tells (by a {@link Follower}) and what Slurm says (asked by a thread of its own)
 * become events and a {@link ClusterState}, and the lease is renewed (by a {@link Heartbeat}).
 *
 * <p>Safe for use by many threads.
 */
final class ClusterWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);
    private static final Backoff READY_CHECKS = new Backoff(Duration.ofMillis(300), Duration.ofSeconds(5));
    private static final int QUICK_CHECKS = 100;
    /** How long an end that Slurm has told waits for what the job has told of it, so that its reason is known first. */
    private static final Duration LAST_EVENTS = Duration.ofSeconds(3);

    private final PlanRecord plan;
    private final JobId job;
    private final SlurmClient slurm;
    private final Claim claim;
    private final String handle;
    private final Predicate<ClusterState> isReady;
    private final EventLog log;
    private final Follower follower;
    private final Heartbeat heartbeat;
    private final Thread watcher;

    // guarded by this
    private ClusterState state;
    private boolean closed;
    private String whyClosed = "";
    private Optional<String> whyBlind = Optional.empty();
    private boolean look;
    private boolean owns;
    private boolean caughtUp;
    private int readyChecks;

    /**
     * Creates it; {@link #start} starts it.
     *
     * @param plan the cluster
     * @param job its job
     * @param directory where it writes its events
     * @param slurm how to ask for the job
     * @param claim whether to renew the lease
     * @param handle this handle's name among those that have taken the cluster over
     * @param isReady asks Ray, once all nodes have joined
     */
    ClusterWatch(
            PlanRecord plan,
            JobId job,
            RunDirectory directory,
            SlurmClient slurm,
            Claim claim,
            String handle,
            Predicate<ClusterState> isReady) {
        this.plan = plan;
        this.job = job;
        this.slurm = slurm;
        this.claim = claim;
        this.handle = handle;
        this.isReady = isReady;
        this.state = ClusterState.initial(plan.publish().isPresent());
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
                return current().phase() == Phase.ENDED;
            }
        });
        this.heartbeat = new Heartbeat(follower, plan.id().value(), handle, plan.lease(), this::mayRenew);
        this.watcher = new Thread(this::watch, "slurmray-watch-" + plan.id());
        watcher.setDaemon(true);
    }

    void start() {
        follower.start();
        heartbeat.start();
        watcher.start();
    }

    // ---------------------------------------------------------------- what comes in

    void told(String line) {
        try {
            accept(EventCodec.parse(line));
        } catch (ProtocolException e) {
            LOG.warn("cluster {}: {}", plan.id(), e.getMessage());
        }
    }

    /** Told first when all events that were there have been told, and then at each change. */
    private synchronized void ownedBy(String now) {
        if (now.equals(handle)) {
            if (!owns && wasTakenOver()) {
                accept(new ClusterEvent.GivenBack(Instant.now()));
            }
            owns = true;
        } else if (owns && !now.isEmpty()) {
            owns = false;
            accept(new ClusterEvent.TakenOver(Instant.now()));
        }
        caughtUp = true;
        notifyAll();
    }

    private boolean wasTakenOver() {
        return log.events().stream().anyMatch(ClusterEvent.TakenOver.class::isInstance);
    }

    private synchronized void accept(ClusterEvent event) {
        state = state.after(event);
        log.append(event);
        // what the job says of its end, Slurm is asked for at once
        look |= event instanceof ClusterEvent.Finished || event instanceof ClusterEvent.Started;
        notifyAll();
    }

    /** A handle that was taken over goes on renewing: the lease says that somebody watches, not who may end. */
    private synchronized boolean mayRenew() {
        return claim != Claim.OBSERVED && state.phase() != Phase.ENDED;
    }

    // ---------------------------------------------------------------- the watching thread

    private void watch() {
        long nextLook = System.nanoTime();
        while (!isClosed()) {
            // what changes while this looks is news
            ClusterState seen = current();
            try {
                if (takeLook() || System.nanoTime() - nextLook >= 0) {
                    nextLook = System.nanoTime() + plan.pollFloor().toNanos();
                    askSlurm();
                }
                Duration wait = Duration.ofNanos(Math.max(1, nextLook - System.nanoTime()));
                if (readyIsNear()) {
                    if (isReady.test(current())) {
                        accept(new ClusterEvent.Ready(Instant.now()));
                        continue;
                    }
                    int checks = readyChecked();
                    wait = READY_CHECKS.delay(checks < QUICK_CHECKS ? 1 : checks, () -> 1);
                }
                waitForNews(seen, wait);
            } catch (InterruptedException | InterruptedCallException e) {
                // by close(), which is what ends this
                LOG.debug("cluster {}: the watching thread was interrupted", plan.id());
            } catch (IllegalStateException e) {
                goBlind(e);
                return;
            } catch (RuntimeException e) {
                if (!isClosed()) {
                    LOG.warn("cluster {} could not be looked after; trying again", plan.id(), e);
                    rest(plan.pollFloor());
                }
            }
        }
    }

    /** The host was closed before the handle: nobody can be asked any more, and nothing comes in. */
    private synchronized void goBlind(IllegalStateException cause) {
        if (closed) {
            return;
        }
        String why = "cluster " + plan.id() + " (job " + job + ") isn't watched by this handle any more: "
                + cause.getMessage() + ". Close a cluster before its host; RayClusters.attach(id) on another host"
                + " gives a new handle";
        LOG.warn("{}", why);
        whyBlind = Optional.of(why);
        notifyAll();
    }

    private void askSlurm() throws InterruptedException {
        if (current().phase() == Phase.ENDED) {
            return;
        }
        JobState now = slurm.status(job, plan.id().value());
        if (now.isEnded() && !follower.catchUp(LAST_EVENTS)) {
            LOG.debug("cluster {}: the job's last events may come after Slurm's word that it ended", plan.id());
        }
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

    private synchronized boolean takeLook() {
        boolean asked = look;
        look = false;
        return asked;
    }

    private synchronized boolean readyIsNear() {
        return state.allJoined()
                && state.phase() == Phase.STARTING
                && state.failure().isEmpty();
    }

    private synchronized int readyChecked() {
        notifyAll();
        return ++readyChecks;
    }

    /** Waits until the state isn't the one that was seen any more, Slurm is to be asked, or the time is over. */
    synchronized void waitForNews(ClusterState seen, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!closed && !look && state.equals(seen)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            wait(Math.max(1, left / 1_000_000));
        }
    }

    static void rest(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---------------------------------------------------------------- what is asked

    synchronized ClusterState current() {
        return state;
    }

    List<ClusterEvent> events() {
        return log.events();
    }

    Subscription subscribe(Consumer<ClusterEvent> subscriber) {
        return log.subscribe(subscriber);
    }

    /** Has Slurm asked at once. */
    synchronized void lookNow() {
        look = true;
        notifyAll();
    }

    /** Waits until something holds of the state, and returns that state; empty if the time is over before. */
    synchronized Optional<ClusterState> await(Predicate<ClusterState> condition, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            while (!condition.test(state)) {
                refuseIfClosed();
                if (whyBlind.isPresent()) {
                    throw new IllegalStateException(whyBlind.get());
                }
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

    /** Waits until what there is to know already is known: the events so far, Slurm's word, and Ray's if it is up. */
    void awaitFirstNews(Duration atMost) {
        await(
                s -> s.phase() == Phase.ENDED
                        || (s.job().isPresent() && caughtUp && !(readyIsNear() && readyChecks == 0)),
                atMost);
    }

    // ---------------------------------------------------------------- the end

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized void refuseIfClosed() {
        if (closed) {
            throw new IllegalStateException(whyClosed);
        }
    }

    /**
     * Stops watching, and leaves the cluster as it is; again is harmless.
     *
     * @param why what {@link #refuseIfClosed} says from now on
     */
    void close(String why) {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            whyClosed = why;
            notifyAll();
        }
        heartbeat.close();
        follower.close();
        log.close();
        watcher.interrupt();
        try {
            watcher.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
