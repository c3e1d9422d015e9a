package io.github.slurmray.slurm;

import io.github.slurmray.slurm.JobState.Outcome;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Slurm's words for states. What isn't listed, as of a later version, is no end. */
final class StateWords {
    private static final Map<String, Outcome> ENDS = EnumSet.complementOf(EnumSet.of(Outcome.NOT_RECORDED)).stream()
            .collect(Collectors.toUnmodifiableMap(Outcome::name, o -> o));

    private static final Set<String> WAITING =
            Set.of("PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT");

    /** Ends after which no Slurm is set up to put a job back into the queue by itself. */
    private static final Set<Outcome> FINAL =
            Set.of(Outcome.COMPLETED, Outcome.CANCELLED, Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY, Outcome.DEADLINE);

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
