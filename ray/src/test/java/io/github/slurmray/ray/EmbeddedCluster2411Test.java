package io.github.slurmray.ray;

import io.github.slurmray.testkit.SlurmRelease;

/** The contract on the emulated Slurm 24.11. */
class EmbeddedCluster2411Test extends EmbeddedClusterContract {
    EmbeddedCluster2411Test() {
        super(SlurmRelease.V24_11);
    }
}
