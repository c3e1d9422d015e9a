package io.github.slurmray.slurm;

import io.github.slurmray.testkit.SlurmRelease;

/** The contract on an emulated Slurm 24.11. */
class EmbeddedSlurm2411ClientTest extends EmbeddedSlurmClientContract {
    EmbeddedSlurm2411ClientTest() {
        super(SlurmRelease.V24_11);
    }
}
