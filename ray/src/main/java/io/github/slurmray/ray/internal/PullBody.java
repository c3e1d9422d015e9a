package io.github.slurmray.ray.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, pulled by the reader chunk by chunk, each with a timeout.
 *
 * <p>The client's own stream blocks without a limit once the headers are there, so a server that stalls in the middle
 * of an answer would hang its reader. At most one chunk is in memory that the reader hasn't asked for.
 */
final class PullBody implements HttpResponse.BodySubscriber<PullBody>, AutoCloseable {
    private sealed interface Item {}

    private record Chunk(List<ByteBuffer> buffers) implements Item {}

    private record End(@Nullable Throwable failure) implements Item {}

    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean closed;

    @Override
    public CompletionStage<PullBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription s) {
        subscription = s;
        if (closed) {
            s.cancel();
        } else {
            s.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        items.add(new Chunk(buffers));
    }

    @Override
    public void onError(Throwable failure) {
        items.add(new End(failure));
    }

    @Override
    public void onComplete() {
        items.add(new End(null));
    }

    /**
     * Waits for the next bytes.
     *
     * @param timeout how long at most
     * @return the bytes, empty at the end of the body
     * @throws HttpTimeoutException if none came in time
     * @throws IOException if the connection broke
     * @throws InterruptedException if the thread was interrupted
     */
    byte[] next(Duration timeout) throws IOException, InterruptedException {
        while (true) {
            Item item = items.poll(Math.max(timeout.toNanos(), 1), TimeUnit.NANOSECONDS);
            if (item == null) {
                throw new HttpTimeoutException("no more of the answer within " + timeout.toMillis() + " ms");
            }
            if (item instanceof Chunk chunk) {
                Flow.Subscription s = subscription;
                if (s != null) {
                    s.request(1);
                }
                byte[] bytes = joined(chunk.buffers());
                if (bytes.length > 0) {
                    return bytes;
                }
            } else if (item instanceof End end) {
                items.add(end);
                if (end.failure() != null) {
                    throw new IOException("the connection broke in the middle of the answer", end.failure());
                }
                return new byte[0];
            }
        }
    }

    private static byte[] joined(List<ByteBuffer> buffers) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (ByteBuffer b : buffers) {
            byte[] bytes = new byte[b.remaining()];
            b.get(bytes);
            out.writeBytes(bytes);
        }
        return out.toByteArray();
    }

    /** Gives up the rest of the body; a reader that waits gets an {@link IOException}. */
    @Override
    public void close() {
        closed = true;
        Flow.Subscription s = subscription;
        if (s != null) {
            s.cancel();
        }
        items.add(new End(new IOException("closed")));
    }
}
