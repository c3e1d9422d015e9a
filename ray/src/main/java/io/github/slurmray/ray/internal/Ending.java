package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.ray.LeftRunningException;
import io.github.slurmray.ray.Phase;
import io.github.slurmray.ray.TakenOverException;
import io.github.slurmray.slurm.Accounting;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import io.github.slurmray.slurm.SlurmClient;
import io.github.slurmray.slurm.SlurmUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a handle lets go of its cluster: ends it, leaves it running, or gives it back to the handle that had it before.
 *
 * <p>Safe for use by many threads; one at a time does it.
 */
final class Ending {
    private static final Logger LOG = LoggerFactory.getLogger(Ending.class);
    private static final Duration ORDERLY_END = Duration.ofSeconds(20);
    private static final Duration CANCELLED_END = Duration.ofSeconds(90);
    private static final Duration RECORD_ARRIVES = Duration.ofSeconds(10);

    private final PlanRecord plan;
    private final JobId job;
    private final Leftovers leftovers;
    private final SlurmClient slurm;
    private final ClusterWatch watch;
    private final Claim claim;
    private final String handle;
    private final Consumer<String> closeHandle;
    private final Object lock = new Object();

    private volatile @Nullable Accounting finalAccounting;

    // guarded by lock
    private boolean removed;
    private Optional<String> left = Optional.empty();

    /**
     * Creates it.
     *
     * @param plan the cluster
     * @param job its job
     * @param leftovers what to remove when it has ended
     * @param slurm how to end it
     * @param watch says when it has ended
     * @param claim what this handle may do
     * @param handle its name among those that have taken the cluster over
     * @param closeHandle closes the rest of the handle, and is told why for those who use it later
     */
    Ending(
            PlanRecord plan,
            JobId job,
            Leftovers leftovers,
            SlurmClient slurm,
            ClusterWatch watch,
            Claim claim,
            String handle,
            Consumer<String> closeHandle) {
        this.plan = plan;
        this.job = job;
        this.leftovers = leftovers;
        this.slurm = slurm;
        this.watch = watch;
        this.claim = claim;
        this.handle = handle;
        this.closeHandle = closeHandle;
    }

    Optional<Accounting> finalAccounting() {
        return Optional.ofNullable(finalAccounting);
    }

    /** Ends the cluster, removes what it left on the hosts and closes the handle. */
    Accounting end() {
        refuseIfObserved("end");
        return alone(() -> {
            Accounting known = finalAccounting;
            if (known != null) {
                return known;
            }
            endAndRemove();
            Accounting accounting = finalRecords();
            finalAccounting = accounting;
            closeHandle.accept(whyClosed());
            return accounting;
        });
    }

    /** Leaves the cluster running to its time limit and closes the handle. */
    void detach() {
        refuseIfObserved("detach");
        alone(() -> {
            if (!watch.isClosed() && !removed) {
                if (isTakenOver()) {
                    throw takenOver("detach");
                }
                // empty, as a full disk has room for that
                leftovers.directory().write(RunDirectory.DETACHED, "");
            }
            closeHandle.accept(whyClosed());
            return job;
        });
    }

    /** Lets go as the claim says, and closes the handle in any case. */
    void close() {
        alone(() -> {
            try {
                if (!watch.isClosed() && !removed) {
                    letGo();
                }
            } finally {
                closeHandle.accept(whyClosed());
            }
            return job;
        });
    }

    private void letGo() {
        try {
            switch (claim) {
                case LAUNCHED -> endUnlessTakenOver();
                case ATTACHED -> giveBack();
                case OBSERVED -> {}
            }
        } catch (TakenOverException e) {
            throw e;
        } catch (SlurmRayException e) {
            throw new LeftRunningException(whatIsLeft() + " The reason: " + e.getMessage(), e);
        } catch (IllegalStateException e) {
            // a host that was closed before the cluster
            throw new IllegalStateException(whatIsLeft() + " The reason: " + e.getMessage(), e);
        }
    }

    private <T> T alone(Supplier<T> work) {
        return Uninterrupted.get(() -> {
            synchronized (lock) {
                return work.get();
            }
        });
    }

    // ---------------------------------------------------------------- words

    private String whyClosed() {
        return removed
                ? "cluster " + plan.id() + " (job " + job + ") has been ended by this handle"
                        + (left.isEmpty() ? ", and its run directory is removed" : "")
                        + ": nothing of it can be asked any more; keepLogs(…) has to be called before, and"
                        + " accounting() is known if end() has returned it"
                        + left.map(why -> ". " + why).orElse("")
                : "this handle of cluster " + plan.id() + " (job " + job + ") is closed;"
                        + " RayClusters.attach(id) gives a new one";
    }

