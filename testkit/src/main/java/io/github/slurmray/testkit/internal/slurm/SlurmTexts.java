package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import java.util.Locale;

/** Sentences that several commands say. */
final class SlurmTexts {
    static final String NO_CONTROLLER = "Unable to contact slurm controller (connect failure)";
    static final String INVALID_JOB_ID = "Invalid job id specified";

    private static final String JOB_STATES =
            "PENDING,RUNNING,SUSPENDED,COMPLETED,CANCELLED,FAILED,TIMEOUT,NODE_FAIL,PREEMPTED,"
                    + "BOOT_FAIL,DEADLINE,OUT_OF_MEMORY,COMPLETING,CONFIGURING,RESIZING,RESV_DEL_HOLD,REQUEUED,REQUEUE_FED,"
                    + "REQUEUE_HOLD,REVOKED,SIGNALING,SPECIAL_EXIT,STAGE_OUT,STOPPED";

    private SlurmTexts() {}

    /** The names of states, in the case in which a release lists them. */
    static String jobStates(SlurmRelease release) {
        return release == SlurmRelease.V22_05 ? JOB_STATES : JOB_STATES.toLowerCase(Locale.ROOT);
    }

    /** What sacct and sacctmgr say while the database is down. */
    static String noDatabase(String command, SiteConf conf) {
        String function =
                conf.release() == SlurmRelease.V22_05 ? "slurm_persist_conn_open_without_init" : "_open_persist_conn";
        String text = command + ": error: " + function + ": failed to open persistent connection to host:"
                + conf.databaseHost() + ":6819: Connection refused\n" + command
                + ": error: Sending PersistInit msg: Connection refused\n";
        return command.equals("sacct")
                ? text + "sacct: error: Problem talking to the database: Connection refused\n"
                : text;
    }
}
