package io.github.slurmray.slurm;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import org.jspecify.annotations.Nullable;

/**
 * It isn't known whether there is a job. Submitting again <em>with the same token</em> is safe at any time: it finds
 * the job if there is one.
 */
public class SubmissionUndecidedException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    private final SubmissionToken token;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#UNKNOWN_EFFECT}.
     *
     * @param message what is known, what isn't, and what to do
     * @param token the submission
     * @param cause what went wrong, if an exception told
     */
    public SubmissionUndecidedException(String message, SubmissionToken token, @Nullable Throwable cause) {
        super(message, cause, Retry.UNKNOWN_EFFECT);
        this.token = token;
    }

    /**
     * Returns the token to ask again with; it also names the directory with the record of the submission.
     *
     * @return the token
     */
    public SubmissionToken token() {
        return token;
    }
}
