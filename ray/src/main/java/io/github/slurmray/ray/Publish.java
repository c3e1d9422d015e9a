package io.github.slurmray.ray;

import java.util.Objects;

/**
 * The wish to have the dashboard and the Jobs API on a cloud VM, by a reverse tunnel that the job opens and keeps up.
 *
 * @param vm the VM as the compute nodes see it
 * @param isRequired whether the cluster counts as ready only when this is up
 */
public record Publish(CloudVm vm, boolean isRequired) {
    /** Checks the parts. */
    public Publish {
        Objects.requireNonNull(vm, "vm");
    }

    /**
     * Returns the wish to publish to this VM. A failure is an event and is tried again; the cluster is ready without
     * it.
     *
     * @param vm the VM as the compute nodes see it
     * @return the wish
     */
    public static Publish dashboardTo(CloudVm vm) {
        return new Publish(vm, false);
    }

    /**
     * Returns the same wish as a requirement: the first failure makes {@link RayCluster#awaitReady} throw and ends the
     * job.
     *
     * @return the requirement
     */
    public Publish required() {
        return new Publish(vm, true);
    }
}
