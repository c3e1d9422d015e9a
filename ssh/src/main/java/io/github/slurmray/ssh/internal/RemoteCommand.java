package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.ConnectionLostException;
import io.github.slurmray.core.ProtocolException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One command on its way through one connection. */
final class RemoteCommand {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteCommand.class);
    private static final Duration MARKER_LIMIT = Duration.ofSeconds(2);

    private final Endpoint endpoint;
    private final Connection connection;
    private final Command command;
    private final Unframer out;
    private final Unframer err;
    private final ExecChannel channel;
    private final CompletableFuture<Long> group = new CompletableFuture<>();
    private final long begin = System.nanoTime();

    RemoteCommand(Endpoint endpoint, Connection connection, Command command, Sink stdout, Sink stderr) {
        this.endpoint = endpoint;
        this.connection = connection;
        this.command = command;
        Frame frame = new Frame();
        this.out = new Unframer(frame.outMarker(), this::begun, stdout);
        this.err = new Unframer(frame.errMarker(), note -> {}, stderr);
        this.channel = new ExecChannel(frame.request(command.text()), out, err);
    }

    private void begun(String pid) {
        try {
            group.complete(Long.parseLong(pid));
        } catch (NumberFormatException e) {
            group.completeExceptionally(e);
        }
    }

    /** Sends the request off. */
    void begin() throws IOException {
        connection.register(channel);
        channel.begin();
    }

    ExecChannel channel() {
        return channel;
    }

    long millis() {
        return (System.nanoTime() - begin) / 1_000_000;
    }

    /**
     * Waits for the end, in whatever way it comes.
     *
     * @throws ExecutionException if the server refused the channel
     */
    void await(long deadline) throws InterruptedException, TimeoutException, ExecutionException {
        channel.done().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    /**
     * Returns how the command ended.
     *
     * @throws ConnectionLostException if that can't be known
     * @throws ProtocolException if it was never begun
     */
    CommandResult result(byte[] stdout, byte[] stderr, boolean truncated) {
        if (!channel.answered()) {
            throw lost();
        }
        Integer status = channel.getExitStatus();
        String signal = channel.getExitSignal();
        if (!out.seen()) {
            throw notBegun(status);
        }
        if (signal != null) {
            // a signal that RFC 4254 doesn't name is called such as USR3@openssh.com
            String name = signal.replaceFirst("@.*", "");
            return CommandResult.killed(endpoint.toString(), command.description(), name, stdout, stderr, truncated);
        }
        if (status == null) {
            throw lost();
        }
        return CommandResult.exited(endpoint.toString(), command.description(), status, stdout, stderr, truncated);
    }

    /** Explains why nothing is known of the end. */
    ConnectionLostException lost() {
        Throwable cause = connection.lossCause();
        return new ConnectionLostException(
                endpoint + ": the connection broke after " + millis() + " ms of '" + command
                        + "', so it isn't known whether that took effect"
                        + (cause == null ? "" : ": " + cause.getMessage()),
                cause);
    }

    private ProtocolException notBegun(@Nullable Integer status) {
        String said = (out.noise() + "\n" + err.noise()).strip();
        return new ProtocolException(
                endpoint + ": the login shell did not run '" + command + "'"
                        + (status == null ? "" : ", it exited with status " + status)
                        + (said.isEmpty() ? ", and said nothing" : ", and said: " + said)
                        + ". Check that the account may run commands, and that no start-up file of its shell exits or"
                        + " reads standard input.",
                null);
    }

    /**
     * Ends the command's process group, and gives the channel up. Returns at once; what it returns completes when the
     * group has ended, or has been told to and the connection can't tell more.
     */
    CompletableFuture<Void> end() {
        if (!connection.isOpen()) {
            channel.abandon();
            return CompletableFuture.completedFuture(null);
        }
        return group.copy()
                .orTimeout(MARKER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .thenCompose(connection.killer()::end)
                .exceptionally(e -> {
                    LOG.debug("{}: '{}' can't be ended by its process group: {}", endpoint, command, e.toString());
                    // its shell has not got as far as to tell its id: newer servers can signal it all the same
                    signal("TERM");
                    signal("KILL");
                    return null;
                })
                .whenComplete((done, e) -> channel.abandon());
    }

    private void signal(String name) {
        try {
            Buffer buffer = channel.getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_REQUEST);
            buffer.putUInt(channel.getRecipient());
            buffer.putString("signal");
            buffer.putBoolean(false);
            buffer.putString(name);
            channel.writePacket(buffer);
        } catch (IOException e) {
            LOG.debug("{}: can't signal '{}': {}", endpoint, command, e.getMessage());
        }
    }
}
