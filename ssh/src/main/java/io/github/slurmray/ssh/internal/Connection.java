package io.github.slurmray.ssh.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.session.ConnectionService;
import org.jspecify.annotations.Nullable;

/** An authenticated SSH connection. Safe for use by many threads. */
final class Connection {
    private final ClientSession session;
    private final Attempt attempt;
    private final Slots slots = new Slots();
    private final Killer killer = new Killer(this);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    Connection(ClientSession session, Attempt attempt) {
        this.session = session;
        this.attempt = attempt;
        session.addCloseFutureListener(f -> ended.complete(null));
    }

    boolean isOpen() {
        return session.isOpen() && !session.isClosing();
    }

    /** Completes when the connection has ended. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Why the connection broke, as far as it is known. */
    @Nullable Throwable lossCause() {
        return attempt.error();
    }

    Slots slots() {
        return slots;
    }

    Killer killer() {
        return killer;
    }

    /** Makes the channel one of this connection's; it is not yet open. */
    void register(Channel channel) throws IOException {
        ConnectionService service = session.getService(ConnectionService.class);
        try {
            service.registerChannel(channel);
        } catch (IllegalStateException e) {
            // the session is being closed at this moment
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Says goodbye, waits a little, and closes. */
    void close(Duration patience) {
        try {
            session.close(false).await(patience);
        } catch (IOException e) {
            attempt.failed(e);
        }
        session.close(true);
    }
}
