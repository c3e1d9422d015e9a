package io.github.slurmray.ray;

import io.github.slurmray.lab.Lab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What every lab test of clusters begins and ends with. */
abstract class OnTheLab {
    ClusterLab clusters;
    Lab lab;

    @BeforeEach
    final void connect(Lab running) {
        lab = running;
        clusters = new ClusterLab(running);
    }

    @AfterEach
    final void disconnect() {
        clusters.close();
    }
}
