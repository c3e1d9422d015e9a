package io.github.slurmray.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.AuthenticationException;
import io.github.slurmray.core.Command;
import io.github.slurmray.core.HostKeyException;
import io.github.slurmray.core.HostUnreachableException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.Secret;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.testkit.Leaks;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.sshd.certificate.OpenSshCertificateBuilder;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may connect to whom, and what is said where it isn't so. */
@ExtendWith(Leaks.class)
class SshHostConnectTest {
    private static final Secret PASSPHRASE = Secret.of("correct horse");

    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void startServer() {
        server = new TestServer(directory);
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private static void connect(SshHost.Builder description) {
        try (SshHost host = description.build()) {
            host.connect();
            assertThat(host.run(Command.of("true")).ok()).isTrue();
        }
    }

    private void knownHosts(String... lines) throws Exception {
        Files.write(server.knownHosts(), List.of(lines));
    }

    private static String entry(KeyPair key) {
        return PublicKeyEntry.toString(key.getPublic());
    }

    private static String fingerprint(KeyPair key) {
        return KeyUtils.getFingerPrint(BuiltinDigests.sha256, key.getPublic());
    }

    // ---- identities

    @ParameterizedTest
    @ValueSource(strings = {"ssh-ed25519:256", "ssh-rsa:2048", "ecdsa-sha2-nistp256:256"})
    void everyUsualTypeOfKeyIsTaken(String type) throws Exception {
        String[] parts = type.split(":", -1);
        server.accept(server.writeKey("key", parts[0], Integer.parseInt(parts[1]), null)
                .getPublic());

        connect(server.host().identity(directory.resolve("key")));
    }

    @Test
    void anEncryptedKeyIsTakenWithItsPassphrase() throws Exception {
        server.accept(
                server.writeKey("key", "ssh-ed25519", 256, PASSPHRASE.reveal()).getPublic());

        connect(only("key", PASSPHRASE));
    }

    @Test
    void aWrongPassphraseIsSaidWithoutShowingIt() throws Exception {
        server.writeKey("key", "ssh-ed25519", 256, PASSPHRASE.reveal());
        Secret wrong = Secret.of("battery staple");

        assertThatThrownBy(() -> connect(only("key", wrong)))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining(directory.resolve("key").toString())
                .hasMessageContaining("passphrase")
                .satisfies(e -> assertThat(e.toString()).doesNotContain(wrong.reveal()));
    }

    @Test
    void aMissingPassphraseIsAskedFor() throws Exception {
        server.writeKey("key", "ssh-ed25519", 256, PASSPHRASE.reveal());

        assertThatThrownBy(() -> connect(bare().identity(directory.resolve("key"))))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("is encrypted")
                .hasMessageContaining("identity(path, passphrase)");
    }

    @Test
    void aMissingKeyFileIsNamed() {
        assertThatThrownBy(() -> connect(bare().identity(directory.resolve("none"))))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining(directory.resolve("none") + " does not exist");
    }

    @Test
    void aKeyThatOthersMayReadIsNotUsed() throws Exception {
        server.writeKey("key", "ssh-ed25519", 256, null);
        Files.setPosixFilePermissions(directory.resolve("key"), PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> connect(bare().identity(directory.resolve("key"))))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("chmod 600 " + directory.resolve("key"));
    }

    @Test
    void aFileThatIsNoKeyIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("key"), "hello\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        assertThatThrownBy(() -> connect(bare().identity(file)))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aHostWithoutAnyKeySaysSo() {
        assertThatThrownBy(() -> connect(bare()))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("no key");
    }

    @Test
    void aRefusedKeyIsNamedWithWhatTheServerAccepts() throws Exception {
        KeyPair stranger = server.writeKey("stranger", "ssh-ed25519", 256, null);

        assertThatThrownBy(() -> connect(bare().identity(directory.resolve("stranger"))))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("alice@127.0.0.1")
                .hasMessageContaining(directory.resolve("stranger").toString())
                .hasMessageContaining(fingerprint(stranger))
                .hasMessageContaining("publickey")
                .hasMessageContaining("authorized_keys");
    }

    @Test
    void theSecondKeyIsTriedAfterTheFirst() throws Exception {
        server.writeKey("stranger", "ssh-rsa", 2048, null);

        connect(bare().identity(directory.resolve("stranger")).identity(server.key()));
    }

    private SshHost.Builder bare() {
        return SshHost.builder("127.0.0.1")
                .port(server.port())
                .user(TestServer.USER)
                .knownHosts(server.knownHosts());
    }

    private SshHost.Builder only(String key, Secret passphrase) {
        return bare().identity(directory.resolve(key), passphrase);
    }

    // ---- host keys

