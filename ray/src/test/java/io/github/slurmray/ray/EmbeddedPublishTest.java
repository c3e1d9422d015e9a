package io.github.slurmray.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.ssh.SshHost;
import io.github.slurmray.testkit.EmbeddedSlurm;
import io.github.slurmray.testkit.EmbeddedSlurmExtension;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The dashboard on a cloud VM, for which another emulation stands. */
@ExtendWith(EmbeddedSlurmExtension.class)
class EmbeddedPublishTest {
    private static final Duration SOON = Duration.ofSeconds(40);

    private static SshHost login(EmbeddedSlurm slurm) {
        return SshHost.builder(slurm.host())
                .port(slurm.port())
                .user(slurm.user())
                .identity(slurm.key())
                .knownHosts(slurm.knownHosts())
                .build();
    }

    private static String hostKey(EmbeddedSlurm slurm) throws Exception {
        String line = Files.readString(slurm.knownHosts()).strip();
        return line.substring(line.indexOf(' ') + 1);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void theDashboardIsOnTheVmBehindItsTokenAndTheKeyGoesWithTheCluster(EmbeddedSlurm slurm) throws Exception {
        try (EmbeddedSlurm machine = EmbeddedSlurm.builder().user("ubuntu").start();
                SshHost login = login(slurm);
                SshHost vm = login(machine)) {
            CloudVm address = CloudVm.builder(machine.host())
                    .sshPort(machine.port())
                    .user(machine.user())
                    .hostKey(hostKey(machine))
                    .port(freePort())
                    .build();
            Path keys = machine.home().resolve(".ssh/authorized_keys");
            try (RayCluster cluster = SlurmRayCluster.builder()
                    .host(login)
                    .platform(Platforms.load(slurm.site()))
                    .account("project_1")
                    .timeLimit(Duration.ofMinutes(5))
                    .head(HeadGroup.builder()
                            .partition("all")
                            .cpus(1)
                            .memory(Memory.ofMiB(500))
                            .build())
                    .publish(Publish.dashboardTo(address).required())
                    .vmHost(vm)
                    .build()
                    .launch()) {
                cluster.awaitReady(SOON);

                assertThat(cluster.publishState()).isEqualTo(new PublishState.Up("127.0.0.1", address.port()));
                assertThat(keys).content().startsWith("restrict,port-forwarding,permitlisten=");
                assertThat(statusOf(cluster)).as("without the token").isEqualTo(401);
                cluster.end();
            }
            await().atMost(SOON).untilAsserted(() -> assertThat(keys).isEmptyFile());
        }
    }

    private static int statusOf(RayCluster cluster) throws Exception {
        URI published = cluster.endpoints().published().orElseThrow();
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(published.resolve("/api/version"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
