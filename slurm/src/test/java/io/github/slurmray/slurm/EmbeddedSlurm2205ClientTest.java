package io.github.slurmray.slurm;

import io.github.slurmray.testkit.SlurmRelease;

/** The contract on an emulated Slurm 22.05. */
class EmbeddedSlurm2205ClientTest extends EmbeddedSlurmClientContract {
    EmbeddedSlurm2205ClientTest() {
        super(SlurmRelease.V22_05);
    }
}
