package io.github.slurmray.testkit.internal.embedded;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;

/** A process whose standard streams are those of an SSH session. */
final class LoginProcess implements Command {
    private static final int BUFFER = 32_768;

    private final ExecutorService threads;
    private final Starter starter;
    private InputStream in = InputStream.nullInputStream();
    private OutputStream out = OutputStream.nullOutputStream();
    private OutputStream err = OutputStream.nullOutputStream();
    private @Nullable ExitCallback exit;
    private volatile @Nullable Process onTerminal;

    /** How the process is started. */
    interface Starter {
        Process start(ChannelSession channel, Environment environment) throws IOException;
    }

    LoginProcess(ExecutorService threads, Starter starter) {
        this.threads = threads;
        this.starter = starter;
    }

    /** Returns whether the client has asked for a terminal, and its key may have one. */
    static boolean onTerminal(ChannelSession channel, Environment environment) {
        return environment.getEnv().containsKey(Environment.ENV_LINES)
                && Permits.of(channel.getSession()).terminal();
    }

    @Override
    public void setInputStream(InputStream stream) {
        in = stream;
    }

    @Override
    public void setOutputStream(OutputStream stream) {
        out = stream;
    }

    @Override
    public void setErrorStream(OutputStream stream) {
        err = stream;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) throws IOException {
        Process process = starter.start(channel, environment);
        if (onTerminal(channel, environment)) {
            onTerminal = process;
        }
        threads.execute(() -> copy(in, process.getOutputStream(), true));
        CompletableFuture<Void> output =
                CompletableFuture.runAsync(() -> copy(process.getInputStream(), out, false), threads);
        CompletableFuture<Void> error =
                CompletableFuture.runAsync(() -> copy(process.getErrorStream(), err, false), threads);
        threads.execute(() -> {
            try {
                int status = process.waitFor();
                output.join();
                error.join();
                if (exit != null) {
                    exit.onExit(status);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void copy(InputStream from, OutputStream to, boolean toProcess) {
        byte[] bytes = new byte[BUFFER];
        try {
            for (int n = from.read(bytes); n >= 0; n = from.read(bytes)) {
                to.write(bytes, 0, n);
                to.flush();
            }
        } catch (IOException e) {
            // one side has gone: nothing more to copy
            if (!toProcess) {
                // a process that goes on writing shall notice, as with sshd
                close(from);
            }
        }
        if (toProcess) {
            close(to);
        }
    }

    private static void close(Closeable stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // it was closed already
        }
    }

    @Override
    public void destroy(ChannelSession channel) {
        // sshd lets a process live when its channel goes, but not a terminal, which hangs up on what runs there
        Process process = onTerminal;
        if (process != null) {
            process.destroy();
        }
    }
}
