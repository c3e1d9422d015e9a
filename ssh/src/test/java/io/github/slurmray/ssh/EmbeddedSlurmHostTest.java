package io.github.slurmray.ssh;

import io.github.slurmray.core.Host;
import io.github.slurmray.testkit.EmbeddedSlurm;
import io.github.slurmray.testkit.HostContract;
import io.github.slurmray.testkit.Leaks;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of hosts, over the login node of an emulated Slurm. */
@ExtendWith(Leaks.class)
class EmbeddedSlurmHostTest extends HostContract {
    private @Nullable EmbeddedSlurm slurm;

    @Override
    protected Host open() {
        EmbeddedSlurm running = slurm == null ? EmbeddedSlurm.start() : slurm;
        slurm = running;
        return SshHost.builder(running.host())
                .port(running.port())
                .user(running.user())
                .identity(running.key())
                .knownHosts(running.knownHosts())
                .build();
    }

    /** An extension, since the suite closes its host before. */
    @RegisterExtension
    final AfterEachCallback end = context -> {
        if (slurm != null) {
            slurm.close();
        }
    };
}
