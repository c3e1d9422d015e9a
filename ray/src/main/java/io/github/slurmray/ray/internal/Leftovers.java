package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.SlurmRayException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a cluster leaves on hosts when its job has ended: the key on the cloud VM and the run directory.
 *
 * @param directory its run directory
 * @param vmHost the cloud VM, where the SDK manages one
 */
record Leftovers(RunDirectory directory, Optional<Host> vmHost) {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    /**
     * Removes both. The directory goes last, and stays if the key couldn't be removed: it is how prune finds the rest.
     *
     * @return whether nothing is left
     */
    boolean remove(PlanRecord plan) {
        if (plan.hasEphemeralKey() && !removeKey(plan)) {
            return false;
        }
        directory.remove();
        return true;
    }

    private boolean removeKey(PlanRecord plan) {
        if (vmHost.isEmpty()) {
            return false;
        }
        try {
            new VmKeys(vmHost.get()).remove(List.of(plan.id()));
            return true;
        } catch (SlurmRayException e) {
            LOG.warn(
                    "the key of cluster {} could not be removed from {}; prune() will, or its expiry",
                    plan.id(),
                    vmHost.get().name(),
                    e);
            return false;
        }
    }
}
