package io.github.slurmray.ray;

import io.github.slurmray.testkit.SlurmRelease;

/** The contract on the emulated Slurm 22.05. */
class EmbeddedCluster2205Test extends EmbeddedClusterContract {
    EmbeddedCluster2205Test() {
        super(SlurmRelease.V22_05);
    }
}
