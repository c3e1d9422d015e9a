package io.github.slurmray.bench;

import java.io.IOException;
import java.util.Optional;

/** A way to start Ray on some nodes of the lab. */
interface Contender {
    String name();

    /** Whether it can do this at all. */
    default boolean takes(RayVersion version, int nodes) {
        return true;
    }

    /** Ray's RAY_AUTH_MODE for those who ask this contender's GCS. */
    default String authMode(RayVersion version) {
        return "disabled";
    }

    /** Starts; where that fails halfway, nothing is left. */
    Start start(RayVersion version, int nodes) throws IOException;

    /** Ray nodes that are starting; closing ends them and removes every trace. */
    interface Start extends AutoCloseable {
        /** When sbatch answered, or the processes were started, in seconds since 1970. */
        double at();

        /** The address and port of the GCS, which may not listen yet. */
        String gcs() throws IOException;

        /** The file with the token that guards it, on the login node. */
        default Optional<String> tokenFile() {
            return Optional.empty();
        }

        /** What it knows of its own course, in one line, once all nodes are alive. */
        default String course() {
            return "";
        }

        @Override
        void close() throws IOException;
    }
}
