package io.github.slurmray.ray.internal;

import java.util.function.Supplier;

/**
 * What must be done even by a thread that was interrupted: a cancelled task that closes its cluster means to end it.
 * The work has to be bounded.
 */
final class Uninterrupted {
    private Uninterrupted() {}

    /** Does the work with the interrupt flag cleared, and sets the flag again afterwards. */
    static <T> T get(Supplier<T> work) {
        boolean interrupted = Thread.interrupted();
        try {
            return work.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Does the work with the interrupt flag cleared, and sets the flag again afterwards. */
    static void run(Runnable work) {
        get(() -> {
            work.run();
            return true;
        });
    }

    /** Does the work after something failed, which wins: what the work itself throws is suppressed under it. */
    static void after(Throwable failure, Runnable work) {
        try {
            run(work);
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }
}
