package io.github.slurmray.core;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.RetryConfig;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * How often and how patiently a call is tried again when its exception says that this is {@link Retry#SAFE}.
 *
 * @param attempts how many tries in all, at least 1
 * @param backoff the waits between them
 */
public record RetryPolicy(int attempts, Backoff backoff) {
    /**
     * Checks the policy.
     *
     * @throws IllegalArgumentException if there isn't at least one attempt
     */
    public RetryPolicy {
        Objects.requireNonNull(backoff, "backoff");
        if (attempts < 1) {
            throw new IllegalArgumentException("there must be at least one attempt, but was " + attempts);
        }
    }

    /**
     * Makes the call, and again while it throws a {@link SlurmRayException} that is safe to retry and attempts are
     * left. Blocks between attempts.
     *
     * @param <T> what the call returns
     * @param name what the call is named in logs
     * @param call the call
     * @return what it returned
     * @throws SlurmRayException the last one that the call threw
     */
    public <T> T call(String name, Supplier<T> call) {
        IntervalFunction waits = failures -> backoff.delay(
                        failures, () -> ThreadLocalRandom.current().nextDouble())
                .toMillis();
        RetryConfig config = RetryConfig.custom()
                .maxAttempts(attempts)
                .intervalFunction(waits)
                .retryOnException(e -> e instanceof SlurmRayException s && s.retry() == Retry.SAFE)
                .build();
        return io.github.resilience4j.retry.Retry.of(name, config).executeSupplier(call);
    }
}
