package io.github.slurmray.testkit.internal.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** A process of its own that cleans up after the emulation, even when this JVM is killed. */
final class Supervisor implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final Process process;

    Supervisor(String id, Place place) {
        ProcessBuilder builder = new ProcessBuilder(
                "setsid",
                "bash",
                "-p",
                "-c",
                Place.resource("supervisor.sh"),
                "slurmray-embedded-supervisor",
                ProcessTable.MARK + "=" + id,
                place.root().toString(),
                Long.toString(ProcessTable.limit(id)));
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(k -> k.startsWith("SLURM"));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the emulated Slurm needs setsid and bash on the PATH: " + e.getMessage(), e);
        }
    }

    /** Ends all processes of the emulation, and removes its directory. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!ended()) {
            throw new IllegalStateException("processes of the emulated Slurm don't end: " + process.pid());
        }
    }

    /** Waits even if the thread is interrupted: a test that has run out of time shall leave nothing either. */
    private boolean ended() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
