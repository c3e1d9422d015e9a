package io.github.slurmray.slurm;

import io.github.slurmray.core.Host;
import io.github.slurmray.ssh.SshHost;
import io.github.slurmray.testkit.EmbeddedSlurm;
import io.github.slurmray.testkit.SlurmRelease;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract over SSH on an emulated Slurm. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EmbeddedSlurmClientContract extends SlurmClientContract {
    private final SlurmRelease release;
    private EmbeddedSlurm slurm;

    EmbeddedSlurmClientContract(SlurmRelease release) {
        this.release = release;
    }

    @BeforeAll
    void startSlurm() {
        slurm = EmbeddedSlurm.builder()
                .release(release)
                .accounts("project_2001234")
                .start();
    }

    @AfterAll
    void closeSlurm() {
        slurm.close();
    }

    @Override
    Host open() {
        return SshHost.builder(slurm.host())
                .port(slurm.port())
                .user(slurm.user())
                .identity(slurm.key())
                .knownHosts(slurm.knownHosts())
                .build();
    }

    @Override
    String account() {
        return "project_2001234";
    }

    @Override
    String foreignAccount() {
        return "project_2009999";
    }

    @Override
    String partition() {
        return "test";
    }

    @Override
    void stopController() {
        slurm.stopController();
    }

    @Override
    void startController() {
        slurm.startController();
    }

    @Override
    void stopDatabase() {
        slurm.stopDatabase();
    }

    @Override
    void startDatabase() {
        slurm.startDatabase();
    }
}
