package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.SlurmRayException;
import java.util.Map;
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
     * @return why something is left, in a sentence; empty if nothing is
     * @throws SlurmRayException if the directory can't be removed
     */
    Optional<String> remove(PlanRecord plan) {
        Optional<String> keyStays = plan.hasEphemeralKey() ? whyKeyStays(plan) : Optional.empty();
        if (keyStays.isPresent()) {
            String why =
                    "The key of cluster " + plan.id() + " on its cloud VM could not be removed, so its run directory"
                            + " stays too: " + keyStays.get()
                            + ". RayClusters.on(host, platform).withVmHost(vm).prune() removes"
                            + " both; the key expires by itself.";
            LOG.warn(why);
            return Optional.of(why);
        }
        directory.remove();
        return Optional.empty();
    }

    private Optional<String> whyKeyStays(PlanRecord plan) {
        if (vmHost.isEmpty()) {
            return Optional.of("no connection to the VM was given");
        }
        try {
            return Optional.ofNullable(new VmKeys(vmHost.get())
                    .remove(Map.of(plan.id(), directory))
                    .get(plan.id()));
        } catch (SlurmRayException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