    @Test
    void anUnknownHostKeyIsRefusedWithTheWayOut() throws Exception {
        KeyPair key = TestServer.generate("ssh-ed25519", 256);
        server.hostKeys(List.of(key));
        knownHosts("other.example.org " + entry(key));

        assertThatThrownBy(() -> connect(server.host()))
                .isInstanceOf(HostKeyException.class)
                .hasMessageContaining("alice@127.0.0.1")
                .hasMessageContaining("ssh-ed25519 " + fingerprint(key))
                .hasMessageContaining(server.knownHosts().toString())
                .hasMessageContaining("ssh-keyscan -p " + server.port() + " 127.0.0.1");
    }

    @Test
    void withoutAFileEveryHostIsUnknown() throws Exception {
        Files.delete(server.knownHosts());

        assertThatThrownBy(() -> connect(server.host()))
                .isInstanceOf(HostKeyException.class)
                .hasMessageContaining("unknown");
    }

    @Test
    void aChangedHostKeyIsRefusedWithBothFingerprintsAndTheLine() throws Exception {
        KeyPair known = TestServer.generate("ssh-ed25519", 256);
        KeyPair presented = TestServer.generate("ssh-ed25519", 256);
        server.hostKeys(List.of(presented));
        knownHosts("# mine", "", server.hostPattern() + " " + entry(known));

        assertThatThrownBy(() -> connect(server.host()))
                .isInstanceOf(HostKeyException.class)
                .hasMessageContaining("changed")
                .hasMessageContaining(fingerprint(known))
                .hasMessageContaining(fingerprint(presented))
                .hasMessageContaining(server.knownHosts() + ":3");
    }

    @Test
    void aHostKnownByOneOfItsKeysIsAskedForThatOne() throws Exception {
        KeyPair rsa = TestServer.generate("ssh-rsa", 2048);
        KeyPair ed25519 = TestServer.generate("ssh-ed25519", 256);
        KeyPair ecdsa = TestServer.generate("ecdsa-sha2-nistp256", 256);
        server.hostKeys(List.of(rsa, ed25519, ecdsa));
        for (KeyPair known : List.of(rsa, ed25519, ecdsa)) {
            knownHosts(server.hostPattern() + " " + entry(known));
            assertThatCode(() -> connect(server.host())).as(entry(known)).doesNotThrowAnyException();
        }
    }

    @Test
    void aRevokedHostKeyIsRefusedEvenIfItIsKnown() throws Exception {
        KeyPair key = TestServer.generate("ssh-ed25519", 256);
        server.hostKeys(List.of(key));
        knownHosts(server.hostPattern() + " " + entry(key), "@revoked * " + entry(key));

        assertThatThrownBy(() -> connect(server.host()))
                .isInstanceOf(HostKeyException.class)
                .hasMessageContaining("revoked")
                .hasMessageContaining(server.knownHosts() + ":2");
    }

    @Test
    void aHashedNameIsRecognised() throws Exception {
        KeyPair key = TestServer.generate("ssh-ed25519", 256);
        server.hostKeys(List.of(key));
        byte[] salt = "twenty bytes of salt".getBytes(StandardCharsets.US_ASCII);
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(salt, "HmacSHA1"));
        String hash = Base64.getEncoder()
                .encodeToString(mac.doFinal(server.hostPattern().getBytes(StandardCharsets.US_ASCII)));
        knownHosts("|1|" + Base64.getEncoder().encodeToString(salt) + "|" + hash + " " + entry(key));

