package io.github.slurmray.testkit.internal.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.sshd.certificate.OpenSshCertificateBuilder;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may log in: the user, with a key of their own, with a certificate of the emulation's authority, or with a key in
 * {@code ~/.ssh/authorized_keys}.
 */
final class UserKeys implements PublickeyAuthenticator {
    private static final Logger LOG = LoggerFactory.getLogger(UserKeys.class);

    /** What ssh-keygen permits when it isn't told otherwise. */
    private static final Map<String, String> PERMITTED = Map.of(
            "permit-X11-forwarding", "",
            "permit-agent-forwarding", "",
            "permit-port-forwarding", "",
            "permit-pty", "",
            "permit-user-rc", "");

    private final String user;
    private final Path directory;
    private final Path authorizedKeys;
    private final Supplier<Instant> clock;
    private final KeyPair authority = generate();
    private final KeyPair own = generate();
    private final Path file;
    private final AtomicInteger certificates = new AtomicInteger();

    /** Makes the user's key, in a file in a directory. The clock says when a certificate expires. */
    UserKeys(String user, Path directory, Path home, Supplier<Instant> clock) {
        this.user = user;
        this.directory = directory;
        this.authorizedKeys = home.resolve(".ssh/authorized_keys");
        this.clock = clock;
        this.file = write("id_ed25519", own);
    }

    /** Makes a new ed25519 key. */
    static KeyPair generate() {
        try {
            return KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM can't make ed25519 keys", e);
        }
    }

    /** Returns the file with the user's private key. */
    Path file() {
        return file;
    }

    /** Makes a key and a certificate beside it, as ssh looks for it, and returns the key's file. */
    Path issue(Duration validity) {
        int serial = certificates.incrementAndGet();
        KeyPair pair = generate();
        Path key = write("id_certified" + serial, pair);
        try {
            OpenSshCertificate certificate = OpenSshCertificateBuilder.userCertificate()
                    .publicKey(pair.getPublic())
                    .serial(serial)
                    .id(user + "@emulated")
                    .principals(List.of(user))
                    .extensions(PERMITTED)
                    // since ever: the emulation's clock may be far ahead of the clients'
                    .validAfter(OpenSshCertificate.MIN_EPOCH)
                    .validBefore(clock.get().plus(validity))
                    .sign(authority);
            Files.writeString(Path.of(key + "-cert.pub"), PublicKeyEntry.toString(certificate) + "\n");
            return key;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("this JVM can't sign certificates", e);
        }
    }

    private Path write(String name, KeyPair pair) {
        Path key = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(key)) {
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "emulated Slurm", null, out);
            return key;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM can't write ed25519 keys", e);
        }
    }

    @Override
    public boolean authenticate(String name, PublicKey offered, ServerSession session) {
        if (!user.equals(name)) {
            return false;
        }
        if (offered instanceof OpenSshCertificate certificate) {
            // the signature, the type and the dates by the real clock were checked before
            return KeyUtils.compareKeys(authority.getPublic(), certificate.getCaPubKey())
                    && certificate.getPrincipals().contains(name)
                    && OpenSshCertificate.isValidAt(certificate, clock.get());
        }
        Optional<Permits> permits =
                KeyUtils.compareKeys(own.getPublic(), offered) ? Optional.of(Permits.ALL) : authorized(offered);
        permits.ifPresent(p -> p.apply(session));
        return permits.isPresent();
    }

    private Optional<Permits> authorized(PublicKey offered) {
        String blob = PublicKeyEntry.toString(offered);
        try (Stream<String> lines = Files.lines(authorizedKeys, StandardCharsets.ISO_8859_1)) {
            return lines.map(UserKeys::entry)
                    .flatMap(Optional::stream)
                    .filter(e -> blob.equals(
                            e.getKeyType() + " " + Base64.getEncoder().encodeToString(e.getKeyData())))
                    .map(e -> new Permits(Map.copyOf(e.getLoginOptions())))
                    .filter(p -> p.understood() && !p.expired(clock.get()))
                    .findFirst();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a line as sshd does, which leaves out what it doesn't understand. */
    private static Optional<AuthorizedKeyEntry> entry(String line) {
        try {
            return Optional.ofNullable(AuthorizedKeyEntry.parseAuthorizedKeyEntry(line));
        } catch (RuntimeException e) {
            LOG.debug("a line of authorized_keys isn't understood", e);
            return Optional.empty();
        }
    }
}
