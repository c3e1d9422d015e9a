package io.github.slurmray.slurm;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a client last knew of each job, and since when it doesn't know more. Safe for use by many threads. */
final class JobMemory {
    private static final int MOST_JOBS = 100_000;

    private record Memory(
            @Nullable JobState lastKnown,
            @Nullable Instant unknownSince,
            @Nullable Instant noRecordSince) {}

    private static final Memory NOTHING = new Memory(null, null, null);

    private final Duration recordsArriveWithin;
    private final Map<AskedJob, Memory> memories = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<AskedJob, Memory> eldest) {
            return size() > MOST_JOBS;
        }
    };

    JobMemory(Duration recordsArriveWithin) {
        this.recordsArriveWithin = recordsArriveWithin;
    }

    /** Turns a verdict into the state that the caller sees. */
    synchronized JobState learn(AskedJob job, StatusRules.Verdict verdict, Instant now) {
        Memory memory = memories.getOrDefault(job, NOTHING);
        if (verdict instanceof StatusRules.Verdict.Known known) {
            memories.put(job, new Memory(known.state(), null, null));
            return known.state();
        }
        if (verdict instanceof StatusRules.Verdict.NotKnown notKnown) {
            return unknown(job, memory, memory.noRecordSince(), notKnown.cause(), now);
        }
        String why = ((StatusRules.Verdict.NoRecord) verdict).why();
        Instant since = memory.noRecordSince() == null ? now : memory.noRecordSince();
        if (!now.isBefore(since.plus(recordsArriveWithin))) {
            JobState ended = StatusRules.notRecorded();
            memories.put(job, new Memory(ended, null, since));
            return ended;
        }
        return unknown(job, memory, since, new SlurmUnavailableException(why, why, Retry.SAFE), now);
    }

    private JobState unknown(
            AskedJob job, Memory memory, @Nullable Instant noRecordSince, SlurmRayException cause, Instant now) {
        Instant since = memory.unknownSince() == null ? now : memory.unknownSince();
        memories.put(job, new Memory(memory.lastKnown(), since, noRecordSince));
        return new JobState.Unknown(since, Optional.ofNullable(memory.lastKnown()), cause);
    }
}
