package io.github.slurmray.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process on the login node that asks a GCS for its nodes, see observer.py; the same for every contender. */
final class Observer implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final Path complaints = Files.createTempFile("observer", ".log");

    /**
     * Returns when it has imported Ray and waits for an address.
     *
     * @param authMode Ray's RAY_AUTH_MODE
     */
    Observer(RayVersion version, String authMode) throws IOException {
        String program;
        try (InputStream in = Observer.class.getResourceAsStream("/observer.py")) {
            if (in == null) {
                throw new IllegalStateException("no observer.py");
            }
            program = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        process = Site.inside("login1", "env", "RAY_AUTH_MODE=" + authMode, version.bin() + "/python", "-c", program)
                .redirectError(complaints.toFile())
                .start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        if (!"ready".equals(answers.readLine())) {
            throw new IOException("the observer doesn't start: " + complaint());
        }
    }

    /** Tells it whom to ask. */
    void watch(String gcs, int nodes, Optional<String> tokenFile) throws IOException {
        String request = gcs + " " + nodes + tokenFile.map(f -> " " + f).orElse("") + "\n";
        process.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Waits until this many nodes are alive, and returns when that was, in seconds since 1970. */
    double await(int nodes, Duration limit) throws IOException {
        CompletableFuture<Double> answer = CompletableFuture.supplyAsync(() -> seen(nodes));
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("not " + nodes + " nodes after " + limit + ": " + complaint(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private String complaint() throws IOException {
        List<String> lines = Files.readAllLines(complaints);
        return lines.isEmpty() ? "no complaint" : lines.get(lines.size() - 1);
    }

    private double seen(int nodes) {
        try {
            String line;
            do {
                line = answers.readLine();
                if (line == null) {
                    throw new IOException("the observer has ended");
                }
            } while (!line.startsWith("alive " + nodes + " "));
            return Double.parseDouble(line.substring(line.lastIndexOf(' ')));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(complaints);
    }
}
