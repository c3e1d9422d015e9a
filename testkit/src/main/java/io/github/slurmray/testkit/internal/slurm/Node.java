package io.github.slurmray.testkit.internal.slurm;

import java.time.Instant;
import java.util.Optional;

/** A node as the controller has it. */
final class Node {
    private final NodeConf conf;

    /** Whether its slurmd answers. */
    boolean responding = true;

    boolean down;
    boolean drained;
    String reason = "";

    /** Who gave the reason. */
    String reasonBy = "slurm";

    Optional<Instant> reasonSince = Optional.empty();

    /** When it is taken for down, while it doesn't answer. */
    Optional<Instant> downAt = Optional.empty();

    Node(NodeConf conf) {
        this.conf = conf;
    }

    NodeConf conf() {
        return conf;
    }

    boolean usable() {
        return responding && !down && !drained;
    }

    /** The state's short form, as sinfo's %t prints it. */
    String state(int allocatedCpus, boolean inUse, boolean completing) {
        String base;
        if (down) {
            base = "down";
        } else if (drained) {
            base = inUse ? "drng" : "drain";
        } else if (completing) {
            base = "comp";
        } else if (!inUse) {
            base = "idle";
        } else {
            base = allocatedCpus >= conf.cpus() ? "alloc" : "mix";
        }
        return base + (responding ? "" : "*");
    }
}
