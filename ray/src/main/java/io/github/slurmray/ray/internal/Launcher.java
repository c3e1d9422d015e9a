package io.github.slurmray.ray.internal;

import io.github.slurmray.core.AuthenticationException;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.CommandTimeoutException;
import io.github.slurmray.core.ConnectionLostException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostKeyException;
import io.github.slurmray.core.HostUnreachableException;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.Secret;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.ClusterId;
import io.github.slurmray.ray.ClusterNotFoundException;
import io.github.slurmray.ray.LaunchPlan;
import io.github.slurmray.ray.LaunchUndecidedException;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.RayClusterSpec;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.SlurmClient;
import io.github.slurmray.slurm.SubmissionToken;
import io.github.slurmray.slurm.SubmissionUndecidedException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings clusters to life: launches a plan, or finds a cluster again by its id. */
public final class Launcher {
    private static final int TOKEN_BYTES = 32;
    // a key must outlive the queue; it is removed at the end, and prune finds it if nobody did
    private static final Duration LONGEST_QUEUE = Duration.ofDays(7);

    /** How long a handle on a cluster that was found waits for what is known of it. */
    private static final Duration FIRST_NEWS = Duration.ofSeconds(10);

    private final Host host;
    private final Optional<Host> vmHost;
    private final SlurmClient slurm;

    /**
     * Creates a launcher.
     *
     * @param host the login node
     * @param vmHost the cloud VM, where the SDK manages one
     */
    public Launcher(Host host, Optional<Host> vmHost) {
        this.host = host;
        this.vmHost = vmHost;
        this.slurm = SlurmClient.over(host);
    }

    static SubmissionToken submission(ClusterId id, RunDirectory directory) {
        return SubmissionToken.of(id.value()).in(directory.path() + "/submit");
    }

    /**
     * Launches a plan, or goes on with a launch of the same plan that was broken off.
     *
     * @param plan a plan without errors
     * @param spec the spec it was made of
     * @param platform the site
     * @return the cluster, watched
     */
    public LiveCluster launch(LaunchPlan plan, RayClusterSpec spec, Platform platform) {
        PlanRecord record = PlanRecord.of(plan.id(), spec, platform);
        RunDirectory directory = new RunDirectory(host, plan.runDirectory());
        Optional<CloudVm> ephemeral =
                spec.publish().map(Publish::vm).filter(vm -> vm.ownKey().isEmpty());
        Secret token = Secret.random(TOKEN_BYTES);
        String handle = newHandle();

        Map<String, String> files = new LinkedHashMap<>();
        files.put(RunDirectory.TOKEN, token.reveal());
        files.put(RunDirectory.LEASE, "launched\n");
        files.put(RunDirectory.OWNER, handle + "\n");
        spec.publish().ifPresent(p -> files.put(RunDirectory.KNOWN_HOSTS, knownHosts(p.vm())));
        RunDirectory.Prepared prepared;
        try {
            prepared = directory.prepare(
                    record.toJson(), plan.script().text(), files, ephemeral.map(vm -> "slurmray:" + plan.id()));
        } catch (InterruptedCallException e) {
            throw notSubmitted(plan, e);
        } catch (ConnectionLostException | CommandTimeoutException e) {
            // unknown is only what became of the directory
            throw new HostUnreachableException(
                    "the run directory of cluster " + plan.id() + " could not be made: there is no job of this call."
                            + " Launch it again; RayClusters.prune() removes what may be left. The reason: "
                            + e.getMessage(),
                    e);
        }
        // what another launch of this plan has made, it may be using just now: it is left to it, and to prune
        Leftovers leftovers = new Leftovers(directory, vmHost);
        Runnable undo = prepared.fresh() ? () -> leftovers.remove(record) : () -> {};
        Runnable undoDirectory = prepared.fresh() ? directory::remove : () -> {};
        if (!prepared.fresh()) {
            token = token(directory);
        }
        prepared.publicKey().ifPresent(key -> installKey(key, ephemeral.orElseThrow(), record, undoDirectory, undo));
        JobId job = submit(plan, directory, undo);
        if (!prepared.fresh()) {
            // not sooner: a launch that fails must not keep the cluster from whoever has it
            take(plan.id(), directory, handle);
        }
        return new LiveCluster(record, job, directory, slurm, vmHost, token, handle, Claim.LAUNCHED).start();
    }

    /**
     * Submits the plan's job.
     *
     * @param undo removes what this launch has made; only used if there is no job. What isn't a word of the client (a
     *     host that was closed, an error of the JVM) doesn't say so
     */
    private JobId submit(LaunchPlan plan, RunDirectory directory, Runnable undo) {
        if (Thread.currentThread().isInterrupted()) {
            InterruptedCallException e = notSubmitted(plan, null);
            Uninterrupted.after(e, undo);
            throw e;
        }
        try {
            return slurm.submit(plan.script(), submission(plan.id(), directory));
        } catch (SubmissionUndecidedException e) {
            // there may be a job: its directory and its key stay, for another launch, attach or prune
            throw new LaunchUndecidedException(
                    "the launch of cluster " + plan.id() + " was broken off, and it isn't known whether " + host.name()
                            + " has taken its job. Launch the same plan again with launch(plan), which takes the job if"
                            + " there is one and never makes a second; or find it with RayClusters.attach("
                            + plan.id() + "); RayClusters.prune() removes what is left of it if it was never"
                            + " submitted. The reason: " + reason(e),
                    plan,
                    e);
        } catch (SlurmRayException e) {
            Uninterrupted.after(e, undo);
            throw e;
        }
    }

