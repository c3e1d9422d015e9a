package io.github.slurmray.core;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A port on the loopback whose connections are carried on to a target, two threads for each. */
final class LocalTunnel implements Tunnel {
    private static final Logger LOG = LoggerFactory.getLogger(LocalTunnel.class);
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int CONNECT_MILLIS = 10_000;
    private static final int PORT_FREED_MILLIS = 1_000;

    private final ServerSocket listener;
    private final String targetHost;
    private final int targetPort;
    private final Consumer<LocalTunnel> whenClosed;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final CountDownLatch accepting = new CountDownLatch(1);

    private LocalTunnel(ServerSocket listener, String targetHost, int targetPort, Consumer<LocalTunnel> whenClosed) {
        this.listener = listener;
        this.targetHost = targetHost;
        this.targetPort = targetPort;
        this.whenClosed = whenClosed;
    }

    static LocalTunnel open(String targetHost, int targetPort, Consumer<LocalTunnel> whenClosed) {
        try {
            ServerSocket listener = new ServerSocket(0, 128, InetAddress.getByAddress(LOOPBACK));
            LocalTunnel tunnel = new LocalTunnel(listener, targetHost, targetPort, whenClosed);
            LocalProcess.thread("tunnel-" + listener.getLocalPort(), tunnel::accept);
            return tunnel;
        } catch (IOException e) {
            throw new TunnelException("can't open a port on the loopback: " + e.getMessage(), e);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket near = own(listener.accept());
                LocalProcess.thread("tunnel-" + near.getPort(), () -> carry(near));
            }
        } catch (IOException e) {
            LOG.trace("the tunnel to {}:{} accepts no more", targetHost, targetPort, e);
        } finally {
            accepting.countDown();
        }
    }

    private void carry(Socket near) {
        try (near;
                Socket far = own(connect())) {
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            Thread back = LocalProcess.thread("tunnel-" + near.getPort() + "-back", () -> copy(far, near));
            copy(near, far);
            back.join();
            sockets.remove(far);
        } catch (IOException e) {
            LOG.debug("a connection to {}:{} can't be carried: {}", targetHost, targetPort, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(near);
        }
    }

    private Socket connect() throws IOException {
        IOException failure = new IOException(targetHost + " has no address");
        for (InetAddress address : InetAddress.getAllByName(targetHost)) {
            Socket far = new Socket();
            try {
                far.connect(new InetSocketAddress(address, targetPort), CONNECT_MILLIS);
                return far;
            } catch (IOException e) {
                far.close();
                failure = e;
            }
        }
        throw failure;
    }

    private static void copy(Socket from, Socket to) {
        byte[] bytes = new byte[32_768];
        try {
            for (int n = from.getInputStream().read(bytes);
                    n >= 0;
                    n = from.getInputStream().read(bytes)) {
                to.getOutputStream().write(bytes, 0, n);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            LOG.trace("a carried connection broke", e);
            reset(from);
            reset(to);
        }
    }

    // a broken connection must not look like the end of the stream
    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            LOG.trace("a socket was closed already", e);
        }
    }

    private Socket own(Socket socket) {
        sockets.add(socket);
        if (closed.get()) {
            reset(socket);
            sockets.remove(socket);
        }
        return socket;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @Override
    public State state() {
        return closed.get() ? State.CLOSED : State.UP;
    }

    @Override
    public CompletionStage<Void> whenClosed() {
        return end.minimalCompletionStage();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            listener.close();
        } catch (IOException e) {
            LOG.debug("can't close the port of the tunnel to {}:{}", targetHost, targetPort, e);
        }
        awaitFreePort();
        sockets.forEach(LocalTunnel::reset);
        whenClosed.accept(this);
        end.complete(null);
    }

    // the kernel keeps the port open until the thread that waits for a connection has left its call
    private void awaitFreePort() {
        try {
            if (!accepting.await(PORT_FREED_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.debug("the port of the tunnel to {}:{} isn't free yet", targetHost, targetPort);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "tunnel " + listener.getLocalPort() + " to " + targetHost + ":" + targetPort;
    }
}
