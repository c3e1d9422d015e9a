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
                place.root().toString());
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
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("processes of the emulated Slurm don't end: " + process.pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
