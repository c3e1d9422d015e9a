package io.github.slurmray.slurm;

import java.time.Clock;
import java.time.Duration;

/** How long things may take, and the clock that they are measured by. */
class Timing {
    /** How late records may arrive unless the user knows better. */
    static final Duration RECORDS_ARRIVE_WITHIN = Duration.ofMinutes(5);

    private final Duration patience;
    private final Duration recordsArriveWithin;

    /** @param patience for how long a submission is asked for again, from the first trouble on */
    Timing(Duration patience) {
        this(patience, RECORDS_ARRIVE_WITHIN);
    }

    Timing(Duration patience, Duration recordsArriveWithin) {
        this.patience = patience;
        this.recordsArriveWithin = recordsArriveWithin;
    }

    Duration patience() {
        return patience;
    }

    /** How long one question waits on the host for sbatch to end. */
    Duration waitOnHost() {
        return Duration.ofSeconds(10);
    }

    /**
     * How long after an sbatch is known to be gone its request may still turn into a job: the controller answers within
     * MessageTimeout (10 s unless the site says otherwise) or not at all.
     */
    Duration settle() {
        return Duration.ofSeconds(15);
    }

    /** For how long the end of a job that the controller has forgotten may be missing in the database. */
    Duration recordsArriveWithin() {
        return recordsArriveWithin;
    }

    Clock clock() {
        return Clock.systemUTC();
    }

    long nanos() {
        return System.nanoTime();
    }

    void sleep(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }
}
