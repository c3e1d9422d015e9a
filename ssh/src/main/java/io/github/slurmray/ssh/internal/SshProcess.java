package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.CommandTimeoutException;
import io.github.slurmray.core.HostProcess;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.internal.TailBuffer;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A running command whose streams are open. */
final class SshProcess implements HostProcess {
    private final Endpoint endpoint;
    private final Command command;
    private final RemoteCommand remote;
    private final Pipe stdout;
    private final TailBuffer stderr;
    private final StdinStream stdin;
    private final AtomicBoolean closed = new AtomicBoolean();

    SshProcess(Endpoint endpoint, Command command, RemoteCommand remote, Pipe stdout, TailBuffer stderr) {
        this.endpoint = endpoint;
        this.command = command;
        this.remote = remote;
        this.stdout = stdout;
        this.stderr = stderr;
        this.stdin = new StdinStream(remote.channel().input());
    }

    @Override
    public OutputStream stdin() {
        return stdin;
    }

    @Override
    public InputStream stdout() {
        return stdout;
    }

    @Override
    public CommandResult await(Duration timeout) {
        try {
            remote.await(System.nanoTime() + timeout.toNanos());
            return remote.result(new byte[0], stderr.bytes(), stderr.truncated());
        } catch (TimeoutException e) {
            throw new CommandTimeoutException(endpoint + ": '" + command + "' was still running after " + timeout, e);
        } catch (ExecutionException e) {
            throw remote.lost();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(endpoint + ": interrupted while '" + command + "' ran", e);
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (!remote.channel().done().isDone()) {
            Waits.atMost(Waits.ENDING, remote.end());
        }
        stdout.fail("the process is closed", null);
    }
}
