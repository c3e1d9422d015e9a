package io.github.slurmray.slurm;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number that Slurm gave to a job.
 *
 * <p>The number of an array stands for all its tasks, that of a heterogeneous job for all its components.
 *
 * @param value more than zero
 */
public record JobId(long value) implements Comparable<JobId> {
    private static final Pattern PARSABLE = Pattern.compile("(\\d{1,18})(?:;\\S*)?");

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public JobId {
        if (value < 1) {
            throw new IllegalArgumentException("a job id must be positive, but was " + value);
        }
    }

    /**
     * Reads an id as {@code sbatch --parsable} prints it: {@code 123}, or {@code 123;cluster}.
     *
     * @param text the text; blanks around it are ignored
     * @return the id
     * @throws IllegalArgumentException if the text has another form
     */
    public static JobId parse(String text) {
        Matcher m = PARSABLE.matcher(text.strip());
        if (!m.matches()) {
            throw new IllegalArgumentException("a job id must be a number, such as 123, but was '" + text + "'");
        }
        return new JobId(Long.parseLong(m.group(1)));
    }

    @Override
    public int compareTo(JobId other) {
        return Long.compare(value, other.value);
    }

    /** Returns the bare number. */
    @Override
    public String toString() {
        return Long.toString(value);
    }
}
