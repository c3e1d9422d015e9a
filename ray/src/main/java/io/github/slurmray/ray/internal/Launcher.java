package io.github.slurmray.ray.internal;

import io.github.slurmray.core.AuthenticationException;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostKeyException;
import io.github.slurmray.core.HostUnreachableException;
import io.github.slurmray.core.Secret;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.ClusterId;
import io.github.slurmray.ray.ClusterNotFoundException;
import io.github.slurmray.ray.LaunchPlan;
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

/** Brings clusters to life: launches a plan, or finds a cluster again by its id. */
public final class Launcher {
    private static final int TOKEN_BYTES = 32;
    // a key must outlive the queue; it is removed at the end, and prune finds it if nobody did
    private static final Duration LONGEST_QUEUE = Duration.ofDays(7);

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
     * Launches a plan.
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
        String handle = Secret.random(16).reveal();

        Map<String, String> files = new LinkedHashMap<>();
        files.put(RunDirectory.PLAN, record.toJson());
        files.put(RunDirectory.SCRIPT, plan.script().text());
        files.put(RunDirectory.TOKEN, token.reveal());
        files.put(RunDirectory.LEASE, "launched\n");
        files.put(RunDirectory.OWNER, handle + "\n");
        spec.publish().ifPresent(p -> files.put(RunDirectory.KNOWN_HOSTS, knownHosts(p.vm())));
        Optional<String> publicKey = directory.create(files, ephemeral.map(vm -> "slurmray:" + plan.id()));
        Leftovers leftovers = new Leftovers(directory, vmHost);
        publicKey.ifPresent(key -> installKey(key, ephemeral.orElseThrow(), record, spec.timeLimit(), leftovers));
        JobId job;
        try {
            job = slurm.submit(plan.script(), submission(plan.id(), directory));
        } catch (SubmissionUndecidedException e) {
            // there may be a job: its directory and its key stay, for attach or prune
            throw e;
        } catch (SlurmRayException e) {
            undo(() -> leftovers.remove(record), e);
            throw e;
        }
        return new LiveCluster(record, job, directory, slurm, vmHost, token, handle, true).start();
    }

    private String knownHosts(CloudVm vm) {
        List<String> keys = vm.hostKeys().isEmpty() ? new VmKeys(vmHost.orElseThrow()).hostKeys() : vm.hostKeys();
        return VmKeys.knownHosts(vm, keys);
    }

    private void installKey(String key, CloudVm vm, PlanRecord plan, Duration timeLimit, Leftovers leftovers) {
        Instant expires = Instant.now().plus(timeLimit).plus(LONGEST_QUEUE);
        try {
            new VmKeys(vmHost.orElseThrow()).add(plan.id(), vm, key, expires);
        } catch (HostUnreachableException | AuthenticationException | HostKeyException e) {
            // nothing reached the VM, and asking it to take the key back would fail as well
            undo(leftovers.directory()::remove, e);
            throw e;
        } catch (SlurmRayException e) {
            undo(() -> leftovers.remove(plan), e);
            throw e;
        }
    }

    private static void undo(Runnable undo, SlurmRayException why) {
        try {
            undo.run();
        } catch (SlurmRayException e) {
            why.addSuppressed(e);
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
        PlanRecord record = plan(id, directory);
        JobId job = slurm.find(submission(id, directory))
                .orElseThrow(() -> new ClusterNotFoundException(
                        "cluster " + id + " on " + host.name()
                                + " was prepared, but its job was never submitted; prune()"
                                + " removes what is left of it",
                        null));
        // the job removes its token when it ends; until then there is one
        Secret token = token(directory);
        String handle = Secret.random(16).reveal();
        directory.write(RunDirectory.OWNER, handle + "\n");
        return new LiveCluster(record, job, directory, slurm, vmHost, token, handle, false).start();
    }

    private static Secret token(RunDirectory directory) {
        try {
            return Secret.of(directory.read(RunDirectory.TOKEN).strip());
        } catch (CommandFailedException e) {
            return Secret.random(TOKEN_BYTES);
        }
    }

    private PlanRecord plan(ClusterId id, RunDirectory directory) {
        if (!directory.exists()) {
            throw new ClusterNotFoundException(
                    "there is no cluster " + id + " on " + host.name() + ": no " + directory.path()
                            + "; list() says which there are",
                    null);
        }
        return PlanRecord.parse(directory.read(RunDirectory.PLAN));
    }
}
