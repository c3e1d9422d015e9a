package io.github.slurmray.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.core.SlurmRayException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What Slurm says about a job, or that it couldn't be asked.
 *
 * <p>Only Slurm's word makes a job {@link Ended}. A lost connection, a controller or database that is down, output that
 * can't be understood: all of these are {@link Unknown}, and the job may well be running.
 */
public sealed interface JobState {
    /**
     * Tells whether the job is over, so that no later answer can be another one (but for an administrator who puts the
     * ended job back into the queue).
     *
     * @return true for {@link Ended} only
     */
    default boolean isEnded() {
        return this instanceof Ended;
    }

    /** Who can clear the reason for which a job waits. */
    enum Clears {
        /** It goes away with time: other jobs end, a reservation begins, a limit's window moves on. */
        BY_ITSELF,
        /** Somebody has to act: release a hold, repair nodes, open a partition, raise a budget. */
        BY_SOMEBODY,
        /** The job as it was submitted will never start: cancel it, and submit another. */
        NEVER
    }

    /**
     * The job waits in the queue.
     *
     * @param reason Slurm's word for why, such as {@code Priority}; {@code None} where it has not said yet
     * @param clears who can clear the reason
     * @param explanation the reason in a sentence, with what to do
     * @param estimatedStart when Slurm expects the job to start, if it has worked that out
     */
    record Pending(String reason, Clears clears, String explanation, Optional<Instant> estimatedStart)
            implements JobState {
        /** Checks that nothing is missing. */
        public Pending {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(clears, "clears");
            Objects.requireNonNull(explanation, "explanation");
            Objects.requireNonNull(estimatedStart, "estimatedStart");
        }

        /** Returns the state in words, such as {@code pending (Priority: …)}. */
        @Override
        public String toString() {
            return "pending (" + reason + ": " + explanation + ")"
                    + estimatedStart.map(t -> ", expected to start at " + t).orElse("");
        }
    }

    /**
     * The job has nodes.
     *
     * @param since when it got them, by Slurm's clock (when it was asked, where Slurm doesn't say)
     * @param nodes their names
     * @param phase Slurm's word: {@code RUNNING}, or {@code CONFIGURING}, {@code COMPLETING}, {@code SUSPENDED},
     *     {@code STOPPED}, {@code STAGE_OUT} and whatever later versions add; none of these is an end
     */
    record Running(Instant since, List<String> nodes, String phase) implements JobState {
        /** Copies the list. */
        public Running {
            Objects.requireNonNull(since, "since");
            Objects.requireNonNull(phase, "phase");
            nodes = List.copyOf(nodes);
        }

        /** Returns the state in words, such as {@code running on cn[1-3] since 2026-11-22T10:00:00Z}. */
        @Override
        public String toString() {
            return (phase.equals("RUNNING") ? "running" : "running (" + phase + ")")
                    + (nodes.isEmpty() ? "" : " on " + HostList.compress(nodes)) + " since " + since;
        }
    }

    /** How a job ended, in Slurm's words. */
    enum Outcome {
        /** With exit code 0. */
        COMPLETED("completed"),
        /** With another exit code, or it could not be launched. */
        FAILED("failed"),
        /** By its user or an administrator. */
        CANCELLED("cancelled"),
        /** By its time limit. */
        TIMEOUT("ended by its time limit"),
        /** It used more memory than it had asked for. */
        OUT_OF_MEMORY("ended, since it used more memory than it had asked for"),
        /** One of its nodes failed, and it wasn't put back into the queue. */
        NODE_FAIL("ended by the failure of a node"),
        /** By another job with more right to the nodes, and it wasn't put back into the queue. */
        PREEMPTED("ended by another job with more right to the nodes"),
        /** By its deadline. */
        DEADLINE("ended by its deadline"),
        /** Its nodes did not start. */
        BOOT_FAIL("ended, since its nodes did not start"),
        /** No word of Slurm's: its controller has forgotten the job, and the database never heard how it ended. */
        NOT_RECORDED("ended, and how isn't recorded");

        private final String words;

        Outcome(String words) {
            this.words = words;
        }
    }

    /**
     * The job is over, by Slurm's own word.
     *
     * @param outcome how
     * @param exitCode the exit code of the batch script, if Slurm recorded one
     * @param signal the number of the signal that ended it, if one did
     * @param slurmState Slurm's word, such as {@code COMPLETED} or {@code CANCELLED by 5001}; empty if not recorded
     * @param start when it started, if it did and Slurm recorded it
     * @param end when it ended, if Slurm recorded it
     */
    record Ended(
            Outcome outcome,
            OptionalInt exitCode,
            OptionalInt signal,
            String slurmState,
            Optional<Instant> start,
            Optional<Instant> end)
            implements JobState {
        /** Checks that nothing is missing. */
        public Ended {
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(exitCode, "exitCode");
            Objects.requireNonNull(signal, "signal");
            Objects.requireNonNull(slurmState, "slurmState");
            Objects.requireNonNull(start, "start");
            Objects.requireNonNull(end, "end");
        }

        /** Returns the state in words, such as {@code failed with exit code 3 at 2026-11-22T10:00:00Z}. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(outcome.words);
            if (outcome == Outcome.CANCELLED && slurmState.startsWith("CANCELLED ")) {
                text.append(slurmState.substring("CANCELLED".length()));
            }
            exitCode.ifPresent(c -> text.append(c == 0 ? "" : " with exit code " + c));
            signal.ifPresent(s -> text.append(" on signal ").append(s));
            end.ifPresent(t -> text.append(" at ").append(t));
            return text.toString();
        }
    }

    /**
     * Slurm couldn't be asked, or what it answered doesn't settle the matter.
     *
     * @param since when this client first failed to learn the job's state; it stays the same until it learns it again
     * @param lastKnown what this client last knew, if anything; never an {@link Unknown}
     * @param cause why the state isn't known
     */
    record Unknown(Instant since, Optional<JobState> lastKnown, SlurmRayException cause) implements JobState {
        /** Checks that nothing is missing. */
        public Unknown {
            Objects.requireNonNull(since, "since");
            Objects.requireNonNull(lastKnown, "lastKnown");
            Objects.requireNonNull(cause, "cause");
        }

        /** Returns the state in words, with the last one that was known. */
        @Override
        public String toString() {
            return "unknown since " + since + " (" + cause.getMessage() + ")"
                    + lastKnown.map(s -> ", before that " + s).orElse("");
        }
    }
}
