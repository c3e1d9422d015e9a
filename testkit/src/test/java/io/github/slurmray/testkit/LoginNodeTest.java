package io.github.slurmray.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.Shell;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The login node as OpenSSH's clients see it: they take no liberties with the protocol. */
@ExtendWith(Leaks.class)
class LoginNodeTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @RegisterExtension
    static final EmbeddedSlurmExtension EMULATION = new EmbeddedSlurmExtension();

    @TempDir
    Path directory;

    private EmbeddedSlurm slurm;

    @BeforeEach
    void start(EmbeddedSlurm running) {
        slurm = running;
    }

    private OpenSsh.Result ssh(Path key, String command) throws Exception {
        List<String> words = OpenSsh.words(slurm, key, "ssh");
        words.add(command);
        return OpenSsh.run(words, "");
    }

    private OpenSsh.Result shell(String stdin, String... options) throws Exception {
        return OpenSsh.run(OpenSsh.words(slurm, slurm.key(), "ssh", options), stdin);
    }

    // ---- sessions

    @Test
    void aCommandRunsInTheHomeDirectoryWithTheEnvironmentOfSshd() throws Exception {
        OpenSsh.Result r = ssh(slurm.key(), "pwd; echo $USER $SHLVL ${SSH_CONNECTION##* } $#; echo err >&2; exit 3");
        assertThat(r.out()).isEqualTo(slurm.home() + "\nalice 1 " + slurm.port() + " 0\n");
        assertThat(r.err()).isEqualTo("err\n");
        assertThat(r.status()).isEqualTo(3);
    }

    @Test
    void aCommandThatGoesOnWritingEndsSoonAfterItsConnectionHasBroken() throws Exception {
        List<String> words = OpenSsh.words(slurm, slurm.key(), "ssh");
        words.add("echo $$ >writer; while :; do echo tick; sleep 0.02; done");
        Process ssh = new ProcessBuilder(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Path file = slurm.home().resolve("writer");
        await().atMost(SOON)
                .until(() -> Files.exists(file) && Files.readString(file).endsWith("\n"));
        long writer = Long.parseLong(Files.readString(file).strip());
        slurm.cutConnections();
        await().atMost(SOON)
                .until(() ->
                        ProcessHandle.of(writer).filter(ProcessHandle::isAlive).isEmpty());
        assertThat(ssh.waitFor()).isEqualTo(255);
    }

    @Test
    void aForwardToAPortThatIsNoneIsRefusedAtOnce() throws Exception {
        try (SshClient client = SshClient.setUpDefaultClient()) {
            client.setKeyIdentityProvider(new FileKeyPairProvider(slurm.key()));
            client.start();
            ClientSession session = client.connect(slurm.user(), slurm.host(), slurm.port())
                    .verify(SOON)
                    .getSession();
            session.auth().verify(SOON);
            var channel = session.createDirectTcpipChannel(
                    new SshdSocketAddress("127.0.0.1", 1), new SshdSocketAddress("127.0.0.1", 70_000));
            assertThatThrownBy(() -> channel.open().verify(SOON)).hasRootCauseInstanceOf(SshChannelOpenException.class);
        }
    }

    @Test
    void aShellWithoutATerminalReadsItsCommands() throws Exception {
        OpenSsh.Result r = shell("shopt login_shell; tty; cd /; pwd; command -v sbatch\nexit 4\n", "-T");
        assertThat(r.out()).startsWith("login_shell    \ton\nnot a tty\n/\n").endsWith("/bin/sbatch\n");
        assertThat(r.status()).isEqualTo(4);
    }

    @Test
    void aShellOnATerminalIsInteractive() throws Exception {
        OpenSsh.Result r = shell("case $- in *i*) echo inter''active;; esac; tty; echo $SHLVL.$TERM.\nexit 5\n", "-tt");
        assertThat(r.out()).contains("interactive", "/dev/pts/", "1.");
        assertThat(r.status()).isEqualTo(5);
    }

    @Test
    void aCommandOnATerminalKnowsItsSize() throws Exception {
        List<String> words = OpenSsh.words(slurm, slurm.key(), "ssh", "-t");
        words.add("tty; stty size; echo err >&2; exit 6");
        // on a terminal, since ssh passes the size of its own on
        String client = "stty rows 31 cols 101; exec "
                + words.stream().map(Shell::quote).collect(Collectors.joining(" "));
        OpenSsh.Result r = OpenSsh.run(List.of("script", "-qec", client, "/dev/null"), "");
        assertThat(r.out()).contains("/dev/pts/", "31 101", "err");
        assertThat(r.status()).isEqualTo(6);
    }

    @Test
    void whatRunsOnATerminalEndsWithItsConnection() throws Exception {
        List<String> words = OpenSsh.words(slurm, slurm.key(), "ssh", "-tt");
        words.add("echo $$ >pid; exec sleep 1005");
        Process client = new ProcessBuilder(words).start();
        Path pid = slurm.home().resolve("pid");
        await().atMost(SOON).until(() -> Files.exists(pid) && Files.size(pid) > 0);
        ProcessHandle sleep =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
        client.destroyForcibly();
        await().atMost(SOON).until(() -> !sleep.isAlive());
    }

    @Test
    void aStartUpFileIsReadOnceBeforeACommand() throws Exception {
        Files.writeString(slurm.home().resolve(".bashrc"), "echo noise\n");
        assertThat(ssh(slurm.key(), "echo command").out()).isEqualTo("noise\ncommand\n");
    }

    @Test
    void noiseComesOnBothStreamsAndABannerBeforeThem() throws Exception {
        slurm.noisyLogins(true);
        OpenSsh.Result noisy = ssh(slurm.key(), "echo command");
        assertThat(noisy.out()).startsWith("*** Maintenance").endsWith("for morecommand\n");
        assertThat(noisy.err()).contains("Authorised use only", "Inappropriate ioctl");

        assertThat(shell("echo shell\n", "-T").out())
                .startsWith("*** Maintenance")
                .endsWith("for moreshell\n");

        slurm.noisyLogins(false);
        OpenSsh.Result quiet = ssh(slurm.key(), "echo command");
        assertThat(quiet.out()).isEqualTo("command\n");
        assertThat(quiet.err()).isEmpty();
    }

    @Test
    void aSessionBeyondTheLimitIsRefusedUntilAnotherOfTheConnectionHasEnded() throws Exception {
        slurm.maxSessions(1);
        Path socket = directory.resolve("master");
        Process master = new ProcessBuilder(
                        OpenSsh.words(slurm, slurm.key(), "ssh", "-M", "-S", socket.toString(), "-N"))
                .start();
        try {
            await().atMost(SOON).until(() -> Files.exists(socket));
            Process first = new ProcessBuilder(through(socket, "echo began; cat")).start();
            assertThat(first.inputReader().readLine()).isEqualTo("began");

            assertThat(OpenSsh.run(through(socket, "echo in"), "").status()).isEqualTo(255);
            assertThat(ssh(slurm.key(), "echo on another").out()).isEqualTo("on another\n");

            first.getOutputStream().close();
            // the first client itself may be left without an answer, by the other one's refusal: ssh sees to that, not
            // sshd
            await().atMost(SOON)
                    .until(() ->
                            OpenSsh.run(through(socket, "echo in"), "").out().equals("in\n"));
        } finally {
            master.destroy();
        }
    }

    /** A command over another client's connection, and over no other. */
    private List<String> through(Path socket, String command) {
        List<String> words =
                OpenSsh.words(slurm, slurm.key(), "ssh", "-S", socket.toString(), "-o", "ProxyCommand=/bin/false");
        words.add(command);
        return words;
    }

    // ---- files

    @Test
    void filesGoBothWaysOverSftp() throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[300_000]);
        OpenSsh.Result r = OpenSsh.run(
                OpenSsh.words(slurm, slurm.key(), "sftp", "-q", "-b", "-"),
                "put " + file + " there\nget there " + directory.resolve("back") + "\n");
        assertThat(r.status()).as(r.err()).isZero();
        assertThat(directory.resolve("back")).hasSameBinaryContentAs(file);
        assertThat(slurm.home().resolve("there")).hasSize(300_000);
    }

    @Test
    void sftpHasNoSpaceWhereTheQuotaIsExceeded() throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[300_000]);
        slurm.exceedQuota(true);
        OpenSsh.Result r =
                OpenSsh.run(OpenSsh.words(slurm, slurm.key(), "sftp", "-q", "-b", "-"), "put " + file + " there\n");
        assertThat(r.status()).isNotZero();
        assertThat(slurm.home().resolve("there")).isEmptyFile();
    }

    // ---- forwards

    @Test
    void aRemoteForwardListensOnLoopbackAndLeadsToTheClient() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Process client = remoteForward(slurm.key(), "127.0.0.1:0:127.0.0.1:" + service.getLocalPort());
            int port = allocated(client);
            try (Socket outside = new Socket(InetAddress.getLoopbackAddress(), port);
                    Socket inside = service.accept()) {
                outside.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
                assertThat(inside.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
                inside.getOutputStream().write(7);
                assertThat(outside.getInputStream().read()).isEqualTo(7);
            } finally {
                client.destroy();
            }
            await().atMost(SOON).until(() -> !listens(port));
        }
    }

    @Test
    void aRemoteForwardBeyondLoopbackIsRefused() throws Exception {
        Process client = remoteForward(slurm.key(), "0.0.0.0:0:127.0.0.1:9");
        assertThat(client.waitFor()).isEqualTo(255);
        assertThat(client.errorReader().lines()).anyMatch(l -> l.contains("remote port forwarding failed"));
    }

    @Test
    void aForwardWhoseTargetReadsNothingEndsWithTheEmulation() throws Exception {
        try (ServerSocket target = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Process client = new ProcessBuilder(
                            OpenSsh.words(slurm, slurm.key(), "ssh", "-W", "127.0.0.1:" + target.getLocalPort()))
                    .redirectInput(Path.of("/dev/zero").toFile())
                    .start();
            try (Socket inside = target.accept()) {
                // as much as it can take unread, and the rest waits for it
                await().atMost(SOON).until(() -> inside.getInputStream().available() > 0);
                slurm.close();
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(Leaks.threads())
                                .noneMatch(thread -> thread.startsWith("slurmray-embedded-")));
            } finally {
                client.destroy();
            }
        }
    }

    private Process remoteForward(Path key, String forward) throws Exception {
        return new ProcessBuilder(
                        OpenSsh.words(slurm, key, "ssh", "-N", "-o", "ExitOnForwardFailure=yes", "-R", forward))
                .start();
    }

    private static int allocated(Process client) throws Exception {
        String line = client.errorReader().readLine();
        assertThat(line).matches("Allocated port \\d+ for remote forward .*");
        return Integer.parseInt(line.split(" ", -1)[2]);
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (java.io.IOException e) {
            return false;
        }
    }

    @Test
    void aRestrictedKeyMayDoWhatItsLineSays() throws Exception {
        Path key = slurm.issueCertificate(Duration.ofHours(8));
        Files.delete(Path.of(key + "-cert.pub"));
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        authorize(key, "restrict,port-forwarding,permitlisten=\"127.0.0.1:" + free + "\"");

        String forward = ":127.0.0.1:9";
        Process client = remoteForward(key, "127.0.0.1:" + free + forward);
        await().atMost(SOON).until(() -> listens(free));
        client.destroy();
        assertThat(remoteForward(key, "127.0.0.1:" + (free + 1) + forward).waitFor())
                .isEqualTo(255);
        List<String> words = OpenSsh.words(slurm, key, "ssh", "-tt");
        words.add("tty");
        assertThat(OpenSsh.run(words, "").out()).isEqualTo("not a tty\n");
    }

    @Test
    void aKeyThatHasExpiredOrHasAnUnknownOptionIsRefused() throws Exception {
        Path key = slurm.issueCertificate(Duration.ofHours(8));
        Files.delete(Path.of(key + "-cert.pub"));
        authorize(key, "expiry-time=\"21000101\"");
        assertThat(ssh(key, "echo in").out()).isEqualTo("in\n");
        authorize(key, "expiry-time=\"20200101\"");
        assertThat(ssh(key, "echo in").status()).isEqualTo(255);
        authorize(key, "expiry-time=\"soon\"");
        assertThat(ssh(key, "echo in").err()).contains("Permission denied (publickey)");
        authorize(key, "command=\"date\"");
        assertThat(ssh(key, "echo in").status()).isEqualTo(255);
    }

    private void authorize(Path key, String options) throws Exception {
        OpenSsh.Result r = OpenSsh.run(List.of("ssh-keygen", "-y", "-f", key.toString()), "");
        Files.createDirectories(slurm.home().resolve(".ssh"));
        Files.writeString(
                slurm.home().resolve(".ssh/authorized_keys"),
                "# keys\nssh-ed25519 not-a-key\n" + options + " " + r.out());
    }

    // ---- certificates

    @Test
    void aCertificateIsAcceptedUntilItExpiresOnTheEmulatedClock() throws Exception {
        Path key = slurm.issueCertificate(Duration.ofHours(8));
        assertThat(ssh(key, "echo in").out()).isEqualTo("in\n");

        slurm.advance(Duration.ofHours(9));
        OpenSsh.Result expired = ssh(key, "echo in");
        assertThat(expired.status()).isEqualTo(255);
        assertThat(expired.err()).contains("Permission denied (publickey)");

        assertThat(ssh(slurm.issueCertificate(Duration.ofHours(8)), "echo in").out())
                .isEqualTo("in\n");
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
        try (EmbeddedSlurm other = EmbeddedSlurm.start()) {
            OpenSsh.Result r = ssh(other.issueCertificate(Duration.ofHours(8)), "echo in");
            assertThat(r.status()).isEqualTo(255);
            assertThat(r.err()).contains("Permission denied (publickey)");
        }
    }

    @Test
    void aKeyWhoseCertificateIsMissingIsRefused() throws Exception {
        Path key = slurm.issueCertificate(Duration.ofHours(8));
        Files.delete(Path.of(key + "-cert.pub"));
        assertThat(ssh(key, "echo in").status()).isEqualTo(255);
    }
}
