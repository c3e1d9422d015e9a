package io.github.slurmray.slurm;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.CommandTimeoutException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostProcess;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.Tunnel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** This machine, or what a prefix such as ssh leads to, as far as these tests need a host. */
final class ShellHost implements Host {
    private final String name;
    private final List<String> prefix;
    private final Map<String, String> environment;
    private final Path home;

    ShellHost(String name, List<String> prefix, Map<String, String> environment, Path home) {
        this.name = name;
        this.prefix = prefix;
        this.environment = environment;
        this.home = home;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CommandResult run(Command command) {
        try {
            Path out = Files.createTempFile("out", null);
            Path err = Files.createTempFile("err", null);
            List<String> words = new ArrayList<>(prefix);
            words.add(command.text());
            ProcessBuilder builder = new ProcessBuilder(words)
                    .directory(home.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(command.stdin());
            } catch (IOException e) {
                // it ended without reading
            }
            if (!process.waitFor(command.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new CommandTimeoutException(command + " on " + name + ": timeout", null);
            }
            CommandResult result = CommandResult.exited(
                    name,
                    command.description(),
                    process.exitValue(),
                    Files.readAllBytes(out),
                    Files.readAllBytes(err),
                    false);
            Files.delete(out);
            Files.delete(err);
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(command + " on " + name, e);
        }
    }

    @Override
    public HostProcess start(Command command) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Tunnel tunnel(String targetHost, int targetPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
