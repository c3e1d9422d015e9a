package io.github.slurmray.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The root of everything that slurmray throws for a reason outside the calling program.
 *
 * <p>The caller's own mistakes are {@link IllegalArgumentException} and {@link IllegalStateException}. Messages name
 * what failed, where, and what to do about it; they never hold a secret.
 */
public abstract class SlurmRayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Retry retry;

    /**
     * For subclasses.
     *
     * @param message what failed, on which host, doing what, and the way out; never a secret
     * @param cause the cause, if there is one
     * @param retry whether to do the same again
     */
    protected SlurmRayException(String message, @Nullable Throwable cause, Retry retry) {
        super(message, cause);
        this.retry = Objects.requireNonNull(retry, "retry");
    }

    /**
     * Tells whether doing the same thing again may help.
     *
     * @return the advice
     */
    public final Retry retry() {
        return retry;
    }
}
