package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.AuthenticationException;
import io.github.slurmray.core.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;

/**
 * A private key in a file.
 *
 * @param file the file
 * @param passphrase what it is encrypted with, if it is
 */
public record Identity(Path file, Optional<Secret> passphrase) {
    private static final String PUBLIC = ".pub";
    private static final int PUBLIC_KEY_BEGINS = 64;
    // OpenSSH's one-line form, RFC 4716's and PEM's
    private static final Pattern PUBLIC_KEY =
            Pattern.compile("(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+ AAAA|---- BEGIN SSH2 PUBLIC|-----BEGIN [A-Z ]*PUBLIC KEY");

    private static final Set<PosixFilePermission> TOO_OPEN = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    /**
     * Reads the key.
     *
     * @throws AuthenticationException if the file can't be read, holds a public key, others may read it, or it can't be
     *     decrypted
     */
    KeyPair load() {
        checkFile();
        boolean[] asked = {false};
        FilePasswordProvider provider = (session, resource, retry) -> {
            asked[0] = true;
            return passphrase.map(Secret::reveal).orElse(null);
        };
        try (InputStream stream = Files.newInputStream(file)) {
            Iterable<KeyPair> pairs =
                    SecurityUtils.loadKeyPairIdentities(null, NamedResource.ofName(file.toString()), stream, provider);
            if (pairs != null) {
                for (KeyPair pair : pairs) {
                    return pair;
                }
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            if (asked[0] && passphrase.isEmpty()) {
                throw failure("is encrypted and no passphrase was given: add it with identity(path, passphrase)", e);
            }
            if (asked[0]) {
                throw failure("can't be decrypted with the given passphrase", e);
            }
            throw failure("can't be read as a private key: " + e.getMessage(), e);
        }
        throw failure("holds no private key that is understood: it must be in OpenSSH's or PEM format", null);
    }

    private void checkFile() {
        if (!Files.exists(file)) {
            throw failure("does not exist", null);
        }
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw failure("can't be read by this user", null);
        }
        if (isPublicKey()) {
            throw failure(
                    "holds a public key: give the private key"
                            + (file.toString().endsWith(PUBLIC)
                                    ? ", which is as a rule "
                                            + file.toString()
                                                    .substring(
                                                            0, file.toString().length() - PUBLIC.length())
                                    : ""),
                    null);
        }
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file, new LinkOption[0]);
            if (permissions.stream().anyMatch(TOO_OPEN::contains)) {
                throw failure("may be read by others, so it isn't used: run 'chmod 600 " + file + "'", null);
            }
        } catch (UnsupportedOperationException e) {
            // a file system without these permissions, such as Windows': nothing to check
            return;
        } catch (IOException e) {
            throw failure("can't be read: " + e.getMessage(), e);
        }
    }

    private boolean isPublicKey() {
        try (InputStream stream = Files.newInputStream(file)) {
            String begin = new String(stream.readNBytes(PUBLIC_KEY_BEGINS), StandardCharsets.ISO_8859_1);
            return PUBLIC_KEY.matcher(begin).lookingAt();
        } catch (IOException e) {
            throw failure("can't be read: " + e.getMessage(), e);
        }
    }

    private AuthenticationException failure(String what, @org.jspecify.annotations.Nullable Exception cause) {
        return new AuthenticationException("the key file " + file + " " + what, cause);
    }
}
