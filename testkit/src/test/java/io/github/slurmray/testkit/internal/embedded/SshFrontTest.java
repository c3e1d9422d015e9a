package io.github.slurmray.testkit.internal.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The SSH server before its first connection is made. */
class SshFrontTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** Something that is done with a server. */
    private interface Use {
        void of(SshFront front) throws Exception;
    }

    /** Uses a server which can't be configured meanwhile, as if that took very long. */
    private static void whileBeingConfigured(Use use) throws Exception {
        Place place = new Place();
        String id = UUID.randomUUID().toString();
        LoginServer server = new LoginServer();
        UserKeys keys = new UserKeys("alice", place.root(), place.home(), Instant::now);
        synchronized (server) {
            try (Supervisor supervisor = new Supervisor(id, place);
                    SshFront front = new SshFront(server, "alice", id, place, keys, request -> {})) {
                use.of(front);
            }
        }
        assertThat(place.root()).doesNotExist();
    }

    private static boolean ended(Socket client) throws IOException {
        try {
            return client.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void aConnectionThatIsJustBeingMadeIsCutToo() throws Exception {
        whileBeingConfigured(front -> {
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), front.port())) {
                client.setSoTimeout(100);
                // by the thread that may configure it; whether the server has taken it already can't be seen from here
                await().pollInSameThread().atMost(SOON).until(() -> {
                    front.cut();
                    return ended(client);
                });
            }
        });
    }
}
