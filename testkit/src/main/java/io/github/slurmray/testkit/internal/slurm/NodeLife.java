package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What becomes of nodes, and of the jobs on them. */
final class NodeLife {
    private final Controller controller;
    private final JobLife life;

    NodeLife(Controller controller, JobLife life) {
        this.controller = controller;
        this.life = life;
    }

    /** A node doesn't answer any more: it lost its power, or its network. */
    void lose(Node n) {
        n.responding = false;
        Duration timeout = controller.conf().slurmdTimeout();
        // 0 means never
        n.downAt = timeout.isZero()
                ? Optional.empty()
                : Optional.of(controller.now().plus(timeout));
        for (Job j : controller.jobs()) {
            if (j.holdsNodes() && isBatchHost(n, j)) {
                j.batchLost = true;
                j.missedAt = Optional.empty();
            }
        }
        controller.add(new Effect.PowerCut(n.conf().name()));
    }

    /** A node answers again. */
    void bringBack(Node n) {
        n.responding = true;
        n.downAt = Optional.empty();
        if (n.reason.equals("Not responding")) {
            n.down = false;
            n.reason = "";
            n.reasonSince = Optional.empty();
        }
        for (Job j : List.copyOf(controller.jobs())) {
            // its slurmd comes without them; of a job that only had steps there, srun knows
            if (j.batchLost && j.runsOrIsSuspended() && isBatchHost(n, j)) {
                miss(j);
            }
        }
        controller.queue().schedule();
    }

    private static boolean isBatchHost(Node n, Job j) {
        return j.shares.get(0).node().equals(n.conf().name());
    }

    void drain(Node n, String reason) {
        n.drained = true;
        n.reason = reason;
        n.reasonBy = "root";
        n.reasonSince = Optional.of(controller.now());
        controller.queue().schedule();
    }

    void resume(Node n) {
        n.drained = false;
        n.reason = "";
        n.reasonSince = Optional.empty();
        controller.queue().schedule();
    }

    void markDown(Node n, String reason) {
        n.down = true;
        n.reason = reason;
        n.reasonBy = "slurm";
        n.reasonSince = Optional.of(controller.now());
        boolean old = controller.conf().release() == SlurmRelease.V22_05;
        for (Job j : List.copyOf(controller.jobs())) {
            if (j.holdsNodes() && !j.completing && j.nodes().contains(n.conf().name())) {
                life.note(j, "DUE TO NODE FAILURE, SEE SLURMCTLD LOG FOR DETAILS");
                failed(j, "NodeDown", old ? ExitCode.ZERO : ExitCode.of(1));
            }
        }
    }

    /** A batch script isn't on its node. One that has just begun may still come, so the node is asked again later. */
    void miss(Job j) {
        boolean mayCome = j.start
                .filter(s -> s.plus(controller.conf().missingAfter()).isAfter(controller.now()))
                .isPresent();
        if (mayCome) {
            j.missedAt = Optional.of(controller.now().plus(controller.conf().registrationInterval()));
        } else {
            failed(j, "None", ExitCode.of(1));
        }
    }

    /** A job has lost a node: it is put back into the queue if it may be. */
    private void failed(Job j, String reason, ExitCode exit) {
        if (j.requeue) {
            j.exit = exit;
            life.requeue(
                    j, JobState.NODE_FAIL, new Job.Requeue(controller.conf().requeueDelay(), false));
        } else {
            life.finish(j, JobState.NODE_FAIL, reason, exit);
        }
    }
}
