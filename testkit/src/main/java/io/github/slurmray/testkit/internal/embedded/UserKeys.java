package io.github.slurmray.testkit.internal.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.sshd.certificate.OpenSshCertificateBuilder;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;
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
    private final Path file;
    private volatile @Nullable Ed25519Key own;
    private final AtomicReference<@Nullable KeyPair> authority = new AtomicReference<>();
    private final AtomicInteger certificates = new AtomicInteger();

    /** Keeps the user's keys in a directory. The clock says when a certificate expires. */
    UserKeys(String user, Path directory, Path home, Supplier<Instant> clock) {
        this.user = user;
        this.directory = directory;
        this.authorizedKeys = home.resolve(".ssh/authorized_keys");
        this.clock = clock;
        this.file = directory.resolve("id_ed25519");
    }

    /** Makes the user's own key. */
    void make() {
        Ed25519Key key = Ed25519Key.generate();
        key.write(file);
        own = key;
    }

    /** The pair that signs certificates. */
    private KeyPair authority() {
        KeyPair known = authority.get();
        if (known != null) {
            return known;
        }
        authority.compareAndSet(null, generate());
        return Objects.requireNonNull(authority.get());
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
        Ed25519Key key = Ed25519Key.generate();
        Path certified = key.write(directory.resolve("id_certified" + serial));
        try {
            OpenSshCertificate certificate = OpenSshCertificateBuilder.userCertificate()
                    .publicKey(
                            PublicKeyEntry.parsePublicKeyEntry(key.publicLine()).resolvePublicKey(null, Map.of(), null))
                    .serial(serial)
                    .id(user + "@emulated")
                    .principals(List.of(user))
                    .extensions(PERMITTED)
                    // since ever: the emulation's clock may be far ahead of the clients'
                    .validAfter(OpenSshCertificate.MIN_EPOCH)
                    .validBefore(clock.get().plus(validity))
                    .sign(authority());
            Files.writeString(Path.of(certified + "-cert.pub"), PublicKeyEntry.toString(certificate) + "\n");
            return certified;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("this JVM can't sign certificates", e);
        }
    }

    @Override
    public boolean authenticate(String name, PublicKey offered, ServerSession session) {
        if (!user.equals(name)) {
            return false;
        }
        if (offered instanceof OpenSshCertificate certificate) {
            // the signature, the type and the dates by the real clock were checked before
            return KeyUtils.compareKeys(authority().getPublic(), certificate.getCaPubKey())
                    && certificate.getPrincipals().contains(name)
                    && OpenSshCertificate.isValidAt(certificate, clock.get());
        }
        String line = PublicKeyEntry.toString(offered);
        Ed25519Key key = own;
        Optional<Permits> permits =
                key != null && line.equals(key.publicLine()) ? Optional.of(Permits.ALL) : authorized(line);
        permits.ifPresent(p -> p.apply(session));
        return permits.isPresent();
    }

    private Optional<Permits> authorized(String offered) {
        try (Stream<String> lines = Files.lines(authorizedKeys, StandardCharsets.ISO_8859_1)) {
            return lines.map(UserKeys::entry)
                    .flatMap(Optional::stream)
                    .filter(e -> offered.equals(
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
