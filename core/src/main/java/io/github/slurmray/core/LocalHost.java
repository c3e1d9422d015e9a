package io.github.slurmray.core;

import io.github.slurmray.core.internal.CappedBuffer;
import io.github.slurmray.core.internal.Octal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine that this JVM runs on, as a {@link Host}: for programs that are already on a login node, and for tests.
 *
 * <p>Needs a Linux with {@code /bin/sh} and {@code setsid}. Each command gets a session of its own, so that it can be
 * ended with all its children. Safe for use by many threads. A command that a signal ended is reported as a shell
 * would: with status 128 and the signal's number, since the JVM can't tell the two apart.
 */
public final class LocalHost implements Host {
    private static final Logger LOG = LoggerFactory.getLogger(LocalHost.class);

    private static final String DECODE = "eval \"shift;$(printf %b \"$1\")\"";

    /** The time that ending a process group may take: two seconds of grace and a little. */
    static final Duration END_LIMIT = Duration.ofSeconds(4);

    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Map<String, String> environment;
    private final Path home;
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Creates the host with this JVM's environment and home directory. */
    public LocalHost() {
        this(builder());
    }

    private LocalHost(Builder builder) {
        this.home = builder.home;
        Map<String, String> all = new LinkedHashMap<>();
        all.put("HOME", home.toString());
        all.putAll(builder.environment);
        this.environment = Map.copyOf(all);
    }

    /**
     * Starts a description of a host with another environment or home directory.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return "localhost";
    }

    @Override
    public CommandResult run(Command command) {
        long begin = System.nanoTime();
        LocalProcess process = launch(command);
        try (process) {
            CappedBuffer stdout = new CappedBuffer(command.cap());
            CappedBuffer stderr = new CappedBuffer(command.cap());
            Thread output = LocalProcess.thread("stdout", () -> drain(process.stdout(), stdout));
            Thread error = LocalProcess.thread("stderr", () -> drain(process.stderr(), stderr));
            process.feed(command.stdin(), true);
            long deadline = begin + command.timeout().toNanos();
            try {
                process.awaitExit(deadline, command.timeout());
                join(output, command);
                join(error, command);
            } catch (SlurmRayException e) {
                process.abandon();
                throw e;
            }
            LOG.debug("{}: {} ended after {} ms", name(), command, (System.nanoTime() - begin) / 1_000_000);
            if (closed && process.exitValue() != 0) {
                throw new ConnectionLostException(
                        name() + ": closed while '" + command + "' ran, which was ended for that", null);
            }
            return CommandResult.exited(
                    name(),
                    command.description(),
                    process.exitValue(),
                    stdout.bytes(),
                    stderr.bytes(),
                    stdout.truncated() || stderr.truncated());
        }
    }

    private static void drain(InputStream stream, CappedBuffer into) {
        byte[] bytes = new byte[8192];
        try {
            for (int n = stream.read(bytes); n >= 0; n = stream.read(bytes)) {
                into.add(bytes, 0, n);
            }
        } catch (IOException e) {
            LOG.trace("a command's output was closed", e);
        }
    }

    // the JVM gives up a process's pipes when it has exited, so what its children say later can't be had
    private void join(Thread reader, Command command) {
        try {
            reader.join(LAST_WORDS.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(name() + ": interrupted while '" + command + "' ran", e);
        }
    }

    @Override
    public HostProcess start(Command command) {
        LocalProcess process = launch(command);
        process.stream(command.stdin());
        return process;
    }

    private LocalProcess launch(Command command) {
        checkOpen();
        // the JVM hands arguments over in the encoding of its own locale, which may not be UTF-8
        ProcessBuilder builder = Octal.isPlain(command.text())
                ? new ProcessBuilder("setsid", "/bin/sh", "-c", command.text(), "sh")
                : new ProcessBuilder("setsid", "/bin/sh", "-c", DECODE, "sh", Octal.encode(command.text()));
        builder.directory(home.toFile());
        builder.environment().putAll(environment);
        try {
            return own(new LocalProcess(name(), command, builder.start(), open::remove));
        } catch (IOException e) {
            throw new HostUnreachableException(
                    name() + ": can't start a process in " + home + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Tunnel tunnel(String targetHost, int targetPort) {
        checkOpen();
        return own(LocalTunnel.open(targetHost, targetPort, open::remove));
    }

    private <T extends AutoCloseable> T own(T resource) {
        open.add(resource);
        if (closed) {
            // too late: close it here, or a race with close() leaks it
            closeAll();
            checkOpen();
        }
        return resource;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(name() + " is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        closeAll();
    }

    // all at once: each may take the two seconds of grace that a process gets
    private void closeAll() {
        List<Thread> closing = open.stream()
                .map(resource -> LocalProcess.thread("close", () -> close(resource)))
                .toList();
        boolean interrupted = false;
        for (Thread thread : closing) {
            try {
                thread.join(END_LIMIT.toMillis());
            } catch (InterruptedException e) {
                // closing goes on in the background
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LOG.debug("{}: could not close {}", name(), resource, e);
        }
    }

    @Override
    public String toString() {
        return name();
    }

    /** Describes a {@link LocalHost}. */
    public static final class Builder {
        private final Map<String, String> environment = new LinkedHashMap<>();
        private Path home = Path.of(System.getProperty("user.home"));

        private Builder() {}

        /**
         * Adds a variable to the environment of every command, beside those of this JVM.
         *
         * @param name its name
         * @param value its value
         * @return this builder
         */
        public Builder environment(String name, String value) {
            environment.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Sets the directory that commands start in and find in {@code $HOME}; this user's home by default.
         *
         * @param home an existing directory
         * @return this builder
         * @throws IllegalArgumentException if there is no such directory
         */
        public Builder home(Path home) {
            if (!Files.isDirectory(home)) {
                throw new IllegalArgumentException("the home must be a directory, but there is none at " + home);
            }
            this.home = home.toAbsolutePath();
            return this;
        }

        /**
         * Creates the host.
         *
         * @return a host, to be closed
         */
        public LocalHost build() {
            return new LocalHost(this);
        }
    }
}
