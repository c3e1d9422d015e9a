package io.github.slurmray.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
 * The server's side of a forwarded connection, as OpenSSH does it: each direction ends for itself. MINA's own gives up
 * both when the target ends one.
 */
final class HalfCloseForwarding implements ChannelFactory {
    @Override
    public String getName() {
        return TcpForwardingFilter.Type.Direct.getName();
    }

    @Override
    public Channel createChannel(Session session) {
        return new DirectTcpip();
    }

    private static final class DirectTcpip extends AbstractServerChannel {
        private static final int CONNECT_MILLIS = 5000;

        private final Socket socket = new Socket();
        private final ExecutorService writer =
                Executors.newSingleThreadExecutor(r -> daemon(r, "test-server-to-target"));
        private @Nullable ChannelOutputStream out;
        private boolean fromTargetEnded;
        private boolean toTargetEnded;

        DirectTcpip() {
            super("direct-tcpip", java.util.List.of(), null);
        }

        private static Thread daemon(Runnable body, String name) {
            Thread thread = new Thread(body, name);
            thread.setDaemon(true);
            return thread;
        }

        @Override
        protected OpenFuture doInit(Buffer buffer) {
            SshdSocketAddress target = new SshdSocketAddress(buffer.getString(), buffer.getInt());
            OpenFuture opened = new DefaultOpenFuture(this, this);
            out = new ChannelOutputStream(this, getRemoteWindow(), log, SshConstants.SSH_MSG_CHANNEL_DATA, true);
            daemon(() -> connect(target, opened), "test-server-from-target").start();
            return opened;
        }

        private void connect(SshdSocketAddress target, OpenFuture opened) {
            try {
                TcpForwardingFilter filter = getSession().getFactoryManager().getTcpForwardingFilter();
                if (!filter.canConnect(TcpForwardingFilter.Type.Direct, target, getSession())) {
                    throw new SshChannelOpenException(
                            getChannelId(), SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED, "not allowed");
                }
                InetSocketAddress address = target.toInetSocketAddress();
                socket.connect(address, CONNECT_MILLIS);
                signalChannelOpenSuccess();
                opened.setOpened();
            } catch (SshChannelOpenException e) {
                signalChannelOpenFailure(e);
                opened.setException(e);
                return;
            } catch (IOException e) {
                SshChannelOpenException refused = new SshChannelOpenException(
                        getChannelId(), SshConstants.SSH_OPEN_CONNECT_FAILED, e.getMessage());
                signalChannelOpenFailure(refused);
                opened.setException(refused);
                return;
            }
            pump();
        }

        private void pump() {
            byte[] bytes = new byte[32_768];
            try (OutputStream to = java.util.Objects.requireNonNull(out)) {
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
            writer.execute(() -> {
                try {
                    socket.getOutputStream().write(bytes);
                    getLocalWindow().release(bytes.length);
                } catch (IOException e) {
                    close(false);
                }
            });
        }

        @Override
        protected void doWriteExtendedData(byte[] data, int offset, long length) {
            throw new UnsupportedOperationException("a forwarded connection has no second stream");
        }

        @Override
        public void handleEof() throws IOException {
            super.handleEof();
            writer.execute(() -> {
                try {
                    socket.shutdownOutput();
                    ended(false);
                } catch (IOException e) {
                    close(false);
                }
            });
        }

        @Override
        protected void preClose() {
            if (!writer.isShutdown()) {
                // after what is still to be written
                writer.execute(() -> {
                    try {
                        socket.close();
                    } catch (IOException e) {
                        log.debug("the target has gone", e);
                    }
                });
                writer.shutdown();
            }
            super.preClose();
        }
    }
}
