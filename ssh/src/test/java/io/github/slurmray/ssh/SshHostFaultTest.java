package io.github.slurmray.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.ConnectionLostException;
import io.github.slurmray.core.HostProcess;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.Tunnel;
import io.github.slurmray.core.TunnelException;
import io.github.slurmray.testkit.Leaks;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.channel.ChannelOutputStream;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.channel.AbstractServerChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the network, the server and the login shell may do to a host. */
@ExtendWith(Leaks.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SshHostFaultTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private TestServer server;
    private SshHost host;

    @BeforeEach
    void startServer() {
        server = new TestServer(directory);
        host = server.host().build();
    }

    @AfterEach
    void stopServer() {
        host.close();
        server.close();
    }

    // ---- the connection

    @Test
    void allCommandsShareOneConnection() {
        for (int i = 0; i < 5; i++) {
            host.run(Command.of("true")).orThrow();
        }
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void aCommandThatEndsAtOnceIsNeverTakenForALoss() throws Exception {
        // more threads than processors, so that an answer often comes before the caller has gone on
        ExecutorService pool = Executors.newFixedThreadPool(16);
        try {
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                results.add(pool.submit(
                        () -> host.run(Command.shell("exit 9")).status().orElse(-1)));
            }
            for (Future<Integer> result : results) {
                assertThat(result.get(50, TimeUnit.SECONDS)).isEqualTo(9);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void callersThatComeWhileItConnectsShareTheAttempt() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<CommandResult>> results = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                results.add(pool.submit(() -> host.run(Command.of("true"))));
            }
            for (Future<CommandResult> result : results) {
                assertThat(result.get(30, TimeUnit.SECONDS).ok()).isTrue();
            }
            assertThat(server.connections()).isEqualTo(1);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aCommandWhoseConnectionBreaksIsInDoubtAndTheNextConnectsAgain() throws Exception {
        CompletableFuture<Throwable> running = CompletableFuture.supplyAsync(() -> {
            try {
                return new AssertionError("ended with " + host.run(Command.shell("touch begun; exec sleep 30")));
            } catch (RuntimeException e) {
                return e;
            }
        });
        await().atMost(SOON).until(() -> Files.exists(server.home().resolve("begun")));
        server.cut();

        assertThat(running.get(10, TimeUnit.SECONDS)).isInstanceOfSatisfying(ConnectionLostException.class, e -> {
            assertThat(e).hasMessageContaining("touch begun").hasMessageContaining("alice@127.0.0.1");
            assertThat(e.retry()).isEqualTo(Retry.UNKNOWN_EFFECT);
        });
        assertThat(host.run(Command.shell("echo again")).stdout()).isEqualTo("again\n");
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void aBrokenConnectionIsNotTheEndOfAStream() throws Exception {
        try (HostProcess process = host.start(Command.shell("echo one; exec sleep 30"))) {
            assertThat(process.stdout().readNBytes(4))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("one\n");
            server.cut();

            assertThatThrownBy(() -> process.stdout().read())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("broke");
            assertThatThrownBy(() -> process.await(SOON)).isInstanceOf(ConnectionLostException.class);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThatThrownBy(() -> {
                                process.stdin().write(1);
                                process.stdin().flush();
                            })
                            .isInstanceOf(IOException.class));
        }
    }

    @Test
    void aTunnelKeepsItsPortWhileTheConnectionIsOpenedAgain() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
                Tunnel tunnel = host.tunnel("127.0.0.1", service.getLocalPort())) {
            // the probe
            service.accept().close();
            try (Socket client = connect(tunnel);
                    Socket carried = service.accept()) {
                carried.getOutputStream().write(1);
                assertThat(client.getInputStream().read()).isEqualTo(1);
                server.cut();
                // a reset, so that it can't be taken for the end
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
            }
            await().atMost(SOON).until(() -> server.connections() == 2 && tunnel.state() == Tunnel.State.UP);
            try (Socket client = connect(tunnel);
                    Socket carried = service.accept()) {
                carried.getOutputStream().write(2);
                assertThat(client.getInputStream().read()).isEqualTo(2);
            }
        }
    }

    @Test
    void whatTheFarSideSaidArrivesThoughItTookNoMore() throws Exception {
        byte[] refusal = refuseUploads();

        try (Tunnel tunnel = host.tunnel("127.0.0.1", 9);
                Socket client = slowReader(tunnel)) {
            // it asks for the answer when it has sent all
            client.getOutputStream().write(new byte[8 << 20]);
            client.shutdownOutput();

            assertThat(client.getInputStream().readAllBytes()).isEqualTo(refusal);
        }
    }

    @Test
    void whoOnlySendsFindsOutThatTheServiceHasGone() throws Exception {
        refuseUploads();

        try (Tunnel tunnel = host.tunnel("127.0.0.1", 9);
                Socket client = slowReader(tunnel)) {
            client.getOutputStream().write(new byte[RefusesAnUpload.WINDOW]);

            await().atMost(SOON)
                    .untilAsserted(() -> assertThatThrownBy(
                                    () -> client.getOutputStream().write(7))
                            .isInstanceOf(IOException.class));
        }
    }

    private byte[] refuseUploads() {
        byte[] refusal = new byte[512 << 10];
        new Random(7).nextBytes(refusal);
        server.server().setChannelFactories(List.of(new RefusesAnUpload(refusal)));
        CoreModuleProperties.WINDOW_SIZE.set(server.server(), (long) RefusesAnUpload.WINDOW);
        return refusal;
    }

    /** A client that has room for so little that most of the answer is still on its way when the channel ends. */
    private static Socket slowReader(Tunnel tunnel) throws IOException {
        Socket client = new Socket();
        client.setReceiveBufferSize(16 << 10);
        client.setSoTimeout((int) SOON.toMillis());
        client.connect(tunnel.localAddress());
        return client;
    }

    /** Forwards to a service that reads as much as the window holds, says why it wants no more, and closes. */
    private static final class RefusesAnUpload implements ChannelFactory {
        static final int WINDOW = 64 << 10;

        private final byte[] refusal;

        RefusesAnUpload(byte[] refusal) {
            this.refusal = refusal;
        }

        @Override
        public String getName() {
            return "direct-tcpip";
        }

        @Override
        public Channel createChannel(Session session) {
            return new AbstractServerChannel(null) {
                private long came;

                @Override
                protected void doWriteData(byte[] data, int offset, long length) throws IOException {
                    came += length;
                    if (came == WINDOW) {
                        try (OutputStream out = new ChannelOutputStream(
                                this, getRemoteWindow(), log, SshConstants.SSH_MSG_CHANNEL_DATA, true)) {
                            out.write(refusal);
                        }
                        close(false);
                    }
                }

                @Override
                protected void doWriteExtendedData(byte[] data, int offset, long length) {}
            };
        }
    }

    @Test
    void aConnectionThatNobodyNeedsIsNotOpenedAgain() {
        host.run(Command.of("true")).orThrow();
        server.cut();
        await().atMost(SOON).until(() -> server.server().getActiveSessions().isEmpty());

        host.run(Command.of("true")).orThrow();
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void aTunnelGivesUpWhenTheHostIsNoLongerItself() throws Exception {
        try (Tunnel tunnel = host.tunnel("127.0.0.1", 9)) {
            server.hostKeys(List.of(TestServer.generate("ssh-ed25519", 256)));
            server.cut();

            assertThat(tunnel.whenClosed().toCompletableFuture())
                    .failsWithin(SOON)
                    .withThrowableThat()
                    .withMessageContaining("changed");
            assertThat(tunnel.state()).isEqualTo(Tunnel.State.CLOSED);
        }
    }

    @Test
    void aServerThatForwardsNothingIsNamed() {
        server.refuseForwarding();

        assertThatThrownBy(() -> host.tunnel("127.0.0.1", 9))
                .isInstanceOf(TunnelException.class)
                .hasMessageContaining("alice@127.0.0.1")
                .hasMessageContaining("127.0.0.1:9");
    }

    private static Socket connect(Tunnel tunnel) throws IOException {
        Socket socket = new Socket(
                tunnel.localAddress().getAddress(), tunnel.localAddress().getPort());
        socket.setSoTimeout((int) SOON.toMillis());
        return socket;
    }

    // ---- the server's limits

    @Test
    void aServerOfFewSessionsGetsItsCommandsOneAfterTheOther() throws Exception {
        server.allowSessions(3);
        ExecutorService pool = Executors.newFixedThreadPool(12);
        try {
            List<Future<String>> results = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Command command = Command.shell("sleep 0.2; echo " + i);
                results.add(pool.submit(() -> host.run(command).orThrow().stdout()));
            }
            for (int i = 0; i < 12; i++) {
                assertThat(results.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(i + "\n");
            }
        } finally {
            pool.shutdownNow();
        }
    }

    // ---- the login shell

    @Test
    void theNoiseOfAStartUpFileReachesNoResult() {
        server.profile(
                "echo Welcome; printf 'no newline'; echo warning >&2; head -c 300000 /dev/urandom; cd /; set -x");

        CommandResult result = host.run(Command.shell("echo out; echo err >&2; pwd"));

        assertThat(result.stdout()).isEqualTo("out\n" + server.home() + "\n");
        assertThat(result.stderr()).isEqualTo("err\n");
    }

    @Test
    void aStartUpFileThatExitsIsExplained() {
        server.profile("echo 'This account is locked.'; exit 7");

        assertThatThrownBy(() -> host.run(Command.of("true").describedAs("a try")))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("a try")
                .hasMessageContaining("status 7")
                .hasMessageContaining("This account is locked.");
    }

    @Test
    void aStartUpFileThatHangsIsGivenUpInTime() {
        server.profile("sleep 20");
        long begin = System.nanoTime();

        assertThatThrownBy(() -> host.run(Command.of("true").withTimeout(Duration.ofMillis(500))))
                .isInstanceOf(io.github.slurmray.core.CommandTimeoutException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
    }

    @Test
    void aCommandThatNoShellCanBeHandedIsRefused() {
        assertThatThrownBy(() -> host.run(Command.shell(":" + " ".repeat(140_000))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("standard input");
        // its slot is free again
        for (int i = 0; i < 9; i++) {
            host.run(Command.of("true")).orThrow();
        }
    }
}
