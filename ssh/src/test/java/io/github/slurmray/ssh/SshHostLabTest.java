package io.github.slurmray.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.AuthenticationException;
import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandTimeoutException;
import io.github.slurmray.core.ConnectionLostException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostKeyException;
import io.github.slurmray.core.HostProcess;
import io.github.slurmray.core.HostUnreachableException;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Tunnel;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.testkit.HostContract;
import io.github.slurmray.testkit.Leaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The contract of hosts, and what goes wrong, over a real OpenSSH server. */
@LabTest
@ExtendWith(Leaks.class)
class SshHostLabTest extends HostContract {
    /** Where the test program is, as the login nodes see it. */
    private static final String TEST_MACHINE = "10.77.0.1";

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Lab lab = Lab.running();

    @TempDir
    Path directory;

    @Override
    protected Host open() {
        return login(Lab.LOGIN1, Lab.USER).build();
    }

    @Override
    protected String testMachine() {
        return TEST_MACHINE;
    }

    @Override
    protected InetAddress serviceAddress() throws IOException {
        return InetAddress.getAllByName(TEST_MACHINE)[0];
    }

    private SshHost.Builder login(String host, String user) {
        return SshHost.builder(host).user(user).identity(lab.key()).knownHosts(lab.knownHosts());
    }

    @Test
    void aTimeoutEndsAChildThatHoldsTheOutputOpen() {
        assertThatThrownBy(() -> host().run(Command.shell("sleep 4321 & exit 0").withTimeout(Duration.ofSeconds(1))))
                .isInstanceOf(CommandTimeoutException.class);
        await().atMost(SOON)
                .until(() -> host().run(Command.of("pgrep", "-u", Lab.USER, "-f", "sleep 432[1]"))
                        .lines()
                        .isEmpty());
    }

    @Test
    void aSignalIsToldByItsName() {
        assertThat(host().run(Command.shell("kill -KILL $$")).signal()).hasValue("KILL");
    }

