package io.github.slurmray.slurm;

import io.github.slurmray.slurm.JobState.Outcome;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Slurm's words for states. What isn't listed, as of a later version, is no end. */
final class StateWords {
    private static final Map<String, Outcome> ENDS = Map.of(
            "COMPLETED", Outcome.COMPLETED,
            "FAILED", Outcome.FAILED,
            "CANCELLED", Outcome.CANCELLED,
            "TIMEOUT", Outcome.TIME_LIMIT,
            "OUT_OF_MEMORY", Outcome.OUT_OF_MEMORY,
            "NODE_FAIL", Outcome.NODE_FAILED,
            "PREEMPTED", Outcome.PREEMPTED,
            "DEADLINE", Outcome.DEADLINE,
            "BOOT_FAIL", Outcome.BOOT_FAILED);

    private static final Set<String> WAITING =
            Set.of("PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT");

    /** Ends after which no Slurm is set up to put a job back into the queue by itself. */
    private static final Set<Outcome> FINAL =
            Set.of(Outcome.COMPLETED, Outcome.CANCELLED, Outcome.TIME_LIMIT, Outcome.OUT_OF_MEMORY, Outcome.DEADLINE);

    private StateWords() {}

    /** The outcome of a state such as {@code CANCELLED by 5001}, if it is an end. */
    static Optional<Outcome> outcome(String state) {
        return Optional.ofNullable(ENDS.get(state.split(" ", 2)[0]));
    }

    static boolean waiting(String state) {
        return WAITING.contains(state);
    }

    static boolean neverRequeued(Outcome outcome) {
        return FINAL.contains(outcome);
    }
}
