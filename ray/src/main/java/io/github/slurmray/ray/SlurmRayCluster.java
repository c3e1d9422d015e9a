package io.github.slurmray.ray;

import io.github.slurmray.core.Host;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ray.internal.Launcher;
import io.github.slurmray.ray.internal.Planner;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Ray cluster that can be launched: a spec, the platform it is for, and the host that submits it.
 *
 * <p>Immutable. {@link #plan()} works offline; only {@link #launch()} touches the network.
 */
public final class SlurmRayCluster {
    private final Host host;
    private final Platform platform;
    private final RayClusterSpec spec;
    private final @Nullable Host vmHost;
    private final InstantSource clock;

    private SlurmRayCluster(Builder b, RayClusterSpec spec) {
        this.host = Objects.requireNonNull(b.host, "host: say where sbatch is, with host(…)");
        this.platform = Objects.requireNonNull(b.platform, "platform: say which site it is, with platform(…)");
        this.vmHost = b.vmHost;
        this.clock = b.clock;
        this.spec = spec;
    }

    /**
     * Starts a builder.
     *
     * @return a fresh builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns what the cluster shall be.
     *
     * @return the spec
     */
    public RayClusterSpec spec() {
        return spec;
    }

    /**
     * Makes the plan of a launch, offline: the script, and what is known against it.
     *
     * @return a plan with a new cluster id
     * @throws IllegalArgumentException if the script would be one that {@code sbatch} can't read, such as with a
     *     carriage return in it
     */
    public LaunchPlan plan() {
        return plan(ClusterId.random());
    }

    private LaunchPlan plan(ClusterId id) {
        return Planner.plan(spec, platform, id, vmHost != null, clock.instant());
    }

    /**
     * Launches a cluster: makes a plan, prepares its run directory, submits its job and returns as soon as Slurm has
     * answered. Blocks for a few commands on the host (and on the VM, if one is published to).
     *
     * @return the handle; closing it ends the cluster
     * @throws PlanRefusedException if the plan has errors; nothing was sent
     * @throws io.github.slurmray.slurm.SubmissionRefusedException if Slurm refuses the job; nothing is left behind
     * @throws LaunchUndecidedException if the launch was broken off (an interrupt, a lost connection) and it isn't
     *     known whether there is a job; launch its {@link LaunchUndecidedException#plan()} again
     * @throws io.github.slurmray.core.InterruptedCallException if the thread was interrupted before there could be a
     *     job
     * @throws io.github.slurmray.core.SlurmRayException if a host can't be reached or a command fails; where its
     *     {@code retry()} is {@code SAFE}, there is no job
     */
    public RayCluster launch() {
        return launch(plan());
    }

    /**
     * Launches a plan that {@link #plan()} made, which may have been shown to somebody in between.
     *
     * <p>A plan is one cluster, whose id it has: launching it again, after whatever broke the launch off, goes on where
     * that stopped, and never makes a second job. If the cluster is there already, this takes it over. Only once it was
     * ended and removed does the same plan make it anew.
     *
     * @param plan the plan
     * @return the handle; closing it ends the cluster
     * @throws IllegalArgumentException if another cluster's {@link #plan()} made it
     * @throws PlanRefusedException if the plan has errors, or would have by now; nothing was sent
     * @throws io.github.slurmray.slurm.SubmissionRefusedException if Slurm refuses the job; nothing is left behind
     * @throws LaunchUndecidedException if the launch was broken off (an interrupt, a lost connection) and it isn't
     *     known whether there is a job; launch the plan again
     * @throws io.github.slurmray.core.InterruptedCallException if the thread was interrupted before there could be a
     *     job
     * @throws io.github.slurmray.core.SlurmRayException if a host can't be reached or a command fails; where its
     *     {@code retry()} is {@code SAFE}, there is no job
     */
    public RayCluster launch(LaunchPlan plan) {
        LaunchPlan now = plan(plan.id());
        // what is known against it may be other than when it was made, as sites open and close
        if (!plan.script().equals(now.script()) || !plan.runDirectory().equals(now.runDirectory())) {
            throw new IllegalArgumentException("the plan of " + plan.id() + " was made for another cluster than this");
        }
        if (!now.errors().isEmpty()) {
            throw new PlanRefusedException(now);
        }
        return new RayCluster(new Launcher(host, Optional.ofNullable(vmHost)).launch(plan, spec, platform));
    }

    /**
     * Builds a {@link SlurmRayCluster}, with all that a {@link RayClusterSpec} takes. Not safe for use by many threads.
     */
    public static final class Builder {
        private final RayClusterSpec.Builder spec = RayClusterSpec.builder();
        private final List<WorkerGroup> workers = new ArrayList<>();
        private @Nullable Host host;
        private @Nullable Host vmHost;
        private @Nullable Platform platform;
        private @Nullable HeadGroup head;
        private InstantSource clock = InstantSource.system();

        private Builder() {}

        /**
         * Sets the host on which {@code sbatch} runs: a login node, whose SSH server allows two sessions of a
         * connection at least. It stays the caller's, to be closed after the cluster.
         *
         * @param host the login node
         * @return this builder
         */
        public Builder host(Host host) {
            this.host = Objects.requireNonNull(host, "host");
            return this;
        }

        /**
         * Sets the connection by which the SDK manages the cloud VM: it installs and removes the cluster's ephemeral
         * key and reads the VM's host keys there. It stays the caller's.
         *
         * @param vmHost the VM, as this program reaches it
         * @return this builder
         */
        public Builder vmHost(Host vmHost) {
            this.vmHost = Objects.requireNonNull(vmHost, "vmHost");
            return this;
        }

        /**
         * Sets the site.
         *
         * @param platform one of {@code Platforms}, or a user's own
         * @return this builder
         */
        public Builder platform(Platform platform) {
            this.platform = Objects.requireNonNull(platform, "platform");
            return this;
        }

        /**
         * Sets the head group.
         *
         * @param head the head's node
         * @return this builder
         */
        public Builder head(HeadGroup head) {
            this.head = Objects.requireNonNull(head, "head");
            return this;
        }

        /**
         * Adds a worker group.
         *
         * @param group the nodes
         * @return this builder
         */
        public Builder workers(WorkerGroup group) {
            workers.add(Objects.requireNonNull(group, "group"));
            return this;
        }

        /**
         * Sets the account to charge.
         *
         * @param account as {@code --account} takes it; by default Slurm charges the user's own
         * @return this builder
         * @throws IllegalArgumentException if it is empty or has control characters
         */
        public Builder account(String account) {
            spec.account(account);
            return this;
        }

        /**
         * Sets the job's time limit.
         *
         * @param timeLimit more than zero; Slurm rounds it up to whole minutes
         * @return this builder
         * @throws IllegalArgumentException if it isn't more than zero
         */
        public Builder timeLimit(Duration timeLimit) {
            spec.timeLimit(timeLimit);
            return this;
        }

        /**
         * Sets where Ray comes from; by default the platform says it.
         *
         * @param rayEnvironment the user's own, or one of the platform's others
         * @return this builder
         */
        public Builder rayEnvironment(RayEnvironment rayEnvironment) {
            spec.rayEnvironment(rayEnvironment);
            return this;
        }

        /**
         * Sets how long all nodes may take to join, from the job's start.
         *
         * @param joinTimeout at least five seconds; ten minutes by default
         * @return this builder
         * @throws IllegalArgumentException if it is shorter
         */
        public Builder joinTimeout(Duration joinTimeout) {
            spec.joinTimeout(joinTimeout);
            return this;
        }

        /**
         * Sets how long the job lives without anybody who renews its lease.
         *
         * @param lease at least five seconds; one hour by default
         * @return this builder
         * @throws IllegalArgumentException if it is shorter
         */
        public Builder lease(Duration lease) {
            spec.lease(lease);
            return this;
        }

        /**
         * Asks for the dashboard and the Jobs API on a cloud VM.
         *
         * @param publish where, and whether it is required
         * @return this builder
         */
        public Builder publish(Publish publish) {
            spec.publish(publish);
            return this;
        }

        /**
         * Allows that a Ray without tokens opens its dashboard to the site's network; see
         * {@link RayClusterSpec.Builder#allowOpenPort()}.
         *
         * @return this builder
         */
        public Builder allowOpenPort() {
            spec.allowOpenPort();
            return this;
        }

        /**
         * Sets the clock by which sites are open or closed.
         *
         * @param clock the system's by default
         * @return this builder
         */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Builds.
         *
         * @return the cluster to launch
         * @throws NullPointerException if the host, the platform, the head group or the time limit is missing; the
         *     message says which
         * @throws IllegalArgumentException if the groups don't fit together
         */
        public SlurmRayCluster build() {
            HeadGroup group = Objects.requireNonNull(head, "head: say what the head's node is, with head(…)");
            return new SlurmRayCluster(
                    this, spec.topology(new RayTopology(group, workers)).build());
        }
    }
}
