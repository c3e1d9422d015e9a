package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.ray.ClusterId;
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

    /** Removes both; the directory last, since it is how the rest is found again. */
    void remove(PlanRecord plan) {
        if (plan.publish().filter(p -> p.vm().ownKey().isEmpty()).isPresent() && vmHost.isPresent()) {
            removeKey(plan.id());
        }
        directory.remove();
    }

    private void removeKey(ClusterId id) {
        try {
            new VmKeys(vmHost.orElseThrow()).remove(id);
        } catch (SlurmRayException e) {
            // its private half goes with the directory, and it expires; prune removes the line
            LOG.warn("the key of cluster {} could not be removed from {}", id, vmHost.orElseThrow().name(), e);
        }
    }
}
