package io.github.slurmray.testkit.internal.embedded;

import java.time.Duration;

/** What goes wrong between the commands and the emulated Slurm. Safe for use by many threads. */
public final class Faults {
    private volatile Duration slowness = Duration.ZERO;

    /** Makes one without faults. */
    public Faults() {}

    /** Sets how long an answer takes. What was asked for has been done before that. */
    public void slow(Duration by) {
        slowness = by;
    }

    void beforeAnswer(String command) throws InterruptedException {
        if (!slowness.isZero() && !command.equals("sacct") && !command.equals("sacctmgr")) {
            Thread.sleep(slowness.toMillis());
        }
    }
}
