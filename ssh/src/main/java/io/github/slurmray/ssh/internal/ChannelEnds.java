package io.github.slurmray.ssh.internal;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.sshd.client.channel.AbstractClientChannel;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.io.IoOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * How a channel of ours begins, is written to, and ends. The channels descend from different ones of MINA's, so each
 * has one of these. Safe for use by many threads.
 */
final class ChannelEnds {
    private final AbstractClientChannel channel;
    private final CompletableFuture<Void> openness = new CompletableFuture<>();
    private final ChannelInput input = new ChannelInput();
    private volatile boolean answered;

    ChannelEnds(AbstractClientChannel channel) {
        this.channel = channel;
    }

    /** Asks the server for the channel and returns at once; a refusal is told to {@code refused}. */
    void begin(Runnable refused) throws IOException {
        channel.open().addListener(f -> {
            if (f.getException() != null) {
                refused.run();
            }
        });
    }

    /** Completes when the channel is open, exceptionally if the server has refused it or it ended before. */
    CompletableFuture<Void> openness() {
        return openness;
    }

    ChannelInput input() {
        return input;
    }

    /** The server has opened the channel. */
    void opened() {
        openness.complete(null);
        input.open(channel.getAsyncIn());
    }

    /** Makes room for as much to come as has gone. */
    void release(long bytes) throws IOException {
        if (!channel.isClosing()) {
            channel.getLocalWindow().release(bytes);
        }
    }

    /** Ends the channel without waiting for the server: what wasn't taken yet is dropped. */
    void abandon() {
        dropWrites();
        channel.close(false);
    }

    /** The server has closed the channel itself, so that everything it had to say has come. */
    void answer() {
        answered = true;
        dropWrites();
    }

    boolean answered() {
        return answered;
    }

    // MINA's close would wait for a write that waits for room
    private void dropWrites() {
        IoOutputStream writes = channel.getAsyncIn();
        if (writes != null) {
            writes.close(true);
        }
    }

    /**
     * The channel has ended. May be called with every way to end, by whichever thread, and before {@link #begin} has
     * returned: what is said comes from the channel's state, not from who came first.
     *
     * @param answer what the server said to the wish for a channel, if it was asked
     * @return why it refused, or null
     */
    @Nullable Throwable finish(@Nullable OpenFuture answer) {
        Throwable refusal = answer == null ? null : answer.getException();
        IOException closed = new IOException("the channel was closed");
        input.fail(closed, answered);
        openness.completeExceptionally(refusal == null ? closed : refusal);
        return refusal;
    }
}
