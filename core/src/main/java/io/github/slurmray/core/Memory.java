package io.github.slurmray.core;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory, held in bytes.
 *
 * <p>All units are powers of 1024, which is what Slurm's {@code --mem=16G} means. There is no {@code ofGB}: a name that
 * two programs read differently has no place in a job description.
 *
 * @param bytes at least 1
 */
public record Memory(long bytes) implements Comparable<Memory> {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final String UNITS = "KMGT";
    private static final Pattern SLURM = Pattern.compile("(\\d+)([KMGT]?)B?", Pattern.CASE_INSENSITIVE);

    /**
     * Checks the amount.
     *
     * @throws IllegalArgumentException if {@code bytes} is less than 1
     */
    public Memory {
        if (bytes < 1) {
            throw new IllegalArgumentException("memory must be at least 1 byte, but was " + bytes);
        }
    }

    /**
     * Returns this many mebibytes.
     *
     * @param mib the number of MiB, at least 1
     * @return the amount
     * @throws IllegalArgumentException if it is less than 1
     * @throws ArithmeticException if it does not fit in a {@code long}
     */
    public static Memory ofMiB(long mib) {
        return new Memory(Math.multiplyExact(mib, MIB));
    }

    /**
     * Returns this many gibibytes.
     *
     * @param gib the number of GiB, at least 1
     * @return the amount
     * @throws IllegalArgumentException if it is less than 1
     * @throws ArithmeticException if it does not fit in a {@code long}
     */
    public static Memory ofGiB(long gib) {
        return new Memory(Math.multiplyExact(gib, GIB));
    }

    /**
     * Reads an amount in Slurm's form: a whole number and K, M, G or T, or no unit for MiB, as {@code --mem} takes it.
     *
     * @param text such as {@code 16G}, {@code 3000}, {@code 10GB}
     * @return the amount
     * @throws IllegalArgumentException if the text has another form or means zero, which Slurm reads as "all of a node"
     * @throws ArithmeticException if it does not fit in a {@code long}
     */
    public static Memory parse(String text) {
        Matcher m = SLURM.matcher(text.strip());
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "memory must be a whole number with K, M, G, T or no unit (MiB), such as 16G, but was '" + text
                            + "'");
        }
        String unitName = m.group(2).isEmpty() ? "M" : m.group(2).toUpperCase(Locale.ROOT);
        long unit = 1L << (10 * (UNITS.indexOf(unitName) + 1));
        return new Memory(Math.multiplyExact(Long.parseLong(m.group(1)), unit));
    }

    /**
     * Returns the amount in MiB, rounded up, so that a request never shrinks on its way to the scheduler.
     *
     * @return at least 1
     */
    public long toMiBCeil() {
        return bytes / MIB + (bytes % MIB == 0 ? 0 : 1);
    }

    /**
     * Returns the amount in Slurm's form, in GiB if it is whole, else in MiB, rounded up.
     *
     * @return such as {@code 16G} or {@code 3000M}
     */
    public String toSlurm() {
        return bytes % GIB == 0 ? bytes / GIB + "G" : toMiBCeil() + "M";
    }

    @Override
    public int compareTo(Memory other) {
        return Long.compare(bytes, other.bytes);
    }

    @Override
    public String toString() {
        return toSlurm();
    }
}