    /** The cause's words: those of the exception itself advise what is done by another name here. */
    private static String reason(SubmissionUndecidedException e) {
        return e.getCause() == null
                ? "the thread was interrupted, or sbatch gave no answer"
                : String.valueOf(e.getCause().getMessage());
    }

    private static InterruptedCallException notSubmitted(LaunchPlan plan, @Nullable InterruptedCallException cause) {
        return new InterruptedCallException(
                "interrupted before the job of cluster " + plan.id() + " was submitted: there is no job of this call."
                        + " Launch the same plan again with launch(plan), or let RayClusters.prune() remove what may"
                        + " be left of it",
                cause);
    }

    private String knownHosts(CloudVm vm) {
        List<String> keys = vm.hostKeys().isEmpty() ? new VmKeys(vmHost.orElseThrow()).hostKeys() : vm.hostKeys();
        return VmKeys.knownHosts(vm, keys);
    }

    private void installKey(String key, CloudVm vm, PlanRecord plan, Runnable undoDirectory, Runnable undo) {
        Instant expires = Instant.now().plus(plan.timeLimit()).plus(LONGEST_QUEUE);
        try {
            new VmKeys(vmHost.orElseThrow()).add(plan.id(), vm, key, expires);
        } catch (HostUnreachableException | AuthenticationException | HostKeyException | IllegalStateException e) {
            // nothing reached the VM, and asking it to take the key back would fail as well
            Uninterrupted.after(e, undoDirectory);
            throw e;
        } catch (RuntimeException | Error e) {
            Uninterrupted.after(e, undo);
            throw e;
        }
    }

    /**
     * Finds a cluster again and takes it over.
     *
     * @param id its id
     * @param directory its run directory
     * @return the cluster, watched
     * @throws ClusterNotFoundException if it isn't there, or was never submitted
     */
    LiveCluster attach(ClusterId id, RunDirectory directory) {
        return find(id, directory, Claim.ATTACHED);
    }

    /**
     * Finds a cluster again and leaves it to whoever has it.
     *
     * @param id its id
     * @param directory its run directory
     * @return the cluster, watched
     * @throws ClusterNotFoundException if it isn't there, or was never submitted
     */
    LiveCluster observe(ClusterId id, RunDirectory directory) {
        return find(id, directory, Claim.OBSERVED);
    }

    private LiveCluster find(ClusterId id, RunDirectory directory, Claim claim) {
        PlanRecord record = plan(id, directory);
        JobId job = job(id, directory);
        // the job removes its token when it ends; until then there is one
        Secret token = token(directory);
        String handle = newHandle();
        if (claim == Claim.ATTACHED) {
            take(id, directory, handle);
        }
        return new LiveCluster(record, job, directory, slurm, vmHost, token, handle, claim)
                .start()
                .awaitFirstNews(FIRST_NEWS);
    }

    private JobId job(ClusterId id, RunDirectory directory) {
        try {
            return slurm.find(submission(id, directory))
                    .orElseThrow(() -> new ClusterNotFoundException(
                            "cluster " + id + " on " + host.name()
                                    + " was prepared, but its job was never submitted; prune()"
                                    + " removes what is left of it",
                            null));
        } catch (SubmissionUndecidedException e) {
            throw new SubmissionUndecidedException(
                    "it isn't known (yet) whether cluster " + id + " on " + host.name() + " has a job: " + reason(e)
                            + ". Attach again in a moment, or launch its plan again with launch(plan).",
                    e.token(),
                    e);
        }
    }

    private void take(ClusterId id, RunDirectory directory, String handle) {
        if (!directory.take(handle)) {
            throw notFound(id, directory);
        }
    }

    private static String newHandle() {
        return Secret.random(16).reveal();
    }

    private ClusterNotFoundException notFound(ClusterId id, RunDirectory directory) {
        return new ClusterNotFoundException(
                "there is no cluster " + id + " on " + host.name() + ": no " + directory.path()
                        + "; list() says which there are",
                null);
    }

    private static Secret token(RunDirectory directory) {
        try {
            String token = directory.read(RunDirectory.TOKEN).strip();
            return token.isEmpty() ? Secret.random(TOKEN_BYTES) : Secret.of(token);
        } catch (CommandFailedException e) {
            return Secret.random(TOKEN_BYTES);
        }
    }

    private PlanRecord plan(ClusterId id, RunDirectory directory) {
        if (!directory.exists()) {
            throw notFound(id, directory);
        }
        return PlanRecord.parse(directory.read(RunDirectory.PLAN));
    }
}
