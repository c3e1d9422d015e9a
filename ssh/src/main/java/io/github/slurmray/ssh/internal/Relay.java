package io.github.slurmray.ssh.internal;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one local connection over one channel: both directions at their own pace, each ended for itself.
 *
 * <p>All of it happens on the tunnel's one thread, which never waits: the next bytes are read from the socket when the
 * channel has taken the last, and the channel gets room when the socket has taken its bytes.
 */
final class Relay implements TunnelChannel.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final int BUFFER = 64 << 10;

    // how long a client that doesn't read may go on sending to a service that has gone
    private static final Duration LINGER = Duration.ofSeconds(5);

    private final SocketChannel socket;
    private final SelectionKey key;
    private final Executor loop;
    private final Runnable whenClosed;
    private final ByteBuffer upward = ByteBuffer.allocate(BUFFER);
    private final Deque<ByteBuffer> downward = new ArrayDeque<>();
    private @Nullable TunnelChannel channel;
    private boolean upEnded;
    private boolean downEnding;
    private boolean downEnded;
    private boolean channelClosed;
    private boolean dropping;
    private long droppingSince;
    private boolean closed;

    Relay(SocketChannel socket, SelectionKey key, Executor loop, Runnable whenClosed) {
        this.socket = socket;
        this.key = key;
        this.loop = loop;
        this.whenClosed = whenClosed;
    }

    /** Begins to carry, now that the channel is open. */
    void carry(TunnelChannel open) {
        channel = open;
        if (closed) {
            open.abandon();
            return;
        }
        interest(SelectionKey.OP_READ, true);
        advance();
    }

    /** Called when the socket can be read or written. */
    void ready() {
        try {
            if (key.isValid() && key.isReadable()) {
                readSocket();
            }
            if (key.isValid() && key.isWritable()) {
                advance();
            }
        } catch (IOException e) {
            cut(e.getMessage());
        }
    }

    private void readSocket() throws IOException {
        TunnelChannel to = channel;
        if (to == null) {
            return;
        }
        upward.clear();
        int n = socket.read(upward);
        if (n == 0) {
            return;
        }
        if (channelClosed) {
            drop(n);
            return;
        }
        interest(SelectionKey.OP_READ, false);
        boolean end = n < 0;
        byte[] bytes = end ? new byte[0] : Arrays.copyOf(upward.array(), n);
        Waits.after(to.input().send(bytes, end), e -> loop.execute(() -> sent(to, end, e)));
    }

    private void sent(TunnelChannel to, boolean end, @Nullable Throwable e) {
        if (closed || channelClosed) {
            return;
        }
        if (e != null) {
            // a service that took no more may have said why: that its channel has ended comes next
            if (!to.answered()) {
                cut(e.getMessage());
            }
        } else if (end) {
            upEnded = true;
            closeIfDone();
        } else {
            interest(SelectionKey.OP_READ, true);
        }
    }

    /**
     * Drops what the client sends to a service that has gone: a socket that is closed with bytes unread takes from its
     * client what that hasn't read yet. Who only sends finds out as well, a little later; who does nothing keeps the
     * socket, as it would without a tunnel.
     */
    private void drop(int n) {
        if (n < 0) {
            upEnded = true;
            interest(SelectionKey.OP_READ, false);
            closeIfDone();
        } else if (!dropping) {
            dropping = true;
            droppingSince = System.nanoTime();
        } else if (System.nanoTime() - droppingSince > LINGER.toNanos()) {
            cut("the service has gone");
        }
    }

    @Override
    public void data(byte[] bytes) {
        loop.execute(() -> {
            if (!closed) {
                downward.add(ByteBuffer.wrap(bytes));
                advance();
            }
        });
    }

    @Override
    public void end() {
        loop.execute(() -> {
            downEnding = true;
            advance();
        });
    }

    @Override
    public void closed(boolean duly) {
        loop.execute(() -> {
            channelClosed = true;
            if (duly) {
                downEnding = true;
                interest(SelectionKey.OP_READ, !upEnded);
                advance();
            } else {
                cut("the connection broke");
            }
        });
    }

    /** Writes to the socket what it takes. */
    private void advance() {
        if (closed || channel == null) {
            return;
        }
        try {
            long written = 0;
            while (!downward.isEmpty()) {
                ByteBuffer first = downward.peek();
                written += socket.write(first);
                if (first.hasRemaining()) {
                    break;
                }
                downward.remove();
            }
            if (written > 0) {
                dropping = false;
                channel.release(written);
            }
            interest(SelectionKey.OP_WRITE, !downward.isEmpty());
            if (downward.isEmpty() && downEnding && !downEnded) {
                downEnded = true;
                socket.shutdownOutput();
            }
            closeIfDone();
        } catch (IOException e) {
            cut(e.getMessage());
        }
    }

    private void closeIfDone() {
        if (downEnded && upEnded) {
            close();
        }
    }

    /** Ends it in a way that can't be taken for the end of the stream: with a reset. */
    void cut(@Nullable String why) {
        if (closed) {
            return;
        }
        LOG.debug("a carried connection is cut: {}", why);
        try {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            LOG.trace("the socket was closed already", e);
        }
        close();
    }

    private void close() {
        if (closed) {
            return;
        }
        closed = true;
        downward.clear();
        key.cancel();
        try {
            socket.close();
        } catch (IOException e) {
            LOG.trace("the socket was closed already", e);
        }
        if (channel != null) {
            channel.abandon();
        }
        whenClosed.run();
    }

    private void interest(int operation, boolean wanted) {
        if (key.isValid()) {
            int now = key.interestOps();
            key.interestOps(wanted ? now | operation : now & ~operation);
        }
    }
}
