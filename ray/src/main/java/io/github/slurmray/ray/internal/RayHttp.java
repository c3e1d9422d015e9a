package io.github.slurmray.ray.internal;

import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Secret;
import io.github.slurmray.ray.RayUnreachableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to one HTTP server whose address may change between them, each with a limit in time and size.
 *
 * <p>HTTP/1.1, no redirects, no proxy, no cookies. The first request starts the client's threads: daemons named
 * {@code slurmray-ray-http-N}, and one that the JDK names. {@link #close()} ends ours at once; the JDK's ends with it
 * from Java 21 on, and on older Java within seconds of the next garbage collection, since the JDK offers nothing else.
 */
final class RayHttp implements AutoCloseable {
    /** A whole answer. */
    static final class Reply {
        private final int status;
        private final byte[] body;

        Reply(int status, byte[] body) {
            this.status = status;
            this.body = body;
        }

        int status() {
            return status;
        }

        byte[] body() {
            return body;
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** An answer whose body is still being read; to be closed. */
    record Opened(int status, PullBody body) implements AutoCloseable {
        @Override
        public void close() {
            body.close();
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(RayHttp.class);
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final Supplier<URI> base;
    private final Optional<Secret> token;
    private final Duration connectTimeout;
    private final Object lock = new Object();
    private final Set<Runnable> inFlight = ConcurrentHashMap.newKeySet();
    private @Nullable HttpClient client;
    private @Nullable ExecutorService executor;
    private boolean closed;

    RayHttp(Supplier<URI> base, Optional<Secret> token, Duration connectTimeout) {
        this.base = Objects.requireNonNull(base, "base");
        this.token = Objects.requireNonNull(token, "token");
        this.connectTimeout = Objects.requireNonNull(connectTimeout, "connectTimeout");
    }

    boolean hasToken() {
        return token.isPresent();
    }

    /**
     * Makes a request and takes the whole answer.
     *
     * @param method the HTTP method
     * @param path the path and query, encoded
     * @param body what to send
     * @param timeout for everything, from connecting to the answer's last byte
     * @param cap the most bytes that the answer may have
     * @return the answer, whatever its status
     * @throws RayUnreachableException if there was none in time
     * @throws ProtocolException if it is too large
     */
    Reply exchange(String method, String path, BodyPublisher body, Duration timeout, int cap) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try (Opened opened = open(method, path, body, timeout)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            while (true) {
                byte[] bytes = next(opened, path, Duration.ofNanos(deadline - System.nanoTime()));
                if (bytes.length == 0) {
                    return new Reply(opened.status(), out.toByteArray());
                }
                if (out.size() + (long) bytes.length > cap) {
                    throw new ProtocolException(
                            "Ray's answer to " + method + " " + path + " is larger than " + cap + " bytes", null);
                }
                out.writeBytes(bytes);
            }
        }
    }

    /**
     * Makes a request and returns with the answer's headers.
     *
     * @param method the HTTP method
     * @param path the path and query, encoded
     * @param body what to send
     * @param timeout until the headers are there
     * @return the answer, to be closed
     * @throws RayUnreachableException if there was none in time
     */
    Opened open(String method, String path, BodyPublisher body, Duration timeout) {
        URI uri = resolve(path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method, body);
        token.ifPresent(t -> request.header("Authorization", "Bearer " + t.reveal()));
        if (method.equals("POST")) {
            request.header("Content-Type", "application/json");
        }
        PullBody pull = new PullBody();
        // not sendAsync: since Java 25 that ends in the common pool, whose only thread on two cores may be our caller
        Future<HttpResponse<PullBody>> answer = submit(http -> http.send(request.build(), headers -> pull));
        long start = System.nanoTime();
        try {
            HttpResponse<PullBody> response = await(answer, timeout, method + " " + uri);
            LOG.debug("{} {}: {} after {} ms", method, uri, response.statusCode(), millisSince(start));
            return new Opened(response.statusCode(), pull);
        } catch (Throwable t) {
            pull.close();
            throw t;
        }
    }

    /** Reads on in an answer; empty at its end. */
    byte[] next(Opened opened, String path, Duration timeout) {
        Runnable abort = opened::close;
        inFlight.add(abort);
        try {
            ensureOpen();
            return opened.body().next(timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException("interrupted while reading Ray's answer to " + path, e);
        } catch (IOException e) {
            ensureOpen();
            throw unreachable(path, e);
        } finally {
            inFlight.remove(abort);
        }
    }

    /**
     * Opens the stream of a log, and hands it to a reader.
     *
     * @param path the path, encoded
     * @param timeout until it is open
     * @param reader reads it, on this thread
     * @throws RayUnreachableException if it couldn't be opened, for whatever reason
     */
    void stream(String path, Duration timeout, Consumer<LogSocket> reader) {
        URI uri = resolve(path);
        try (LogSocket socket = new LogSocket(timeout)) {
            Runnable abort = socket::close;
            inFlight.add(abort);
            try {
                ensureOpen();
                socket.open(uri, token, connectTimeout);
                reader.accept(socket);
                // closing looks like the stream's end to the reader
                ensureOpen();
            } catch (IOException e) {
                ensureOpen();
                throw unreachable("web socket " + uri, e);
            } finally {
                inFlight.remove(abort);
            }
        }
    }

    void ensureOpen() {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException(
                        "the connection to Ray's dashboard was closed with the cluster's handle");
            }
        }
    }

    private <T> T await(Future<T> future, Duration timeout, String what) {
        Runnable abort = () -> future.cancel(true);
        inFlight.add(abort);
        try {
            ensureOpen();
            return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException("interrupted during " + what, e);
        } catch (TimeoutException e) {
            throw unreachable(what, new HttpTimeoutException("no answer within " + timeout.toMillis() + " ms"));
        } catch (CancellationException e) {
            ensureOpen();
            throw unreachable(what, e);
        } catch (ExecutionException e) {
            ensureOpen();
            throw unreachable(what, Objects.requireNonNullElse(e.getCause(), e));
        } finally {
            inFlight.remove(abort);
            if (!future.isDone()) {
                future.cancel(true);
            }
        }
    }

    private static RayUnreachableException unreachable(String what, Throwable cause) {
        String words =
                Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
        return new RayUnreachableException(
                "Ray's dashboard didn't answer " + what + ": " + words
                        + "; the cluster may still be well: look at its tunnel and its job",
                cause);
    }

    private URI resolve(String path) {
        String root = base.get().toString();
        while (root.endsWith("/")) {
            root = root.substring(0, root.length() - 1);
        }
        return URI.create(root + path);
    }

    private HttpClient client() {
        synchronized (lock) {
            ensureOpen();
            HttpClient c = client;
            if (c == null) {
                ExecutorService threads = Executors.newCachedThreadPool(task -> {
                    Thread t = new Thread(task, "slurmray-ray-http-" + THREADS.incrementAndGet());
                    t.setDaemon(true);
                    return t;
                });
                c = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        // the address is a tunnel on this machine: a proxy of the environment would misdirect it
                        .proxy(HttpClient.Builder.NO_PROXY)
                        .connectTimeout(connectTimeout)
                        .executor(threads)
                        .build();
                executor = threads;
                client = c;
            }
            return c;
        }
    }

    private <T> Future<T> submit(Sending<T> sending) {
        synchronized (lock) {
            HttpClient http = client();
            return Objects.requireNonNull(executor).submit(() -> sending.by(http));
        }
    }

    /** A request that blocks until its answer is there. */
    private interface Sending<T> {
        T by(HttpClient client) throws IOException, InterruptedException;
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    /** Ends every request; those that wait throw {@link IllegalStateException}. Doesn't wait; twice is harmless. */
    @Override
    public void close() {
        HttpClient c;
        ExecutorService e;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            c = client;
            e = executor;
            client = null;
            executor = null;
        }
        inFlight.forEach(Runnable::run);
        if (c != null) {
            shutdownNow(c);
        }
        if (e != null) {
            e.shutdown();
        }
    }

    /** Since Java 21 a client can be shut down; before that, letting go of it is all there is. */
    private static void shutdownNow(HttpClient client) {
        try {
            HttpClient.class.getMethod("shutdownNow").invoke(client);
        } catch (NoSuchMethodException e) {
            LOG.trace("this Java can't shut an HTTP client down; it ends when it is collected");
        } catch (IllegalAccessException | InvocationTargetException e) {
            LOG.debug("an HTTP client could not be shut down", e);
        }
    }
}
