package io.github.slurmray.ray;

import io.github.slurmray.core.HostList;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that happened to a cluster. Most are told by the job itself, with its nodes' clocks; {@link JobChanged},
 * {@link Ready}, {@link TakenOver} and {@link GivenBack} are this program's.
 */
public sealed interface ClusterEvent {
    /**
     * Returns when it happened.
     *
     * @return by the clock of whoever saw it
     */
    Instant at();

    /**
     * Says what happened, for people: one line without the time, such as {@code node cn1 is starting Ray (worker)} or
     * {@code all 3 nodes joined after 4 s}. The words may change from version to version; programs look at the kind and
     * its values.
     *
     * @return one line
     */
    String describe();

    /** What a node does in the cluster. */
    enum Role {
        /** It runs Ray's head. */
        HEAD,
        /** It runs a Ray worker. */
        WORKER;

        /** Returns it as Ray writes it: {@code head}, {@code worker}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Slurm says something new of the job.
     *
     * @param at when it was asked
     * @param state what it said
     */
    record JobChanged(Instant at, JobState state) implements ClusterEvent {
        @Override
        public String describe() {
            return oneLine("job state: " + state);
        }
    }

    /**
     * The job has begun.
     *
     * @param at when
     * @param job the job
     * @param nodes the names of its nodes
     */
    record Started(Instant at, JobId job, List<String> nodes) implements ClusterEvent {
        /** Copies the list. */
        public Started {
            nodes = List.copyOf(nodes);
        }

        @Override
        public String describe() {
            return "job " + job + " runs on " + HostList.compress(nodes);
        }
    }

    /**
     * Ray was found on the first node, and the job has chosen its addresses and ports.
     *
     * @param at when
     * @param rayVersion Ray's version; empty if it couldn't be found out
     * @param guarded whether a token guards the cluster's ports
     * @param headAddress the address of the head for the other nodes
     * @param dashboardHost the address on the head that the dashboard listens on
     * @param dashboardPort the dashboard's port on the head
     */
    record EnvironmentReady(
            Instant at,
            Optional<String> rayVersion,
            boolean guarded,
            String headAddress,
            String dashboardHost,
            int dashboardPort)
            implements ClusterEvent {
        @Override
        public String describe() {
            return "Ray " + rayVersion.orElse("of unknown version") + " was found, "
                    + (guarded ? "guarded by a token" : "without a token");
        }
    }

    /**
     * Ray is being started on a node.
     *
     * @param at when
     * @param node the node's name
     * @param role what it does
     * @param attempt 1 for the first
     */
    record NodeStarting(Instant at, String node, Role role, int attempt) implements ClusterEvent {
        @Override
        public String describe() {
            return "node " + node + " is starting Ray (" + role + ")" + (attempt > 1 ? ", attempt " + attempt : "");
        }
    }

    /**
     * Ray on a node has joined the cluster.
     *
     * @param at when
     * @param node the node's name
     * @param role what it does
     * @param address its address in the cluster
     */
    record NodeJoined(Instant at, String node, Role role, String address) implements ClusterEvent {
        @Override
        public String describe() {
            return "node " + node + " has joined (" + role + ")";
        }
    }

    /**
     * All nodes have joined.
     *
     * @param at when
     * @param nodes how many they are
     * @param after how long that was after the job's start, in whole seconds
     */
    record AllJoined(Instant at, int nodes, Duration after) implements ClusterEvent {
        @Override
        public String describe() {
            return (nodes == 1 ? "the only node" : "all " + nodes + " nodes") + " joined after " + after.toSeconds()
                    + " s";
        }
    }

    /**
     * Ray on a node has ended.
     *
     * @param at when
     * @param node the node's name
     * @param role what it did
     * @param hadJoined whether it had joined before
     * @param log the last lines of its log
     */
    record NodeLeft(Instant at, String node, Role role, boolean hadJoined, String log) implements ClusterEvent {
        @Override
        public String describe() {
            return "Ray has ended on node " + node + " (" + role + ")" + (hadJoined ? "" : " before it had joined");
        }
    }

    /**
     * The dashboard is up on the cloud VM.
     *
     * @param at when
     * @param address the address on the VM
     * @param port the port on the VM
     */
    record Published(Instant at, String address, int port) implements ClusterEvent {
        @Override
        public String describe() {
            return "the dashboard is published at " + address + ":" + port + " of the cloud VM";
        }
    }

    /**
     * The dashboard can't be published, or isn't any more; the job goes on trying.
     *
     * @param at when
     * @param cause why, in ssh's words
     */
    record PublishFailed(Instant at, String cause) implements ClusterEvent {
        @Override
        public String describe() {
            return oneLine("the dashboard isn't published: " + cause);
        }
    }

    /**
     * The cluster is ready: all nodes are alive in Ray, the dashboard answers, and jobs are accepted.
     *
     * @param at when
     */
    record Ready(Instant at) implements ClusterEvent {
        @Override
        public String describe() {
            return "the cluster is ready";
        }
    }

    /**
     * The cluster can't come up; the job ends itself.
     *
     * @param at when
     * @param node the node that says so
     * @param cause a short name, such as {@code join-timeout}
     * @param detail what happened
     * @param log the last lines of the log that shows it, or nothing
     */
    record Failed(Instant at, String node, String cause, String detail, String log) implements ClusterEvent {
        @Override
        public String describe() {
            return oneLine("the cluster has failed: " + detail + " [" + cause + ", on " + node + "]");
        }
    }

    /**
     * Nobody has renewed the lease; the job ends itself.
     *
     * @param at when
     */
    record LeaseOver(Instant at) implements ClusterEvent {
        @Override
        public String describe() {
            return "nobody has renewed the lease, so the job ends itself";
        }
    }

    /**
     * The job has begun to end.
     *
     * @param at when
     * @param reason {@code signal} (it was cancelled, or its time limit is reached), {@code failed} or {@code lease}
     */
    record Ending(Instant at, String reason) implements ClusterEvent {
        @Override
        public String describe() {
            return "the job is ending (" + reason + ")";
        }
    }

    /**
     * The job has done its last work; Slurm will say that it ended.
     *
     * @param at when
     */
    record Finished(Instant at) implements ClusterEvent {
        @Override
        public String describe() {
            return "the job has done its last work";
        }
    }

    /**
     * Another handle has taken over; this one can only look.
     *
     * @param at when it was seen
     */
    record TakenOver(Instant at) implements ClusterEvent {
        @Override
        public String describe() {
            return "another handle has taken the cluster over";
        }
    }

    /**
     * The handle that had taken over was closed; this one may end the cluster again.
     *
     * @param at when it was seen
     */
    record GivenBack(Instant at) implements ClusterEvent {
        @Override
        public String describe() {
            return "the cluster is this handle's again";
        }
    }

    /**
     * The job says something that this version of the library doesn't know.
     *
     * @param at when
     * @param type its name for it
     */
    record Other(Instant at, String type) implements ClusterEvent {
        @Override
        public String describe() {
            return "the job says: " + type;
        }
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
