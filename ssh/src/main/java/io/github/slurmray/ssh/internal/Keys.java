package io.github.slurmray.ssh.internal;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/** Public keys as they go over the wire and as people compare them. */
final class Keys {
    private Keys() {}

    static byte[] blob(PublicKey key) {
        ByteArrayBuffer buffer = new ByteArrayBuffer();
        buffer.putRawPublicKey(key);
        return buffer.getCompactData();
    }

    static String type(PublicKey key) {
        return KeyUtils.getKeyType(key);
    }

    /** Such as {@code ED25519 SHA256:…}, as ssh-keygen -l shows it. */
    static String describe(PublicKey key) {
        return describe(type(key), blob(key));
    }

    static String describe(String type, byte[] blob) {
        return type + " " + fingerprint(blob);
    }

    private static String fingerprint(byte[] blob) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(blob);
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
