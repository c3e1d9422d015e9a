package io.github.slurmray.testkit.internal.slurm;

/** The base states of a job, in the order of Slurm's own numbers. */
enum JobState {
    PENDING("PD"),
    RUNNING("R"),
    SUSPENDED("S"),
    COMPLETED("CD"),
    CANCELLED("CA"),
    FAILED("F"),
    TIMEOUT("TO"),
    NODE_FAIL("NF"),
    PREEMPTED("PR"),
    BOOT_FAIL("BF"),
    DEADLINE("DL"),
    OUT_OF_MEMORY("OOM"),
    REQUEUED("RQ");

    private final String code;

    JobState(String code) {
        this.code = code;
    }

    String code() {
        return code;
    }

    boolean isOver() {
        return compareTo(SUSPENDED) > 0;
    }
}
