package io.github.slurmray.ssh;

import io.github.slurmray.core.Host;
import io.github.slurmray.testkit.HostContract;
import io.github.slurmray.testkit.Leaks;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The contract of hosts, over a server in this JVM. */
@ExtendWith(Leaks.class)
class SshHostTest extends HostContract {
    @TempDir
    Path directory;

    private @Nullable TestServer server;

    @Override
    protected Host open() {
        TestServer running = server == null ? new TestServer(directory) : server;
        server = running;
        return running.host().build();
    }

    /** An extension, since these are asked after the suite has closed its host. */
    @RegisterExtension
    final AfterEachCallback stopServer = context -> {
        if (server != null) {
            server.close();
        }
    };
}
