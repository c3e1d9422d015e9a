package io.github.slurmray.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A text that must not be seen: it shows itself only through {@link #reveal()}, never in a log, message or debugger.
 */
public final class Secret {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /**
     * Returns a secret of this text.
     *
     * @param value the text
     * @return the secret
     * @throws IllegalArgumentException if it is empty
     */
    public static Secret of(String value) {
        if (Objects.requireNonNull(value, "value").isEmpty()) {
            throw new IllegalArgumentException("a secret can't be empty");
        }
        return new Secret(value);
    }

    /**
     * Returns a new secret of random bytes in hexadecimal.
     *
     * @param bytes how many random bytes, at least 16
     * @return the secret
     * @throws IllegalArgumentException if there are fewer than 16
     */
    public static Secret random(int bytes) {
        if (bytes < 16) {
            throw new IllegalArgumentException("a secret needs at least 16 random bytes, but " + bytes + " were asked");
        }
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return new Secret(HexFormat.of().formatHex(random));
    }

    /**
     * Returns the text itself. Hand it only to what needs it.
     *
     * @return the text
     */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Secret other
                && MessageDigest.isEqual(
                        value.getBytes(StandardCharsets.UTF_8), other.value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "Secret[…]";
    }
}
