package io.github.slurmray.core;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A limit on elapsed time as Slurm writes it: a number of whole seconds, or no limit. Immutable.
 *
 * <p>Slurm itself rounds a job's time limit up to whole minutes (sbatch(1), {@code --time}).
 */
public final class WallTime implements Comparable<WallTime> {
    /** No limit, Slurm's {@code UNLIMITED}. */
    public static final WallTime UNLIMITED = new WallTime(null);

    private static final String FORMS = "minutes, minutes:seconds, hours:minutes:seconds, days-hours, "
            + "days-hours:minutes, days-hours:minutes:seconds or UNLIMITED";
    private static final Pattern WITH_DAYS = Pattern.compile("(\\d{1,9})-(\\d{1,9})(?::(\\d{1,9})(?::(\\d{1,9}))?)?");
    private static final Pattern WITHOUT_DAYS = Pattern.compile("(\\d{1,9})(?::(\\d{1,9}))?(?::(\\d{1,9}))?");

    private final @Nullable Duration limit;

    private WallTime(@Nullable Duration limit) {
        this.limit = limit;
    }

    /**
     * Returns a limit of this duration, rounded up to a whole second.
     *
     * @param limit more than zero
     * @return the limit
     * @throws IllegalArgumentException if it is zero or negative
     */
    public static WallTime of(Duration limit) {
        if (limit.isZero() || limit.isNegative()) {
            throw new IllegalArgumentException("a time limit must be more than zero, but was " + limit);
        }
        return new WallTime(Duration.ofSeconds(limit.getSeconds() + (limit.getNano() > 0 ? 1 : 0)));
    }

    /**
     * Reads a time in any of Slurm's forms: {@code minutes}, {@code minutes:seconds}, {@code hours:minutes:seconds},
     * {@code days-hours}, {@code days-hours:minutes}, {@code days-hours:minutes:seconds}, {@code UNLIMITED} and
     * {@code INFINITE} (sbatch(1), {@code --time}).
     *
     * @param text such as {@code 30}, {@code 1-12} or {@code 00:15:00}
     * @return the limit
     * @throws IllegalArgumentException if the text has another form or means zero
     */
    public static WallTime parse(String text) {
        String s = text.strip();
        if (s.equalsIgnoreCase("UNLIMITED") || s.equalsIgnoreCase("INFINITE")) {
            return UNLIMITED;
        }
        Matcher days = WITH_DAYS.matcher(s);
        if (days.matches()) {
            return of(seconds(
                    number(days.group(1)), number(days.group(2)), number(days.group(3)), number(days.group(4))));
        }
        Matcher plain = WITHOUT_DAYS.matcher(s);
        if (plain.matches()) {
            long first = number(plain.group(1));
            long second = number(plain.group(2));
            return of(
                    plain.group(3) == null
                            ? seconds(0, 0, first, second)
                            : seconds(0, first, second, number(plain.group(3))));
        }
        throw new IllegalArgumentException("a time limit must be " + FORMS + ", but was '" + text + "'");
    }

    private static long number(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    private static Duration seconds(long days, long hours, long minutes, long seconds) {
        return Duration.ofSeconds(days * 86_400 + hours * 3_600 + minutes * 60 + seconds);
    }

    /**
     * Returns the limit.
     *
     * @return whole seconds, or empty if there is no limit
     */
    public Optional<Duration> limit() {
        return Optional.ofNullable(limit);
    }

    /**
     * Returns the limit in the form that Slurm itself prints.
     *
     * @return {@code [days-]hh:mm:ss} or {@code UNLIMITED}
     */
    public String toSlurm() {
        if (limit == null) {
            return "UNLIMITED";
        }
        String clock = String.format(
                Locale.ROOT, "%02d:%02d:%02d", limit.toHoursPart(), limit.toMinutesPart(), limit.toSecondsPart());
        return limit.toDays() == 0 ? clock : limit.toDays() + "-" + clock;
    }

    /** No limit is longer than every limit. */
    @Override
    public int compareTo(WallTime other) {
        if (limit == null || other.limit == null) {
            return Boolean.compare(limit == null, other.limit == null);
        }
        return limit.compareTo(other.limit);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof WallTime other && Objects.equals(limit, other.limit);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(limit);
    }

    @Override
    public String toString() {
        return toSlurm();
    }
}
