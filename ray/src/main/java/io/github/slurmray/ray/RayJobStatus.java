package io.github.slurmray.ray;

/** The state of a Ray job, in Ray's words. */
public enum RayJobStatus {
    /** Accepted; its runtime environment is being made, or it waits for resources. */
    PENDING,
    /** Its entrypoint runs. */
    RUNNING,
    /** Stopped by {@link RayJob#stop()} or another client. */
    STOPPED,
    /** Its entrypoint ended with status 0. */
    SUCCEEDED,
    /** Its entrypoint ended with another status, or could not be started. */
    FAILED;

    /**
     * Tells whether a job in this state never changes again.
     *
     * @return true for stopped, succeeded and failed
     */
    public boolean isTerminal() {
        return this == STOPPED || this == SUCCEEDED || this == FAILED;
    }
}
