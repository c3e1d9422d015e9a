package io.github.slurmray.slurm;

/** What Slurm writes a mail about; the names are Slurm's own (sbatch(1), {@code --mail-type}). */
public enum MailType {
    /** The job starts. */
    BEGIN,
    /** The job ends. */
    END,
    /** The job fails. */
    FAIL,
    /** The job is put back into the queue. */
    REQUEUE,
    /** The job depends on something that can no longer happen. */
    INVALID_DEPEND,
    /** The burst buffer's stage-out is done. */
    STAGE_OUT,
    /** The time limit is reached. */
    TIME_LIMIT,
    /** Nine tenths of the time limit are over. */
    TIME_LIMIT_90,
    /** Eight tenths of the time limit are over. */
    TIME_LIMIT_80,
    /** Half of the time limit is over. */
    TIME_LIMIT_50,
    /** One mail for each task of an array, not one for the array. */
    ARRAY_TASKS,
    /** All of BEGIN, END, FAIL, INVALID_DEPEND, REQUEUE and STAGE_OUT. */
    ALL
}
