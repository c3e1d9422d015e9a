package io.github.slurmray.ray;

/** Whether the dashboard is on the cloud VM. */
public sealed interface PublishState {
    /** It isn't asked for. */
    record NotAsked() implements PublishState {}

    /** The job doesn't run yet, or is still trying for the first time. */
    record Trying() implements PublishState {}

    /**
     * It is up.
     *
     * @param address the address on the VM
     * @param port the port on the VM
     */
    record Up(String address, int port) implements PublishState {}

    /**
     * It is down; the job goes on trying.
     *
     * @param cause why, in ssh's words
     */
    record Down(String cause) implements PublishState {}
}
