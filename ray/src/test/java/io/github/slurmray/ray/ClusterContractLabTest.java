package io.github.slurmray.ray;

import io.github.slurmray.core.Host;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** The contract on the lab's real Slurm. */
@LabTest
@Tag("slurm-versions")
class ClusterContractLabTest extends ClusterContract {
    private final Lab lab;

    ClusterContractLabTest(Lab lab) {
        this.lab = lab;
    }

    @Override
    Host connect() {
        return ClusterLab.login(lab);
    }

    @Override
    Platform platform() {
        return Platforms.lab();
    }

    @Override
    String account() {
        return Lab.ACCOUNT;
    }

    @Override
    RayEnvironment standIn(List<String> lines) {
        return ClusterLab.standInRay(lines);
    }

    @Override
    void assertNothingLeft(RayCluster cluster) {
        LabLeftovers.of(lab, cluster.id(), Optional.of(cluster.job())).assertNone();
    }

    @Override
    void stopController() {
        lab.run("svc", "ctl", "stop", "slurmctld");
    }

    @Override
    void startController() {
        lab.run("svc", "ctl", "start", "slurmctld");
    }
}
