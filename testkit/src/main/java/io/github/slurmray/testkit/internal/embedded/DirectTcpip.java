package io.github.slurmray.testkit.internal.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.channel.ChannelOutputStream;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.apache.sshd.server.channel.AbstractServerChannel;
import org.apache.sshd.server.forward.TcpForwardingFilter;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a connection that a client forwards, as sshd has it: each direction ends for itself. MINA's own
 * gives up both when the target ends one.
 */
final class DirectTcpip implements ChannelFactory, AutoCloseable {
    private static final int CONNECT_MILLIS = 5000;
    private static final int BUFFER = 32_768;

    private final ExecutorService threads;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Makes connections that are served by the given threads, one for each of them at a time. */
    DirectTcpip(ExecutorService threads) {
        this.threads = threads;
    }

    @Override
    public String getName() {
        return TcpForwardingFilter.Type.Direct.getName();
    }

    @Override
    public Channel createChannel(Session session) {
        return new Connection();
    }

    /** Gives up what is left of all connections, such as what their targets don't read. */
    @Override
    public void close() {
        open.forEach(DirectTcpip::close);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Connection extends AbstractServerChannel {
        private final Socket socket = new Socket();
        private final ExecutorService writer =
                Executors.newSingleThreadExecutor(r -> Machine.daemon(r, "slurmray-embedded-forward"));
        private @Nullable ChannelOutputStream out;
        private boolean fromTargetEnded;
        private boolean toTargetEnded;

        Connection() {
            super("direct-tcpip", List.of(), null);
        }

        @Override
        protected OpenFuture doInit(Buffer buffer) {
            SshdSocketAddress target = new SshdSocketAddress(buffer.getString(), buffer.getInt());
            OpenFuture opened = new DefaultOpenFuture(this, this);
            out = new ChannelOutputStream(this, getRemoteWindow(), log, SshConstants.SSH_MSG_CHANNEL_DATA, true);
            threads.execute(() -> connect(target, opened));
            return opened;
        }

        private void connect(SshdSocketAddress target, OpenFuture opened) {
            try {
                TcpForwardingFilter filter = getSession().getFactoryManager().getTcpForwardingFilter();
                if (!filter.canConnect(TcpForwardingFilter.Type.Direct, target, getSession())) {
                    refuse(SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED, "not permitted", opened);
                    return;
                }
                open.add(socket);
                socket.connect(target.toInetSocketAddress(), CONNECT_MILLIS);
                signalChannelOpenSuccess();
                opened.setOpened();
            } catch (IOException | IllegalArgumentException e) {
                // the latter if the port is none
                refuse(SshConstants.SSH_OPEN_CONNECT_FAILED, String.valueOf(e.getMessage()), opened);
                return;
            }
            pump();
        }

        private void refuse(int reason, String text, OpenFuture opened) {
            SshChannelOpenException refused = new SshChannelOpenException(getChannelId(), reason, text);
            signalChannelOpenFailure(refused);
            opened.setException(refused);
        }

        private void pump() {
            byte[] bytes = new byte[BUFFER];
            try (OutputStream to = Objects.requireNonNull(out)) {
                InputStream from = socket.getInputStream();
                for (int n = from.read(bytes); n >= 0; n = from.read(bytes)) {
                    to.write(bytes, 0, n);
                    to.flush();
                }
            } catch (IOException e) {
                close(true);
                return;
            }
            ended(true);
        }

        private void ended(boolean fromTarget) {
            boolean both;
            synchronized (this) {
                fromTargetEnded |= fromTarget;
                toTargetEnded |= !fromTarget;
                both = fromTargetEnded && toTargetEnded;
            }
            if (both) {
                close(false);
            }
        }

        @Override
        protected void doWriteData(byte[] data, int offset, long length) {
            byte[] bytes = Arrays.copyOfRange(data, offset, offset + (int) length);
            toTarget(() -> {
                socket.getOutputStream().write(bytes);
                // the client may send that much more only now: a slow target holds it back
                getLocalWindow().release(bytes.length);
            });
        }

        @Override
        protected void doWriteExtendedData(byte[] data, int offset, long length) {
            throw new UnsupportedOperationException("a forwarded connection has no second stream");
        }

        @Override
        public void handleEof() throws IOException {
            super.handleEof();
            toTarget(() -> {
                socket.shutdownOutput();
                ended(false);
            });
        }

        private void toTarget(Writing writing) {
            try {
                writer.execute(() -> {
                    try {
                        writing.write();
                    } catch (IOException e) {
                        close(false);
                    }
                });
            } catch (RejectedExecutionException e) {
                log.debug("the connection is closed: what comes for its target is dropped");
            }
        }

        @Override
        protected void preClose() {
            if (!writer.isShutdown()) {
                // after what is still to be written
                toTarget(() -> {
                    open.remove(socket);
                    socket.close();
                });
                writer.shutdown();
            }
            super.preClose();
        }
    }

    /** Something that is done for the target, in its turn. */
    private interface Writing {
        void write() throws IOException;
    }
}