        connect(server.host());
    }

    @Test
    void theSameKeyOnTheUsualPortIsEnoughButAnotherIsNoChange() throws Exception {
        KeyPair key = TestServer.generate("ssh-ed25519", 256);
        server.hostKeys(List.of(key));
        knownHosts("127.0.0.1 " + entry(key));
        connect(server.host());

        knownHosts("127.0.0.1 " + entry(TestServer.generate("ssh-ed25519", 256)));
        assertThatThrownBy(() -> connect(server.host()))
                .isInstanceOf(HostKeyException.class)
                .hasMessageContaining("unknown");
    }

    @Test
    void aHostCertificateIsTakenFromAKnownAuthorityOnly() throws Exception {
        KeyPair authority = TestServer.generate("ssh-ed25519", 256);
        KeyPair key = TestServer.generate("ssh-ed25519", 256);
        OpenSshCertificate certificate = OpenSshCertificateBuilder.hostCertificate()
                .publicKey(key.getPublic())
                .id("test")
                .serial(1)
                .principals(List.of("127.0.0.1"))
                .validAfter(OpenSshCertificate.MIN_EPOCH)
                .validBefore(OpenSshCertificate.INFINITY)
                .sign(authority, "ssh-ed25519");
        server.hostKeys(List.of(key));
        server.server().setHostKeyCertificateProvider(session -> List.of(certificate));

        knownHosts("@cert-authority " + server.hostPattern() + " " + entry(authority));
        connect(server.host());

        knownHosts("@cert-authority " + server.hostPattern() + " " + entry(TestServer.generate("ssh-ed25519", 256)));
        assertThatThrownBy(() -> connect(server.host())).isInstanceOf(HostKeyException.class);

        // who knows the plain key isn't shown the certificate
        knownHosts(server.hostPattern() + " " + entry(key));
        connect(server.host());
    }

    // ---- reach

    @Test
    void nothingIsOpenedBeforeItIsNeeded() {
        try (SshHost host = server.host().build()) {
            assertThat(host.name()).isEqualTo("alice@127.0.0.1:" + server.port());
            assertThat(server.connections()).isZero();
            assertThat(Leaks.threads()).isEmpty();
        }
    }

    @Test
    void aPortWhereNobodyListensIsNamed() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            port = socket.getLocalPort();
        }
        assertThatThrownBy(() -> connect(server.host().port(port)))
                .isInstanceOf(HostUnreachableException.class)
                .hasMessageContaining("127.0.0.1:" + port)
                .hasMessageContaining("refused");
    }

    @Test
    void anUnknownNameIsNamed() {
        assertThatThrownBy(() -> connect(SshHost.builder("no-such-host.invalid")
                        .identity(server.key())
                        .knownHosts(server.knownHosts())))
                .isInstanceOf(HostUnreachableException.class)
                .hasMessageContaining("no-such-host.invalid")
                .satisfies(e -> assertThat(((SlurmRayException) e).retry()).isEqualTo(Retry.SAFE));
    }

    @Test
    void aServerThatSaysNothingIsGivenUpInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            long begin = System.nanoTime();
            assertThatThrownBy(() ->
                            connect(server.host().port(silent.getLocalPort()).connectTimeout(Duration.ofSeconds(1))))
                    .isInstanceOf(HostUnreachableException.class)
                    .hasMessageContaining("127.0.0.1:" + silent.getLocalPort());
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t", "a b", "[login", "-oProxyCommand=x", "a:b:c", "login:", "login:ssh"})
    void whatIsNoHostNameIsRefusedAtOnce(String host) {
        assertThatThrownBy(() -> SshHost.builder(host))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a name or an address");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "login:22                      | SshHost.builder(\"login\").port(22)",
                "alice@login                   | SshHost.builder(\"login\").user(\"alice\")",
                "ssh://alice@login:2222/       | SshHost.builder(\"login\").user(\"alice\").port(2222)",
                "ssh://login                   | SshHost.builder(\"login\")",
                "login/home                    | SshHost.builder(\"login\")",
                "` login `                     | SshHost.builder(\"login\")",
                "[::1]:22                      | SshHost.builder(\"::1\").port(22)",
                "[fe80::1%eth0]                | SshHost.builder(\"fe80::1%eth0\")"
            })
    void whatStandsAroundAHostNameIsRefusedWithHowToSayIt(String host, String wayOut) {
        assertThatThrownBy(() -> SshHost.builder(host))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + host + "'")
                .hasMessageEndingWith(": say " + wayOut);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssh://alice:hunter2@login:22", "alice:hunter2@login", "alice:a/b:hunter2@@login"})
    void aPasswordInAHostIsNotRepeated(String host) {
        assertThatThrownBy(() -> SshHost.builder(host))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"login", "login-1.example.org", "my_host", "10.77.0.11", "::1", "fe80::1%eth0", "2001:db8::7"})
    void namesAndAddressesAreHosts(String host) {
        assertThatCode(() -> SshHost.builder(host)).doesNotThrowAnyException();
    }

    @Test
    void aFileBelowATildeIsRefusedWithHowToSayIt() {
        Path tilde = Path.of("~/.ssh/id_ed25519");
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> bare().identity(tilde),
                () -> bare().identity(tilde, PASSPHRASE),
                () -> bare().knownHosts(tilde))) {
            assertThatThrownBy(call)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'~/.ssh/id_ed25519'")
                    .hasMessageContaining("Path.of(System.getProperty(\"user.home\"), \".ssh/id_ed25519\")");
        }
    }

    @Test
    void aPublicKeyGivenForThePrivateOneIsSaidToBeOne() throws Exception {
        KeyPair key = server.writeKey("key", "ssh-ed25519", 256, null);
        // as ssh-keygen leaves it: readable by all, which is no fault of this file
        Path pub = Files.writeString(directory.resolve("key.pub"), entry(key) + " alice@laptop\n");

        assertThatThrownBy(() -> connect(bare().identity(pub)))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("the key file " + pub + " holds a public key")
                .hasMessageEndingWith(directory.resolve("key").toString());
    }
}
