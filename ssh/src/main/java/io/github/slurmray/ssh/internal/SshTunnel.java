package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.core.Tunnel;
import io.github.slurmray.core.TunnelException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port on the loopback whose connections are carried through a {@link Link}. One thread serves all of them.
 *
 * <p>UP while the link has a connection, RECONNECTING while it has none, CLOSED after {@link #close()}, or when
 * connecting again is pointless. The port stays bound until then. When the connection breaks, the connections carried
 * are reset; new ones wait for the next connection, and are reset if there is none.
 */
final class SshTunnel implements Tunnel {
    private static final Logger LOG = LoggerFactory.getLogger(SshTunnel.class);
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int BACKLOG = 128;

    private final Link link;
    private final SshdSocketAddress target;
    private final Selector selector;
    private final ServerSocketChannel listener;
    private final InetSocketAddress address;
    private final Runnable whenGone;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Set<Relay> relays = new HashSet<>();
    private final Thread thread;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final Executor loop = this::execute;
    private volatile boolean closed;
    private volatile @Nullable SlurmRayException reason;

    private SshTunnel(
            Link link, SshdSocketAddress target, Selector selector, ServerSocketChannel listener, Runnable whenGone)
            throws IOException {
        this.link = link;
        this.target = target;
        this.selector = selector;
        this.listener = listener;
        this.whenGone = whenGone;
        this.address = (InetSocketAddress) listener.getLocalAddress();
        this.thread = new Thread(this::serve, "slurmray-tunnel-" + address.getPort());
        thread.setDaemon(true);
    }

    /**
     * Binds the port and begins to serve it.
     *
     * @throws TunnelException if no port can be bound
     */
    static SshTunnel open(Link link, String host, int port, java.util.function.Consumer<SshTunnel> whenGone) {
        try {
            Selector selector = Selector.open();
            ServerSocketChannel listener = ServerSocketChannel.open();
            listener.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0), BACKLOG);
            listener.configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            SshTunnel[] self = new SshTunnel[1];
            self[0] = new SshTunnel(
                    link, new SshdSocketAddress(host, port), selector, listener, () -> whenGone.accept(self[0]));
            self[0].thread.start();
            return self[0];
        } catch (IOException e) {
            throw new TunnelException("can't open a port on the loopback: " + e.getMessage(), e);
        }
    }

    private void serve() {
        try {
            while (!closed) {
                selector.select();
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    serve(key);
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} ends, for a reason that is a defect", this, e);
            reason = new TunnelException(this + " failed: " + e.getMessage(), e);
        } finally {
            closed = true;
            release();
        }
    }

    private void serve(SelectionKey key) throws IOException {
        if (key.attachment() instanceof Relay relay) {
            relay.ready();
            return;
        }
        if (key.isValid() && key.isAcceptable()) {
            SocketChannel socket = listener.accept();
            if (socket != null) {
                accept(socket);
            }
        }
    }

    private void accept(SocketChannel socket) throws IOException {
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = socket.register(selector, 0);
        Relay[] self = new Relay[1];
        Relay relay = new Relay(socket, key, loop, () -> relays.remove(self[0]));
        self[0] = relay;
        key.attach(relay);
        relays.add(relay);
        SshdSocketAddress origin = new SshdSocketAddress((InetSocketAddress) socket.getRemoteAddress());
        connect(relay, origin);
    }

    private void connect(Relay relay, SshdSocketAddress origin) {
        TunnelChannel channel = new TunnelChannel(origin, target, relay);
        CompletableFuture<Connection> connection;
        try {
            connection = link.connect();
        } catch (IllegalStateException e) {
            relay.cut(e.getMessage());
            return;
        }
        Waits.after(
                connection.thenCompose(c -> begin(c, channel)),
                e -> execute(() -> {
                    if (e == null) {
                        relay.carry(channel);
                    } else {
                        relay.cut(e.getMessage());
                    }
                }));
    }

    private static CompletableFuture<Void> begin(Connection connection, TunnelChannel channel) {
        try {
            connection.register(channel);
            return channel.begin();
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private void execute(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    @Override
    public InetSocketAddress localAddress() {
        return address;
    }

    @Override
    public State state() {
        if (closed) {
            return State.CLOSED;
        }
        return link.ifOpen() == null ? State.RECONNECTING : State.UP;
    }

    @Override
    public CompletionStage<Void> whenClosed() {
        return end.minimalCompletionStage();
    }

    /** Closes it for a reason that {@link #whenClosed()} gives. */
    void giveUp(SlurmRayException why) {
        reason = why;
        stop();
    }

    private void stop() {
        closed = true;
        selector.wakeup();
    }

    @Override
    public void close() {
        stop();
        if (Thread.currentThread() != thread) {
            Waits.atMost(Waits.ENDING, end);
        }
    }

    // on the tunnel's own thread, as its last act
    private void release() {
        for (Relay relay : Set.copyOf(relays)) {
            relay.cut("the tunnel is closed");
        }
        try {
            listener.close();
            selector.close();
        } catch (IOException e) {
            LOG.debug("{}: can't close its port", this, e);
        }
        whenGone.run();
        SlurmRayException why = reason;
        if (why == null) {
            end.complete(null);
        } else {
            end.completeExceptionally(why);
        }
    }

    @Override
    public String toString() {
        return "tunnel from " + address.getPort() + " to " + target.getHostName() + ":" + target.getPort();
    }
}
