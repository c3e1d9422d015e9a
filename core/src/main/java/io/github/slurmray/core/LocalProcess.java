package io.github.slurmray.core;

import io.github.slurmray.core.internal.ProcessGroups;
import io.github.slurmray.core.internal.TailBuffer;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process in a session of its own, so that its id is also the id of its process group. */
final class LocalProcess implements HostProcess {
    private static final Logger LOG = LoggerFactory.getLogger(LocalProcess.class);

    private final String host;
    private final Command command;
    private final Process process;
    private final Consumer<LocalProcess> whenClosed;
    private final TailBuffer stderrTail;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean abandoned;
    private volatile @Nullable Thread feeder;
    private volatile @Nullable Thread stderrReader;

    LocalProcess(String host, Command command, Process process, Consumer<LocalProcess> whenClosed) {
        this.host = host;
        this.command = command;
        this.process = process;
        this.whenClosed = whenClosed;
        this.stderrTail = new TailBuffer(command.cap());
    }

    static Thread thread(String role, Runnable body) {
        Thread thread = new Thread(body, "slurmray-local-" + role);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Sends the first bytes of standard input, without waiting for the process to take them. */
    Thread feed(byte[] bytes, boolean thenClose) {
        Thread thread = thread("stdin", () -> {
            try {
                process.getOutputStream().write(bytes);
                process.getOutputStream().flush();
                if (thenClose) {
                    process.getOutputStream().close();
                }
            } catch (IOException e) {
                LOG.trace("'{}' ended without reading all of its standard input", command, e);
            }
        });
        feeder = thread;
        return thread;
    }

    /** Turns this into a process whose output the caller reads: standard error is collected from now on. */
    void stream(byte[] firstInput) {
        stderrReader = thread("stderr", this::collectStderr);
        if (firstInput.length > 0) {
            feed(firstInput, false);
        }
    }

    /** Says that nobody waits for the command any more: closing ends its group even where its shell has exited. */
    void abandon() {
        abandoned = true;
    }

    private void collectStderr() {
        byte[] bytes = new byte[8192];
        try {
            for (int n = stderr().read(bytes); n >= 0; n = stderr().read(bytes)) {
                stderrTail.add(bytes, 0, n);
            }
        } catch (IOException e) {
            LOG.trace("the standard error of '{}' was closed", command, e);
        }
    }

    @Override
    public OutputStream stdin() {
        return new FilterOutputStream(process.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                awaitFeeder();
                out.write(bytes, offset, length);
            }

            @Override
            public void write(int b) throws IOException {
                awaitFeeder();
                out.write(b);
            }

            @Override
            public void close() throws IOException {
                awaitFeeder();
                super.close();
            }
        };
    }

    private void awaitFeeder() throws IOException {
        Thread feeding = feeder;
        if (feeding != null) {
            try {
                feeding.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while '" + command + "' took its first input");
            }
        }
    }

    @Override
    public InputStream stdout() {
        return process.getInputStream();
    }

    InputStream stderr() {
        return process.getErrorStream();
    }

    int exitValue() {
        return process.exitValue();
    }

    void awaitExit(long deadline, Duration timeout) {
        try {
            if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new CommandTimeoutException(
                        host + ": '" + command + "' was still running after " + timeout, null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(host + ": interrupted while '" + command + "' ran", e);
        }
    }

    @Override
    public CommandResult await(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        awaitExit(deadline, timeout);
        try {
            // a grandchild may hold standard error open for ever: what it has said by now will do
            Thread reading = stderrReader;
            if (reading != null) {
                reading.join(Math.max(1, Math.min(1000, (deadline - System.nanoTime()) / 1_000_000)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(host + ": interrupted while '" + command + "' ran", e);
        }
        return CommandResult.exited(
                host,
                command.description(),
                process.exitValue(),
                new byte[0],
                stderrTail.bytes(),
                stderrTail.truncated());
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        whenClosed.accept(this);
        if (abandoned || process.isAlive()) {
            endGroup();
        }
        Thread feeding = feeder;
        if (feeding == null || !feeding.isAlive()) {
            // closing flushes, which would wait for a feeder that a grandchild keeps waiting
            closeQuietly(process.getOutputStream());
        }
        closeQuietly(process.getInputStream());
        closeQuietly(process.getErrorStream());
    }

    private void endGroup() {
        boolean interrupted = Thread.interrupted();
        try {
            Process end = new ProcessBuilder("/bin/sh", "-c", ProcessGroups.end(List.of(process.pid())))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!end.waitFor(LocalHost.END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{}: the process group {} of '{}' has not ended", host, process.pid(), command);
            }
        } catch (IOException e) {
            LOG.warn("{}: can't end the process group {} of '{}'", host, process.pid(), command, e);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void closeQuietly(AutoCloseable stream) {
        try {
            stream.close();
        } catch (Exception e) {
            LOG.trace("a stream was closed already", e);
        }
    }
}
