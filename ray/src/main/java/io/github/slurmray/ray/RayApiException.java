package io.github.slurmray.ray;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import org.jspecify.annotations.Nullable;

/** Ray's dashboard answered with an error; the message has the last line of its words. */
public class RayApiException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * Creates the exception.
     *
     * @param message what was asked, what Ray said, and the way out
     * @param cause the cause, if there is one
     * @param status the HTTP status
     * @param retry whether to do the same again
     */
    public RayApiException(String message, @Nullable Throwable cause, int status, Retry retry) {
        super(message, cause, retry);
        this.status = status;
    }

    /**
     * Returns the HTTP status of the answer.
     *
     * @return such as 500; 401 and 403 mean that Ray's token is missing or wrong
     */
    public int status() {
        return status;
    }
}
