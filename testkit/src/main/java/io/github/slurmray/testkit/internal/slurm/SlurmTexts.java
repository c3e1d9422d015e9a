package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;

/** Sentences that several commands say. */
final class SlurmTexts {
    static final String NO_CONTROLLER = "Unable to contact slurm controller (connect failure)";
    static final String INVALID_JOB_ID = "Invalid job id specified";

    private SlurmTexts() {}

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
