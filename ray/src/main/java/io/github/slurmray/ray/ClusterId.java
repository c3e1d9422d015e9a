package io.github.slurmray.ray;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The name of one cluster, made by the client: it stands in the plan, the run directory, the job's name and comment.
 *
 * @param value 8 to 64 lower-case letters, digits and hyphens, starting with a letter
 */
public record ClusterId(String value) {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyyMMdd", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if it has another form
     */
    public ClusterId {
        if (!value.matches("[a-z][a-z0-9-]{7,63}")) {
            throw new IllegalArgumentException("a cluster's id has 8 to 64 lower-case letters, digits and hyphens and "
                    + "starts with a letter, but was '" + value + "'");
        }
    }

    /**
     * Makes a new id of the day and 50 random bits.
     *
     * @return such as {@code ray-20261122-k7w2m9xqpd}
     */
    public static ClusterId random() {
        StringBuilder id = new StringBuilder("ray-")
                .append(DAY.format(Clock.systemUTC().instant()))
                .append('-');
        for (int i = 0; i < 10; i++) {
            id.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return new ClusterId(id.toString());
    }

    @Override
    public String toString() {
        return value;
    }
}
