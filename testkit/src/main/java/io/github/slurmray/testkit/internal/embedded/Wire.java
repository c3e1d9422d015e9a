package io.github.slurmray.testkit.internal.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network between the clients and the SSH server, with what can go wrong on it: it stalls, or it drops all
 * connections, or one after a number of bytes. Safe for use by many threads.
 */
final class Wire {
    private static final Logger LOG = LoggerFactory.getLogger(Wire.class);

    private final Executor threads;
    private final Countdown sent = new Countdown();
    private final Countdown received = new Countdown();
    private final Set<ServerEnd> open = ConcurrentHashMap.newKeySet();
    private final List<Runnable> held = new ArrayList<>();
    private boolean stalled;

    /** Makes one without faults, where the given threads carry on what was stalled. */
    Wire(Executor threads) {
        this.threads = threads;
    }

    /** Drops all connections. */
    void cut() {
        open.forEach(ServerEnd::drop);
    }

    /** Drops the connection on which the server sends the last of so many bytes. */
    void dropAfterSending(long bytes) {
        sent.start(bytes);
    }

    /** Drops the connection on which the server receives the last of so many bytes. */
    void dropAfterReceiving(long bytes) {
        received.start(bytes);
    }

    /** Holds back all bytes of all connections, or lets them pass again. */
    void stall(boolean stall) {
        List<Runnable> released = List.of();
        synchronized (held) {
            stalled = stall;
            if (!stall) {
                released = List.copyOf(held);
                held.clear();
            }
        }
        released.forEach(threads::execute);
    }

    private void whenFlowing(Runnable action) {
        synchronized (held) {
            if (stalled) {
                held.add(action);
                return;
            }
        }
        action.run();
    }

    /** The end of a connection at the server. */
    AsynchronousSocketChannel serverEnd(AsynchronousSocketChannel socket) {
        ServerEnd end = new ServerEnd(socket);
        open.add(end);
        return end;
    }

    /** How many bytes may still pass in one direction, on all connections together. */
    private static final class Countdown {
        private long left = Long.MAX_VALUE;

        synchronized void start(long bytes) {
            left = bytes;
        }

        /** Lets bytes pass, as many as may, and returns how many. */
        synchronized int take(int bytes) {
            int taken = (int) Math.min(bytes, left);
            if (left != Long.MAX_VALUE) {
                left -= taken;
            }
            return taken;
        }

        /** Takes back bytes that didn't pass after all. */
        synchronized void giveBack(int bytes) {
            if (left != Long.MAX_VALUE) {
                left += bytes;
            }
        }

        /** Returns whether the last byte has passed, once: after that there is no fault any more. */
        synchronized boolean over() {
            if (left > 0) {
                return false;
            }
            left = Long.MAX_VALUE;
            return true;
        }
    }

    private final class ServerEnd extends DelegatingSocket {
        ServerEnd(AsynchronousSocketChannel socket) {
            super(socket);
        }

        @Override
        public <A> void read(
                ByteBuffer target, long timeout, TimeUnit unit, A at, CompletionHandler<Integer, ? super A> handler) {
            int begin = target.position();
            CompletionHandler<Integer, A> arrived = after(handler, n -> {
                // a read may have begun long before the fault, so what it may take is known only now
                int passed = n < 0 ? n : received.take(n);
                target.position(begin + Math.max(0, passed));
                if (received.over()) {
                    drop();
                    return passed == 0 ? -1 : passed;
                }
                return passed;
            });
            socket().read(target, timeout, unit, at, new CompletionHandler<Integer, A>() {
                @Override
                public void completed(Integer n, A a) {
                    whenFlowing(() -> arrived.completed(n, a));
                }

                @Override
                public void failed(Throwable cause, A a) {
                    arrived.failed(cause, a);
                }
            });
        }

        @Override
        public <A> void write(
                ByteBuffer source, long timeout, TimeUnit unit, A at, CompletionHandler<Integer, ? super A> handler) {
            whenFlowing(() -> {
                int end = source.limit();
                int granted = sent.take(source.remaining());
                source.limit(source.position() + granted);
                socket().write(source, timeout, unit, at, after(handler, n -> {
                    source.limit(end);
                    sent.giveBack(granted - n);
                    if (sent.over()) {
                        drop();
                    }
                    return n;
                }));
            });
        }

        @Override
        public void close() throws IOException {
            open.remove(this);
            super.close();
        }

        private void drop() {
            try {
                close();
            } catch (IOException e) {
                LOG.debug("the connection was dropped already", e);
            }
        }

        private <A> CompletionHandler<Integer, A> after(
                CompletionHandler<Integer, ? super A> handler, IntUnaryOperator change) {
            return new CompletionHandler<>() {
                @Override
                public void completed(Integer n, A a) {
                    handler.completed(change.applyAsInt(n), a);
                }

                @Override
                public void failed(Throwable cause, A a) {
                    handler.failed(cause, a);
                }
            };
        }
    }
}
