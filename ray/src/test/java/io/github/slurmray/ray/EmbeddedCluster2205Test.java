package io.github.slurmray.ray;

import io.github.slurmray.testkit.SlurmRelease;
import org.junit.jupiter.api.Tag;

/**
 * The contract on an emulated Slurm 22.05. It takes a minute, so {@code mvn verify} leaves it out, and bin/test
 * doesn't.
 */
@Tag("long")
class EmbeddedCluster2205Test extends EmbeddedClusterTest {
    EmbeddedCluster2205Test() {
        super(SlurmRelease.V22_05);
    }
}
