package io.github.slurmray.testkit.internal.embedded;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.util.Base64;

/** An ed25519 key pair in OpenSSH's formats. Made by the JDK, which needs no tables for it, as MINA's library does. */
final class Ed25519Key {
    private static final String TYPE = "ssh-ed25519";
    private static final int BYTES = 32;

    private final byte[] seed;
    private final byte[] point;

    private Ed25519Key(byte[] seed, byte[] point) {
        this.seed = seed;
        this.point = point;
    }

    /** Makes a new one. */
    static Ed25519Key generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new Ed25519Key(
                    ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow(),
                    encoded((EdECPublicKey) pair.getPublic()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM can't make ed25519 keys", e);
        }
    }

    /** As RFC 8032 has it: y, the least byte first, and whether x is odd in the highest bit. */
    private static byte[] encoded(EdECPublicKey key) {
        byte[] y = key.getPoint().getY().toByteArray();
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < Math.min(BYTES, y.length); i++) {
            bytes[i] = y[y.length - 1 - i];
        }
        if (key.getPoint().isXOdd()) {
            bytes[BYTES - 1] |= (byte) 0x80;
        }
        return bytes;
    }

    /** Returns the public key as a line of authorized_keys or known_hosts has it. */
    String publicLine() {
        return TYPE + " " + Base64.getEncoder().encodeToString(publicBlob());
    }

    private byte[] publicBlob() {
        return packed(out -> {
            string(out, TYPE.getBytes(StandardCharsets.US_ASCII));
            string(out, point);
        });
    }

    /** Writes the private key, without a passphrase, into a file for this user only, and returns the file. */
    Path write(Path file) {
        byte[] secret = packed(out -> {
            // twice the same number, by which a passphrase would be checked
            out.writeInt(0);
            out.writeInt(0);
            out.write(publicBlob());
            string(out, packed(both -> {
                both.write(seed);
                both.write(point);
            }));
            string(out, "emulated Slurm".getBytes(StandardCharsets.US_ASCII));
            for (int padding = 1; out.size() % 8 != 0; padding++) {
                out.write(padding);
            }
        });
        byte[] all = packed(out -> {
            out.write("openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII));
            string(out, "none".getBytes(StandardCharsets.US_ASCII));
            string(out, "none".getBytes(StandardCharsets.US_ASCII));
            string(out, new byte[0]);
            out.writeInt(1);
            string(out, publicBlob());
            string(out, secret);
        });
        Place.write(
                file,
                "-----BEGIN OPENSSH PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(all)
                        + "\n-----END OPENSSH PRIVATE KEY-----\n",
                "rw-------");
        return file;
    }

    private interface Packer {
        void pack(DataOutputStream out) throws IOException;
    }

    private static byte[] packed(Packer packer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            packer.pack(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void string(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
