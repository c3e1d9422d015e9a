package io.github.slurmray.slurm;

import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of Slurm, such as 24.11.5.
 *
 * @param year the first number
 * @param month the second number
 * @param micro the third number, 0 if there is none
 */
public record SlurmVersion(int year, int month, int micro) implements Comparable<SlurmVersion> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?");

    /**
     * Reads the version out of what {@code sbatch --version} prints, such as {@code slurm-wlm 22.05.8}.
     *
     * @param text the line
     * @return the version
     * @throws IllegalArgumentException if the text holds none
     */
    public static SlurmVersion parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.find()) {
            throw new IllegalArgumentException("no version of Slurm in '" + text.strip() + "'");
        }
        String micro = m.group(3);
        return new SlurmVersion(
                Integer.parseInt(m.group(1)),
                Integer.parseInt(m.group(2)),
                micro == null ? 0 : Integer.parseInt(micro));
    }

    @Override
    public int compareTo(SlurmVersion other) {
        return Comparator.comparingInt(SlurmVersion::year)
                .thenComparingInt(SlurmVersion::month)
                .thenComparingInt(SlurmVersion::micro)
                .compare(this, other);
    }

    /** Returns the version as Slurm writes it, such as {@code 22.05.8}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d.%02d.%d", year, month, micro);
    }
}
