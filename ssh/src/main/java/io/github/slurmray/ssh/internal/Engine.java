package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.CommandTimeoutException;
import io.github.slurmray.core.ConnectionLostException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostProcess;
import io.github.slurmray.core.HostUnreachableException;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.Tunnel;
import io.github.slurmray.core.internal.CappedBuffer;
import io.github.slurmray.core.internal.TailBuffer;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link Host} over one connection at a time. */
public final class Engine implements Host {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    private final Endpoint endpoint;
    private final Link link;
    private final Set<RemoteCommand> running = ConcurrentHashMap.newKeySet();
    private final Tunnels tunnels;

    /**
     * Creates the host; opens nothing.
     *
     * @param settings what its connections are made from
     */
    public Engine(Settings settings) {
        this.endpoint = settings.endpoint();
        this.tunnels = new Tunnels(settings, this::link);
        this.link = new Link(settings, tunnels::connectionLost);
    }

    private Link link() {
        return link;
    }

    /** Opens the connection if there is none. */
    public void connect() {
        link.get();
    }

    @Override
    public String name() {
        return endpoint.toString();
    }

    @Override
    public CommandResult run(Command command) {
        CappedBuffer stdout = new CappedBuffer(command.cap());
        CappedBuffer stderr = new CappedBuffer(command.cap());
        link.get();
        long deadline = System.nanoTime() + command.timeout().toNanos();
        RemoteCommand remote = begin(command, deadline, connection -> {
            RemoteCommand fresh = new RemoteCommand(endpoint, connection, command, keep(stdout), keep(stderr));
            fresh.channel().input().feed(command.stdin(), true);
            return fresh;
        });
        try {
            remote.await(deadline);
        } catch (TimeoutException e) {
            Waits.atMost(Waits.ENDING, remote.end());
            throw new CommandTimeoutException(
                    name() + ": '" + command + "' was still running after " + command.timeout()
                            + "; its process group was ended",
                    e);
        } catch (InterruptedException e) {
            Waits.atMost(Waits.ENDING, remote.end());
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(name() + ": interrupted while '" + command + "' ran", e);
        } catch (ExecutionException e) {
            throw remote.lost();
        }
        LOG.debug("{}: '{}' ended after {} ms", endpoint, command, remote.millis());
        CommandResult result = remote.result(stdout.bytes(), stderr.bytes(), stdout.truncated() || stderr.truncated());
        if (!result.ok() && link.isClosed()) {
            throw new ConnectionLostException(
                    name() + ": closed while '" + command + "' ran, which was ended for that", null);
        }
        return result;
    }

    private static Sink keep(CappedBuffer buffer) {
        return (bytes, offset, length) -> {
            buffer.add(bytes, offset, length);
            return length;
        };
    }

    @Override
    public HostProcess start(Command command) {
        link.get();
        long deadline = System.nanoTime() + command.timeout().toNanos();
        Pipe stdout = new Pipe();
        TailBuffer stderr = new TailBuffer(command.cap());
        RemoteCommand remote = begin(command, deadline, connection -> {
            RemoteCommand fresh = new RemoteCommand(endpoint, connection, command, stdout, (bytes, offset, length) -> {
                stderr.add(bytes, offset, length);
                return length;
            });
            stdout.makesRoomIn(fresh.channel()::release);
            fresh.channel().whenEof(stdout::end);
            if (command.stdin().length > 0) {
                fresh.channel().input().feed(command.stdin(), false);
            }
            return fresh;
        });
        ExecChannel channel = remote.channel();
        Waits.after(channel.done(), () -> {
            if (channel.answered()) {
                stdout.end();
            } else {
                stdout.fail(name() + ": the connection broke while '" + command + "' ran", remote.lost());
            }
            LOG.debug("{}: '{}' ended after {} ms", endpoint, command, remote.millis());
        });
        return new SshProcess(endpoint, command, remote, stdout, stderr);
    }

    /** Gets a session for the command, and its channel open, however often the server must be asked. */
    private RemoteCommand begin(Command command, long deadline, Function<Connection, RemoteCommand> make) {
        boolean again = true;
        while (true) {
            Connection connection = link.get();
            Slots slots = connection.slots();
            await(command, deadline, slots);
            RemoteCommand remote;
            try {
                remote = make.apply(connection);
            } catch (RuntimeException e) {
                slots.release();
                throw e;
            }
            try {
                remote.begin();
            } catch (IOException e) {
                slots.release();
                if (again && !connection.isOpen()) {
                    // nothing was sent: the connection had broken unnoticed
                    again = false;
                    continue;
                }
                throw remote.lost();
            }
            running.add(remote);
            Throwable refusal = awaitOpen(remote, deadline, command, slots);
            if (refusal == null) {
                Waits.after(remote.channel().done(), () -> {
                    running.remove(remote);
                    slots.release();
                });
                if (link.isClosed()) {
                    Waits.atMost(Waits.ENDING, remote.end());
                    throw new IllegalStateException(name() + " is closed");
                }
                return remote;
            }
            running.remove(remote);
            if (!(refusal instanceof SshChannelOpenException)) {
                slots.release();
                throw remote.lost();
            }
            if (!slots.shrink()) {
                throw new HostUnreachableException(
                        name() + ": the server opens no session for commands: " + refusal.getMessage()
                                + ". Check that the account may run commands (MaxSessions in sshd_config is not 0).",
                        refusal);
            }
            LOG.info("{}: the server allows fewer sessions than asked for; going on with fewer", endpoint);
        }
    }

    private void await(Command command, long deadline, Slots slots) {
        try {
            if (!slots.acquire(deadline - System.nanoTime())) {
                throw new CommandTimeoutException(
                        name() + ": '" + command + "' was not begun: all sessions of the connection ("
                                + slots.limit() + ") were in use for " + command.timeout()
                                + ". Run fewer commands at once; if there is room for less than 8, that is MaxSessions in"
                                + " the server's sshd_config.",
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(name() + ": interrupted before '" + command + "' began", e);
        }
    }

    /** Returns null once the channel is open, or why it was refused. */
    private @Nullable Throwable awaitOpen(RemoteCommand remote, long deadline, Command command, Slots slots) {
        try {
            remote.channel().opened().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause() == null ? e : e.getCause();
        } catch (TimeoutException e) {
            giveUp(remote, slots);
            throw new CommandTimeoutException(
                    name() + ": '" + command + "' got no answer from the server within " + command.timeout(), e);
        } catch (InterruptedException e) {
            giveUp(remote, slots);
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(name() + ": interrupted while '" + command + "' began", e);
        }
    }

    // it may still be opened, and then runs: whatever becomes of it is ended, and its slot is freed after that
    private void giveUp(RemoteCommand remote, Slots slots) {
        Waits.after(remote.channel().done(), () -> {
            running.remove(remote);
            slots.release();
        });
        Waits.atMost(Waits.ENDING, remote.end());
    }

    @Override
    public Tunnel tunnel(String targetHost, int targetPort) {
        return tunnels.open(targetHost, targetPort);
    }

    /** Ends what runs, cuts the tunnels and closes the connection. Waits for a few seconds at most. */
    @Override
    public void close() {
        if (!link.shut()) {
            return;
        }
        tunnels.close();
        List<CompletableFuture<Void>> ends =
                running.stream().map(RemoteCommand::end).toList();
        Waits.atMost(Waits.ENDING, CompletableFuture.allOf(ends.toArray(new CompletableFuture<?>[0])));
        link.close();
    }
}
