package io.github.slurmray.ray;

import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a Ray cluster shall be, apart from where: its nodes, its limits, who may reach it. Immutable data. */
public final class RayClusterSpec {
    /** How long the job lives without anybody who renews its lease, unless said otherwise: one hour. */
    public static final Duration DEFAULT_LEASE = Duration.ofHours(1);

    /** How long all nodes may take to join, from the job's start, unless said otherwise: ten minutes. */
    public static final Duration DEFAULT_JOIN_TIMEOUT = Duration.ofMinutes(10);

    private static final Duration SHORTEST = Duration.ofSeconds(5);

    private final RayTopology topology;
    private final @Nullable String account;
    private final Duration timeLimit;
    private final @Nullable RayEnvironment rayEnvironment;
    private final Duration joinTimeout;
    private final Duration lease;
    private final @Nullable Publish publish;
    private final boolean openPortAllowed;

    private RayClusterSpec(Builder b) {
        this.topology = Objects.requireNonNull(b.topology, "topology: say at least the head group");
        this.account = b.account;
        this.timeLimit = Objects.requireNonNull(b.timeLimit, "timeLimit: say how long the job may run");
        this.rayEnvironment = b.rayEnvironment;
        this.joinTimeout = b.joinTimeout;
        this.lease = b.lease;
        this.publish = b.publish;
        this.openPortAllowed = b.openPortAllowed;
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
     * Returns the nodes.
     *
     * @return the head group and the worker groups
     */
    public RayTopology topology() {
        return topology;
    }

    /**
     * Returns the account to charge.
     *
     * @return empty for the user's default
     */
    public Optional<String> account() {
        return Optional.ofNullable(account);
    }

    /**
     * Returns the job's time limit.
     *
     * @return more than zero
     */
    public Duration timeLimit() {
        return timeLimit;
    }

    /**
     * Returns where Ray comes from.
     *
     * @return empty for the platform's default
     */
    public Optional<RayEnvironment> rayEnvironment() {
        return Optional.ofNullable(rayEnvironment);
    }

    /**
     * Returns how long all nodes may take to join, from the job's start; then the job ends itself.
     *
     * @return {@link #DEFAULT_JOIN_TIMEOUT} by default
     */
    public Duration joinTimeout() {
        return joinTimeout;
    }

    /**
     * Returns how long the job lives without anybody who renews its lease.
     *
     * @return {@link #DEFAULT_LEASE} by default
     */
    public Duration lease() {
        return lease;
    }

    /**
     * Returns the wish to publish the dashboard to a cloud VM.
     *
     * @return empty if there is none
     */
    public Optional<Publish> publish() {
        return Optional.ofNullable(publish);
    }

    /**
     * Tells whether the user allows that a Ray without tokens opens its dashboard to the site's network.
     *
     * @return false by default
     */
    public boolean openPortAllowed() {
        return openPortAllowed;
    }

    /** Builds a {@link RayClusterSpec}. Not safe for use by many threads. */
    public static final class Builder {
        private @Nullable RayTopology topology;
        private @Nullable String account;
        private @Nullable Duration timeLimit;
        private @Nullable RayEnvironment rayEnvironment;
        private Duration joinTimeout = DEFAULT_JOIN_TIMEOUT;
        private Duration lease = DEFAULT_LEASE;
        private @Nullable Publish publish;
        private boolean openPortAllowed;

        private Builder() {}

        /**
         * Sets the nodes.
         *
         * @param topology the head group and the worker groups
         * @return this builder
         */
        public Builder topology(RayTopology topology) {
            this.topology = Objects.requireNonNull(topology, "topology");
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
            SbatchScript.builder().account(account); // which knows what can stand in a script
            this.account = account;
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
            if (timeLimit.isZero() || timeLimit.isNegative()) {
                throw new IllegalArgumentException("the time limit must be more than zero, but was " + timeLimit);
            }
            this.timeLimit = timeLimit;
            return this;
        }

        /**
         * Sets where Ray comes from.
         *
         * @param rayEnvironment the user's own, or one of the platform's others
         * @return this builder
         */
        public Builder rayEnvironment(RayEnvironment rayEnvironment) {
            this.rayEnvironment = Objects.requireNonNull(rayEnvironment, "rayEnvironment");
            return this;
        }

        /**
         * Sets how long all nodes may take to join, from the job's start; then the job ends itself.
         *
         * @param joinTimeout at least five seconds
         * @return this builder
         * @throws IllegalArgumentException if it is shorter
         */
        public Builder joinTimeout(Duration joinTimeout) {
            this.joinTimeout = atLeastFiveSeconds(joinTimeout, "the join timeout");
            return this;
        }

        /**
         * Sets how long the job lives without anybody who renews its lease. An open handle renews it four times as
         * often.
         *
         * @param lease at least five seconds
         * @return this builder
         * @throws IllegalArgumentException if it is shorter
         */
        public Builder lease(Duration lease) {
            this.lease = atLeastFiveSeconds(lease, "the lease");
            return this;
        }

        /**
         * Asks for the dashboard on a cloud VM.
         *
         * @param publish where, and whether it is required
         * @return this builder
         */
        public Builder publish(Publish publish) {
            this.publish = Objects.requireNonNull(publish, "publish");
            return this;
        }

        /**
         * Allows that a Ray without tokens (before 2.52) binds its dashboard to the node's address, where everybody on
         * the site's network can reach it, and run code as the user through it. Needed to reach such a Ray by way of
         * the login node; publishing to a VM doesn't need it.
         *
         * @return this builder
         */
        public Builder allowOpenPort() {
            this.openPortAllowed = true;
            return this;
        }

        private static Duration atLeastFiveSeconds(Duration d, String what) {
            if (d.compareTo(SHORTEST) < 0) {
                throw new IllegalArgumentException(what + " must be at least five seconds, but was " + d);
            }
            return d;
        }

        /**
         * Builds.
         *
         * @return the spec
         * @throws NullPointerException if the topology or the time limit is missing
         */
        public RayClusterSpec build() {
            return new RayClusterSpec(this);
        }
    }
}