    @Test
    void thirtyCommandsAtOnceShareOneConnection() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(30);
        try {
            List<Future<String>> results = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                results.add(pool.submit(() -> host().run(Command.shell("sleep 0.3; echo ${SSH_CLIENT}"))
                        .orThrow()
                        .stdout()));
            }
            List<String> clients = new ArrayList<>();
            for (Future<String> result : results) {
                clients.add(result.get(60, TimeUnit.SECONDS));
            }
            assertThat(clients).hasSize(30).containsOnly(clients.get(0));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aTimeoutIsNoticedWhileEverySessionIsBusy() {
        List<HostProcess> busy = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            busy.add(host().start(Command.of("cat")));
        }
        // the eighth takes the last slot, and to end it needs a session beyond
        assertThatThrownBy(() -> host().run(Command.of("sleep", "5432").withTimeout(Duration.ofSeconds(1))))
                .isInstanceOf(CommandTimeoutException.class);
        busy.forEach(HostProcess::close);
        await().atMost(SOON)
                .until(() -> host().run(Command.of("pgrep", "-u", Lab.USER, "-x", "-f", "sleep 5432|cat"))
                        .lines()
                        .isEmpty());
    }

    @Test
    void theNoiseOfAStartUpFileReachesNoResult() {
        lab.shAs("login1", Lab.OTHER_USER, "cp -p .bashrc .bashrc.kept");
        try (Host noisy = login(Lab.LOGIN1, Lab.OTHER_USER).build()) {
            lab.shAs(
                    "login1",
                    Lab.OTHER_USER,
                    "printf '%s\\n' 'echo Welcome; printf no-newline; echo warning >&2; head -c 100000 /dev/urandom;"
                            + " cd /tmp; set -x; alias echo=false; export LC_ALL=C' >.bashrc");
            var result = noisy.run(Command.shell("echo out; echo err >&2; pwd"));
            assertThat(result.stdout()).isEqualTo("out\n/home/" + Lab.OTHER_USER + "\n");
            assertThat(result.stderr()).isEqualTo("err\n");

            byte[] bytes = {0, 1, 2, '\n', -1};
            noisy.upload(bytes, ".bytes", 0600);
            assertThat(noisy.download(".bytes", 100)).isEqualTo(bytes);
            noisy.run(Command.of("rm", ".bytes")).orThrow();
        } finally {
            lab.shAs("login1", Lab.OTHER_USER, "mv .bashrc.kept .bashrc");
        }
    }

    @Test
    void aStartUpFileThatExitsIsExplained() {
        lab.shAs("login1", Lab.OTHER_USER, "cp -p .bashrc .bashrc.kept");
        try (Host noisy = login(Lab.LOGIN1, Lab.OTHER_USER).build()) {
            lab.shAs("login1", Lab.OTHER_USER, "echo 'echo This account is locked.; exit 7' >.bashrc");
            assertThatThrownBy(() -> noisy.run(Command.of("true")))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("This account is locked.")
                    .hasMessageContaining("status 7");
        } finally {
            lab.shAs("login1", Lab.OTHER_USER, "mv .bashrc.kept .bashrc");
        }
    }

    // ---- who is who

    @Test
    void aHostKnownByItsRsaKeyOnlyIsVerifiedByThat() throws Exception {
        Path rsa = directory.resolve("known_hosts");
        Files.write(
                rsa,
                Files.readAllLines(lab.knownHosts()).stream()
                        .filter(l -> l.contains("ssh-rsa"))
                        .toList());
        try (Host host = login(Lab.LOGIN1, Lab.USER).knownHosts(rsa).build()) {
            assertThat(host.run(Command.of("true")).ok()).isTrue();
        }
    }

    @Test
    void aChangedHostKeyIsRefusedWithBothFingerprints() throws Exception {
        Path changed = directory.resolve("known_hosts");
        // login2's keys under login1's name
        List<String> lines = new ArrayList<>(List.of("# a comment"));
        for (String line : Files.readAllLines(lab.knownHosts())) {
            if (line.startsWith("login2")) {
                lines.add(line.replaceFirst("^\\S+", Lab.LOGIN1));
            }
        }
        Files.write(changed, lines);
        String presented = fingerprint("host_login1_ed25519.pub");
        String known = fingerprint("host_login2_ed25519.pub");

        try (SshHost host = login(Lab.LOGIN1, Lab.USER).knownHosts(changed).build()) {
            assertThatThrownBy(host::connect)
                    .isInstanceOf(HostKeyException.class)
                    .hasMessageContaining("ssh-ed25519 " + presented)
                    .hasMessageContaining("ssh-ed25519 " + known)
                    .hasMessageContaining(changed + ":2");
        }
    }

    private String fingerprint(String file) throws Exception {
        Process process = new ProcessBuilder(
                        "ssh-keygen", "-lf", lab.key().resolveSibling(file).toString())
                .start();
        String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Arrays.asList(line.split(" ", -1)).get(1);
    }

    @Test
    void aKeyThatTheServerDoesNotKnowIsRefusedWithWhatItWouldTake() throws Exception {
        Path stranger = directory.resolve("stranger");
        assertThat(new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", stranger.toString())
                        .start()
                        .waitFor())
                .isZero();
        try (SshHost host = SshHost.builder(Lab.LOGIN1)
                .user(Lab.USER)
                .identity(stranger)
                .knownHosts(lab.knownHosts())
                .build()) {
            assertThatThrownBy(host::connect)
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContaining(Lab.USER + "@" + Lab.LOGIN1)
                    .hasMessageContaining(stranger.toString())
                    .hasMessageContaining("SHA256:")
                    .hasMessageContaining("publickey");
        }
    }

    @Test
    void anAddressWhereNobodyIsIsNamedWithWhatHappenedAsSoonAsItHas() {
        long begin = System.nanoTime();
        try (SshHost host = login("10.77.0.99", Lab.USER).build()) {
            assertThatThrownBy(host::connect)
                    .isInstanceOf(HostUnreachableException.class)
                    .hasMessageContaining("10.77.0.99:22")
                    .hasMessageContaining("no route to host (after ");
        }
        // the kernel asks three times for the address' owner, once a second
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
    }

    // ---- when the network goes

    @Test
    void aCutNetworkIsNoticedAndHealed() throws Exception {
        // login2, so that who else uses the lab is not disturbed
        try (Host host = login(Lab.LOGIN2, Lab.USER)
                        .keepAlive(Duration.ofSeconds(1))
                        .connectTimeout(Duration.ofSeconds(3))
                        .build();
                HostProcess tail = host.start(Command.shell("echo begun; sleep 60"));
                Tunnel tunnel = host.tunnel("127.0.0.1", 22)) {
            assertThat(tail.stdout().readNBytes(6))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("begun\n");
            CompletableFuture<Throwable> running = CompletableFuture.supplyAsync(() -> {
                try {
                    return new AssertionError("ended with " + host.run(Command.of("sleep", "60")));
                } catch (RuntimeException e) {
                    return e;
                }
            });
            lab.run("netcut", "login2");
            try {
                assertThat(running.get(20, TimeUnit.SECONDS))
                        .isInstanceOf(ConnectionLostException.class)
                        .hasMessageContaining("sleep 60");
                assertThatThrownBy(() -> tail.stdout().read()).isInstanceOf(IOException.class);
                assertThatThrownBy(() -> tail.await(SOON)).isInstanceOf(ConnectionLostException.class);
                assertThat(tunnel.state()).isEqualTo(Tunnel.State.RECONNECTING);
                assertThatThrownBy(() -> host.run(Command.of("true"))).isInstanceOf(HostUnreachableException.class);
            } finally {
                lab.run("netheal", "login2");
            }
            await().atMost(Duration.ofSeconds(40)).until(() -> tunnel.state() == Tunnel.State.UP);
            assertThat(host.run(Command.of("true")).ok()).isTrue();
            try (Socket socket = new Socket(
                    tunnel.localAddress().getAddress(), tunnel.localAddress().getPort())) {
                assertThat(socket.getInputStream().readNBytes(4))
                        .asString(StandardCharsets.UTF_8)
                        .isEqualTo("SSH-");
            }
        } finally {
            lab.sh("login2", "pkill -u " + Lab.USER + " -f '^sleep 60$'; :");
        }
    }

    @Test
    void aServerThatDropsTheConnectionIsConnectedToAgain() throws Exception {
        String first = host().run(Command.shell("echo $SSH_CLIENT")).stdout();
        try (HostProcess process = host().start(Command.shell("echo $PPID; cat"))) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int c = process.stdout().read();
                    c != '\n';
                    c = process.stdout().read()) {
                line.write(c);
            }
            // the parent of a command is the server's process for this one connection
            lab.sh("login1", "kill -KILL " + line.toString(StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> process.stdout().read()).isInstanceOf(IOException.class);
        }
        assertThat(host().run(Command.shell("echo $SSH_CLIENT")).stdout()).isNotEqualTo(first);
    }

    // ---- beyond the login node

    @Test
    void aComputeNodeIsReachedThroughATunnelOnly() throws Exception {
        lab.sh(
                "cn1",
                "cd /tmp && echo from-cn1 >cn1.txt && (setsid python3 -m http.server 18080 </dev/null >/dev/null 2>&1 &"
                        + " echo $! >/tmp/http.pid)");
        try (Tunnel tunnel = host().tunnel("cn1", 18080);
                Socket direct = new Socket()) {
            InetAddress node = InetAddress.getAllByName("10.77.1.101")[0];
            assertThatThrownBy(() -> direct.connect(new InetSocketAddress(node, 18080), 2000))
                    .isInstanceOf(IOException.class);
            await().atMost(SOON)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .untilAsserted(() -> assertThat(get(tunnel, "/cn1.txt")).endsWith("\r\n\r\nfrom-cn1\n"));
        } finally {
            lab.sh("cn1", "kill $(cat /tmp/http.pid); rm -f /tmp/http.pid /tmp/cn1.txt");
        }
    }

    private static String get(Tunnel tunnel, String path) throws IOException {
        try (Socket socket = new Socket(
                tunnel.localAddress().getAddress(), tunnel.localAddress().getPort())) {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
