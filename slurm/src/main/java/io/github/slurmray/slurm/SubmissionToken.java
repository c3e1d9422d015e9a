package io.github.slurmray.slurm;

import java.io.Serializable;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The name of one submission, made by the client before anything is sent: as often as it is handed to
 * {@link SlurmClient#submit(SbatchScript, SubmissionToken)}, there is one job.
 *
 * <p>Keep it (in a database, in a run directory) before submitting, and a crashed program can ask again for the job
 * that it may or may not have submitted. What is known about the submission stands in a directory on the login side,
 * which only the user can read; see {@link SlurmClient#submit(SbatchScript, SubmissionToken)} for what is in it.
 *
 * @param id 8 to 64 letters, digits, {@code .}, {@code _} and {@code -}, unique among the user's submissions
 * @param recordDirectory where the record is kept, absolute or relative to the home directory
 */
public record SubmissionToken(String id, String recordDirectory) implements Serializable {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{8,64}");
    private static final String DEFAULT_PLACE = ".slurmray/submissions";

    /** What is made for the records in the default place, and removed when it is empty, innermost first. */
    static final String DEFAULT_PARENTS = DEFAULT_PLACE + " .slurmray";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_BYTES = 12;

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the id has another form, or the directory is empty, ends in a slash, or has
     *     control characters
     */
    public SubmissionToken {
        if (!FORM.matcher(id).matches() || id.startsWith(".") || id.startsWith("-")) {
            throw new IllegalArgumentException("a submission token is 8 to 64 letters, digits, '.', '_' and '-',"
                    + " not starting with '.' or '-', but was '" + id + "'");
        }
        Objects.requireNonNull(recordDirectory, "recordDirectory");
        if (recordDirectory.isEmpty()
                || recordDirectory.endsWith("/")
                || recordDirectory.startsWith("-")
                || recordDirectory.startsWith("~")
                || recordDirectory.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a record directory is a path, absolute or relative to the home"
                    + " directory, without '~', a slash at its end or control characters, but was '"
                    + recordDirectory + "'");
        }
    }

    /**
     * Returns a new token that nobody has used, recorded in the default place.
     *
     * @return the token
     */
    public static SubmissionToken random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return of(HexFormat.of().formatHex(bytes));
    }

    /**
     * Returns a token of this id, recorded in {@code ~/.slurmray/submissions/<id>}.
     *
     * @param id the id
     * @return the token
     * @throws IllegalArgumentException if it has another form
     */
    public static SubmissionToken of(String id) {
        return new SubmissionToken(id, DEFAULT_PLACE + "/" + id);
    }

    boolean isInDefaultPlace() {
        return recordDirectory.equals(DEFAULT_PLACE + "/" + id);
    }

    /**
     * Returns the token of the same id, recorded in another directory. Whoever asks again must name the same one.
     *
     * @param recordDirectory absolute or relative to the home directory, on a file system that all login nodes share;
     *     it and its parents are made if missing, and it should hold nothing else
     * @return the token
     * @throws IllegalArgumentException if the path has another form
     */
    public SubmissionToken in(String recordDirectory) {
        return new SubmissionToken(id, recordDirectory);
    }

    /** Returns the id. */
    @Override
    public String toString() {
        return id;
    }
}
