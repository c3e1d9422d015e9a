package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.HostUnreachableException;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.SlurmRayException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection to a host: opened when it is first needed, and again after it broke. Callers that come while it is
 * being opened share that attempt and its outcome. Safe for use by many threads.
 */
final class Link {
    private static final Logger LOG = LoggerFactory.getLogger(Link.class);
    private static final Duration GOODBYE = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofMillis(500);

    private final Settings settings;
    private final Runnable whenLost;
    private @Nullable Connector connector;
    private @Nullable CompletableFuture<Connection> current;
    private boolean closed;
    private boolean wasOpen;

    Link(Settings settings, Runnable whenLost) {
        this.settings = settings;
        this.whenLost = whenLost;
    }

    /**
     * Returns the connection, or the attempt to open one.
     *
     * @throws IllegalStateException if this is closed
     */
    synchronized CompletableFuture<Connection> connect() {
        checkOpen();
        CompletableFuture<Connection> attempt = current;
        if (attempt != null && (!attempt.isDone() || isUsable(attempt))) {
            return attempt;
        }
        if (connector == null) {
            connector = new Connector(settings);
        }
        Connector opener = connector;
        CompletableFuture<Connection> fresh = new CompletableFuture<>();
        current = fresh;
        // in a thread of its own: a name service may hang, and the first caller may be interrupted
        Thread thread = new Thread(
                () -> open(opener, fresh), "slurmray-ssh-" + settings.endpoint().host() + "-connect");
        thread.setDaemon(true);
        thread.start();
        return fresh;
    }

    private void open(Connector opener, CompletableFuture<Connection> into) {
        long begin = System.nanoTime();
        try {
            Connection connection = opener.open();
            synchronized (this) {
                if (closed) {
                    connection.close(GOODBYE);
                    into.completeExceptionally(new IllegalStateException(settings.endpoint() + " is closed"));
                    return;
                }
                LOG.info(
                        "{}: {} in {} ms",
                        settings.endpoint(),
                        wasOpen ? "reconnected" : "connected",
                        (System.nanoTime() - begin) / 1_000_000);
                wasOpen = true;
            }
            Waits.after(connection.ended(), () -> lost(connection));
            into.complete(connection);
        } catch (RuntimeException | Error e) {
            into.completeExceptionally(e);
        }
    }

    private void lost(Connection connection) {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        Throwable cause = connection.lossCause();
        LOG.info("{}: the connection broke: {}", settings.endpoint(), cause == null ? "no reason given" : cause);
        whenLost.run();
    }

    /**
     * Returns the connection, and waits for it as long as the settings allow.
     *
     * @throws SlurmRayException if it can't be opened
     * @throws IllegalStateException if this is closed
     */
    Connection get() {
        CompletableFuture<Connection> attempt = connect();
        try {
            return attempt.get(settings.connectTimeout().plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw rethrow(e.getCause());
        } catch (TimeoutException e) {
            throw new HostUnreachableException(
                    settings.endpoint() + ": no connection within "
                            + settings.connectTimeout().toMillis()
                            + " ms. Check that this machine's name service answers for "
                            + settings.endpoint().host(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(settings.endpoint() + ": interrupted while connecting", e);
        }
    }

    private static RuntimeException rethrow(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException e) {
            return e;
        }
        return new IllegalStateException(cause);
    }

    /** Returns the connection if there is one and it is in order. */
    synchronized @Nullable Connection ifOpen() {
        return current != null && current.isDone() && isUsable(current) ? current.getNow(null) : null;
    }

    private static boolean isUsable(CompletableFuture<Connection> attempt) {
        return !attempt.isCompletedExceptionally() && attempt.join().isOpen();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void checkOpen() {
        if (closed) {
            throw new IllegalStateException(settings.endpoint() + " is closed");
        }
    }

    /** Refuses new work from now on. Returns false if this was so before. */
    synchronized boolean shut() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    /** Closes the connection and ends all threads. Waits for a few seconds at most. */
    void close() {
        CompletableFuture<Connection> attempt;
        Connector opener;
        synchronized (this) {
            closed = true;
            attempt = current;
            opener = connector;
        }
        if (attempt != null && attempt.isDone() && isUsable(attempt)) {
            attempt.join().close(GOODBYE);
        }
        if (opener != null) {
            opener.close();
        }
    }
}