    private String whatIsLeft() {
        String cluster = "cluster " + plan.id() + " (job " + job + ") ";
        if (watch.current().phase() == Phase.ENDED) {
            return cluster + "has ended, but its run directory could not be removed; RayClusters.prune() removes it.";
        }
        String wayOut = " It ends itself when its lease of " + plan.lease() + " runs out, counted from when the last"
                + " handle on it was closed; to end it sooner, RayClusters.on(host, platform).attach(id).end().";
        return claim == Claim.LAUNCHED
                ? cluster + "was not ended by closing its handle." + wayOut
                : cluster + "could not be given back to the handle that had it before, which may not end it now."
                        + wayOut;
    }

    private void refuseIfObserved(String what) {
        if (claim == Claim.OBSERVED) {
            throw new IllegalStateException("a handle from observe() may not " + what + " cluster " + plan.id()
                    + "; RayClusters.attach(id) gives one that may");
        }
    }

    private TakenOverException takenOver(String what) {
        return new TakenOverException(
                "another handle has taken cluster " + plan.id() + " (job " + job + ") over, so this one may not " + what
                        + " it. It goes on while a handle is open and for its lease of " + plan.lease()
                        + " after that, or to its time limit if the other one detaches it. It is this handle's again"
                        + " when the other one is closed, or attach again to take it back.",
                null);
    }

    // ---------------------------------------------------------------- whose it is

    /** The host is asked, since the follower may not have heard of it yet. */
    private boolean isTakenOver() {
        Optional<String> owner = leftovers.directory().owner();
        return owner.isPresent() && !owner.get().equals(handle);
    }

    private void giveBack() {
        try {
            leftovers.directory().giveBack(handle);
        } catch (SlurmRayException | IllegalStateException e) {
            if (watch.current().phase() != Phase.ENDED) {
                throw e;
            }
            LOG.debug("cluster {} has ended, so there was nothing to give back", plan.id(), e);
        }
    }

    private void endUnlessTakenOver() {
        if (!isTakenOver()) {
            endAndRemove();
        } else if (!lastWord().isEnded()) {
            throw takenOver("end");
        }
    }

    // ---------------------------------------------------------------- the end

    private void endAndRemove() {
        if (removed) {
            return;
        }
        watch.refuseIfClosed();
        if (isTakenOver()) {
            throw takenOver("end");
        }
        endJob();
        left = leftovers.remove(plan);
        removed = true;
    }

    private void endJob() {
        JobState now = lastWord();
        if (now.isEnded()) {
            return;
        }
        if (takesSignals(now)) {
            slurm.signalBatch(job, "TERM", name());
        } else {
            slurm.cancel(job, name());
        }
        if (endsWithin(ORDERLY_END)) {
            return;
        }
        slurm.cancel(job, name());
        if (!endsWithin(CANCELLED_END)) {
            throw new SlurmUnavailableException(
                    "job " + job + " of cluster " + plan.id() + " was cancelled, but Slurm hasn't said in "
                            + CANCELLED_END.toSeconds() + " s that it ended: "
                            + watch.current().job().map(JobState::toString).orElse("it can't be asked"),
                    "",
                    Retry.SAFE);
        }
    }

    /** Whether the batch shell can be told to end. To one that is suspended, scancel tries for minutes to tell it. */
    private boolean takesSignals(JobState now) {
        return now instanceof JobState.Running running
                ? !running.phase().equals("SUSPENDED")
                : !(now instanceof JobState.Pending) && watch.current().phase() != Phase.PENDING;
    }

    /** Slurm's word; what is known to have ended isn't asked for again. */
    private JobState lastWord() {
        watch.lookNow();
        return watch.current().job().filter(JobState::isEnded).orElseGet(this::askSlurm);
    }

    /** The job has the name of its cluster, by which it is known from a job with the same id in another Slurm. */
    private String name() {
        return plan.id().value();
    }

    private JobState askSlurm() {
        JobState state = slurm.status(job, name());
        if (state instanceof JobState.Unknown unknown
                && unknown.cause() instanceof SlurmUnavailableException e
                && e.retry() == Retry.POINTLESS) {
            throw new SlurmUnavailableException(
                    "cluster " + plan.id() + " can't be ended from here: " + e.getMessage(), e.slurmSays(), e.retry());
        }
        return state;
    }

    private boolean endsWithin(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < deadline) {
            if (watch.current().phase() == Phase.ENDED) {
                return true;
            }
            watch.lookNow();
            watch.await(s -> s.phase() == Phase.ENDED, plan.pollFloor());
        }
        return watch.current().phase() == Phase.ENDED;
    }

    /** Records reach the database a little later than the queue; a site without one has none. */
    private Accounting finalRecords() {
        long deadline = System.nanoTime() + RECORD_ARRIVES.toNanos();
        try {
            Accounting accounting = slurm.accounting(job);
            while (System.nanoTime() < deadline
                    && accounting.jobRow().flatMap(r -> r.end()).isEmpty()) {
                ClusterWatch.rest(plan.pollFloor());
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
}
