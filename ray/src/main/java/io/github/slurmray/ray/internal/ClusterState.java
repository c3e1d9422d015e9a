package io.github.slurmray.ray.internal;

import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.ClusterEvent.Role;
import io.github.slurmray.ray.Phase;
import io.github.slurmray.ray.PublishState;
import io.github.slurmray.slurm.JobState;
import java.util.Optional;

/**
 * What is known of a cluster, as the sum of its events. Immutable; {@link #after} is the whole state machine.
 *
 * @param phase where it is in its life
 * @param job what Slurm said last
 * @param environment the head's addresses, once they are known
 * @param allJoined whether all nodes have joined
 * @param lost how many nodes have left after they had joined
 * @param publish whether the dashboard is on the cloud VM
 * @param failure why it couldn't come up, if it couldn't
 */
record ClusterState(
        Phase phase,
        Optional<JobState> job,
        Optional<ClusterEvent.EnvironmentReady> environment,
        boolean allJoined,
        int lost,
        PublishState publish,
        Optional<ClusterEvent.Failed> failure) {

    static ClusterState initial(boolean publishes) {
        PublishState publish = publishes ? new PublishState.Trying() : new PublishState.NotAsked();
        return new ClusterState(Phase.PENDING, Optional.empty(), Optional.empty(), false, 0, publish, Optional.empty());
    }

    ClusterState after(ClusterEvent event) {
        if (event instanceof ClusterEvent.JobChanged e) {
            return with(e.state());
        } else if (event instanceof ClusterEvent.Started) {
            return atLeast(Phase.STARTING);
        } else if (event instanceof ClusterEvent.EnvironmentReady e) {
            return new ClusterState(phase, job, Optional.of(e), allJoined, lost, publish, failure);
        } else if (event instanceof ClusterEvent.AllJoined) {
            return new ClusterState(phase, job, environment, true, lost, publish, failure);
        } else if (event instanceof ClusterEvent.Ready) {
            return atLeast(Phase.READY);
        } else if (event instanceof ClusterEvent.Published e) {
            return with(new PublishState.Up(e.address(), e.port()));
        } else if (event instanceof ClusterEvent.PublishFailed e) {
            return with(new PublishState.Down(e.cause()));
        } else if (event instanceof ClusterEvent.NodeLeft e) {
            return withLost(e.hadJoined() ? 1 : 0).withFailure(lostNode(e));
        } else if (event instanceof ClusterEvent.Failed e) {
            return withFailure(Optional.of(e));
        } else if (event instanceof ClusterEvent.Ending || event instanceof ClusterEvent.Finished) {
            return atLeast(Phase.ENDING);
        }
        return this;
    }

    /** A cluster can lose a worker that had joined, but not its head, nor go without a worker that never came. */
    private Optional<ClusterEvent.Failed> lostNode(ClusterEvent.NodeLeft e) {
        // Ray ends everywhere when the cluster does
        boolean expected = phase.compareTo(Phase.ENDING) >= 0;
        if (expected || (e.hadJoined() && e.role() == Role.WORKER)) {
            return Optional.empty();
        }
        String what = e.role() == Role.HEAD ? "head-died" : "worker-died";
        String when = e.hadJoined() ? "after it had joined" : "before it had joined";
        return Optional.of(
                new ClusterEvent.Failed(e.at(), e.node(), what, "Ray on " + e.node() + " ended " + when, e.log()));
    }

    private ClusterState with(JobState state) {
        ClusterState known =
                new ClusterState(phase, Optional.of(state), environment, allJoined, lost, publish, failure);
        if (state instanceof JobState.Running) {
            return known.atLeast(Phase.STARTING);
        }
        return state.isEnded() ? known.atLeast(Phase.ENDED) : known;
    }

    private ClusterState with(PublishState state) {
        return new ClusterState(phase, job, environment, allJoined, lost, state, failure);
    }

    private ClusterState withFailure(Optional<ClusterEvent.Failed> e) {
        return failure.isPresent() ? this : new ClusterState(phase, job, environment, allJoined, lost, publish, e);
    }

    private ClusterState withLost(int more) {
        return new ClusterState(phase, job, environment, allJoined, lost + more, publish, failure);
    }

    private ClusterState atLeast(Phase next) {
        Phase later = next.compareTo(phase) > 0 ? next : phase;
        return new ClusterState(later, job, environment, allJoined, lost, publish, failure);
    }
}
