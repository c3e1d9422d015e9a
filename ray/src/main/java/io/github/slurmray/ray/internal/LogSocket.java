package io.github.slurmray.ray.internal;

import io.github.slurmray.core.InterruptedCallException;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The stream of a job's log that the Jobs API offers, as text frames; to be closed.
 *
 * <p>One frame at most is in memory that the reader hasn't asked for.
 */
final class LogSocket implements AutoCloseable {
    /** What the stream gives. */
    sealed interface Part permits Text, Ended, Nothing {}

    /** Some more of the log. */
    record Text(String text) implements Part {}

    /** The stream has ended or broken; Ray doesn't let tell which. */
    record Ended() implements Part {}

    /** Nothing came in time. */
    record Nothing() implements Part {}

    private final RayHttp http;
    private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    private final Receiver receiver = new Receiver();
    private final WebSocket socket;
    private final Runnable abort = this::abort;

    LogSocket(RayHttp http, String path, Duration timeout) {
        this.http = http;
        try {
            this.socket = http.socket(path, receiver, timeout);
        } catch (Throwable t) {
            receiver.abandon();
            throw t;
        }
        try {
            http.register(abort);
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    Part next(Duration timeout) {
        try {
            Part part =
                    Objects.requireNonNullElseGet(parts.poll(timeout.toNanos(), TimeUnit.NANOSECONDS), Nothing::new);
            if (part instanceof Text) {
                socket.request(1);
            }
            return part;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException("interrupted while following a job's log", e);
        }
    }

    private void abort() {
        socket.abort();
        parts.add(new Ended());
    }

    @Override
    public void close() {
        http.unregister(abort);
        socket.abort();
    }

    private final class Receiver implements WebSocket.Listener {
        private @Nullable WebSocket opened;
        private boolean abandoned;

        @Override
        public synchronized void onOpen(WebSocket ws) {
            if (abandoned) {
                ws.abort();
            } else {
                opened = ws;
                ws.request(1);
            }
        }

        /** Lets go of a socket that nobody waits for any more, whether it is open already or opens later. */
        synchronized void abandon() {
            abandoned = true;
            if (opened != null) {
                opened.abort();
            }
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket ws, CharSequence data, boolean last) {
            parts.add(new Text(data.toString()));
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket ws, int status, String reason) {
            parts.add(new Ended());
            return null;
        }

        @Override
        public void onError(WebSocket ws, Throwable failure) {
            parts.add(new Ended());
        }
    }
}
