package io.github.slurmray.ray;

/** Whether the dashboard is on the cloud VM. */
public sealed interface PublishState {
    /** It isn't asked for. */
    record NotAsked() implements PublishState {
        @Override
        public String toString() {
            return "not asked for";
        }
    }

    /** The job doesn't run yet, or is still trying for the first time. */
    record Trying() implements PublishState {
        @Override
        public String toString() {
            return "not there yet";
        }
    }

    /**
     * It is up.
     *
     * @param address the address on the VM
     * @param port the port on the VM
     */
    record Up(String address, int port) implements PublishState {
        /** Returns the state in words, such as {@code up at 127.0.0.1:8280 of the VM}. */
        @Override
        public String toString() {
            return "up at " + address + ":" + port + " of the VM";
        }
    }

    /**
     * It is down; the job goes on trying.
     *
     * @param cause why, in ssh's words
     */
    record Down(String cause) implements PublishState {
        /** Returns the state in words, with the cause. */
        @Override
        public String toString() {
            return "down: " + cause;
        }
    }
}
