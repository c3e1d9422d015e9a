package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import java.util.Optional;

/** How much local disk a job of a partition can have, and how it asks. Immutable; what isn't known is empty. */
public final class DiskRules {
    private final Optional<Boolean> requestable;
    private final Optional<String> gres;
    private final Optional<Memory> maxPerNode;
    private final Optional<Memory> automatic;

    DiskRules(Section s) {
        this.requestable = s.flag("requestable");
        this.gres = s.matching("gres", "a name such as nvme", "[A-Za-z_]\\w*");
        this.maxPerNode = s.memory("maxPerNode");
        this.automatic = s.memory("automatic");
    }

    /**
     * Tells whether more than the automatic one can be asked for.
     *
     * @return empty if it isn't known
     */
    public Optional<Boolean> requestable() {
        return requestable;
    }

    /**
     * Returns the generic resource that asks for it, counted in GB.
     *
     * @return such as {@code nvme}; empty if it can't be asked for, or it isn't known
     */
    public Optional<String> gres() {
        return gres;
    }

    /**
     * Returns the most of a job on one node.
     *
     * @return empty if it isn't known
     */
    public Optional<Memory> maxPerNode() {
        return maxPerNode;
    }

    /**
     * Returns what a job gets without asking.
     *
     * @return empty if nothing, or it isn't known
     */
    public Optional<Memory> automatic() {
        return automatic;
    }
}
