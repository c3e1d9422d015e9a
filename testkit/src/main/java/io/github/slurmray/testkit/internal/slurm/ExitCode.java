package io.github.slurmray.testkit.internal.slurm;

/** How a process ended: with a status, or by a signal. */
record ExitCode(int status, int signal) {
    static final ExitCode ZERO = new ExitCode(0, 0);

    static ExitCode of(int status) {
        return new ExitCode(status, 0);
    }

    static ExitCode bySignal(int signal) {
        return new ExitCode(0, signal);
    }

    boolean isZero() {
        return status == 0 && signal == 0;
    }

    @Override
    public String toString() {
        return status + ":" + signal;
    }
}
