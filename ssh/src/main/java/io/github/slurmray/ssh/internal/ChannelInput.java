package io.github.slurmray.ssh.internal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.apache.sshd.common.io.IoOutputStream;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is sent into a channel: writes in their order, each in pieces as the other side makes room, without a thread.
 * Safe for use by many threads.
 */
final class ChannelInput {
    private static final int PIECE = 256 << 10;

    private final Deque<Write> waiting = new ArrayDeque<>();
    private @Nullable Write current;
    private @Nullable IoOutputStream out;
    private volatile @Nullable IOException failure;
    private volatile boolean answered;

    private static final class Write {
        final byte[] bytes;
        final boolean end;
        final CompletableFuture<Void> done = new CompletableFuture<>();
        volatile int given;

        Write(byte[] bytes, boolean end) {
            this.bytes = bytes;
            this.end = end;
        }

        boolean allGiven() {
            return given == bytes.length;
        }

        /** Completes it. Where the server has closed the channel itself, only bytes that are left are a failure. */
        void finish(@Nullable IOException reason, boolean answered) {
            if (reason == null || (answered && allGiven())) {
                done.complete(null);
            } else {
                done.completeExceptionally(reason);
            }
        }
    }

    /** Sends bytes, and then nothing more if this is the end. The bytes must not be changed until it completes. */
    CompletableFuture<Void> send(byte[] bytes, boolean end) {
        Write write = new Write(bytes, end);
        add(write);
        return write.done;
    }

    /** Sends as {@link #send} does, where it doesn't matter whether the command reads it. */
    void feed(byte[] bytes, boolean end) {
        add(new Write(bytes, end));
    }

    private void add(Write write) {
        synchronized (this) {
            if (failure != null) {
                write.finish(failure, answered);
                return;
            }
            waiting.add(write);
        }
        pump();
    }

    /** Lets the writes go that have been waiting for the channel to open. */
    void open(IoOutputStream stream) {
        synchronized (this) {
            out = stream;
        }
        pump();
    }

    /**
     * Fails all writes that are not done, and all to come.
     *
     * @param answered whether the server has closed the channel itself. This may overtake the news that it was sent
     *     what it answers, so what MINA was given is taken to have gone, and an end after which nothing is left to have
     *     come
     */
    void fail(IOException reason, boolean answered) {
        Deque<Write> left;
        Write begun;
        synchronized (this) {
            // first, as whoever sees the failure without the lock asks for it
            this.answered |= answered;
            if (failure == null) {
                failure = reason;
            }
            left = new ArrayDeque<>(waiting);
            waiting.clear();
            begun = current;
        }
        if (begun != null) {
            begun.finish(reason, answered);
        }
        left.forEach(w -> w.finish(reason, answered));
    }

    // one thread at a time is in the loop; a write that is done at once is followed by the next without recursion
    private void pump() {
        while (true) {
            Write write;
            IoOutputStream stream;
            synchronized (this) {
                if (current != null || out == null || waiting.isEmpty()) {
                    return;
                }
                write = waiting.remove();
                current = write;
                stream = out;
            }
            if (!carryOn(write, stream)) {
                return;
            }
        }
    }

    /** Gives MINA what is left of the current write. Returns whether that is over; else a listener takes it up. */
    private boolean carryOn(Write write, IoOutputStream stream) {
        while (!write.allGiven() && failure == null) {
            int from = write.given;
            int length = Math.min(PIECE, write.bytes.length - from);
            // before it goes, as it may be answered before this thread goes on
            write.given = from + length;
            IoWriteFuture future;
            try {
                future = stream.writeBuffer(new ByteArrayBuffer(write.bytes, from, length));
            } catch (IOException | RuntimeException e) {
                fail(new IOException("the channel takes no more: " + e.getMessage(), e), false);
                break;
            }
            if (!future.isDone()) {
                future.addListener(f -> {
                    check(f);
                    if (carryOn(write, stream)) {
                        pump();
                    }
                });
                return false;
            }
            check(future);
        }
        if (write.end && failure == null) {
            // MINA sends the end of the stream when its stream is closed
            stream.close(false);
        }
        synchronized (this) {
            current = null;
        }
        write.finish(failure, answered);
        return true;
    }

    private void check(IoWriteFuture future) {
        if (!future.isWritten()) {
            fail(new IOException("the channel takes no more", future.getException()), false);
        }
    }
}
