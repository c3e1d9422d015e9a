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

    private final Deque<Write> writes = new ArrayDeque<>();
    private @Nullable IoOutputStream out;
    private @Nullable IOException failure;
    private boolean writing;

    private static final class Write {
        final byte[] bytes;
        final boolean end;
        final CompletableFuture<Void> done = new CompletableFuture<>();
        int sent;

        Write(byte[] bytes, boolean end) {
            this.bytes = bytes;
            this.end = end;
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
                write.done.completeExceptionally(failure);
                return;
            }
            writes.add(write);
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

    /** Fails all writes that are not done, and all to come. */
    void fail(IOException reason) {
        Deque<Write> left;
        synchronized (this) {
            if (failure == null) {
                failure = reason;
            }
            left = new ArrayDeque<>(writes);
            writes.clear();
        }
        left.forEach(w -> w.done.completeExceptionally(reason));
    }

    // one thread at a time is in the loop; a write that is done at once is followed by the next without recursion
    private void pump() {
        while (true) {
            Write write;
            IoOutputStream stream;
            synchronized (this) {
                write = writes.peek();
                stream = out;
                if (write == null || stream == null || writing || failure != null) {
                    return;
                }
                writing = true;
            }
            if (!step(write, stream)) {
                return;
            }
        }
    }

    /** Returns whether the loop goes on; else a listener takes it up. */
    private boolean step(Write write, IoOutputStream stream) {
        int length = Math.min(PIECE, write.bytes.length - write.sent);
        if (length == 0) {
            if (write.end) {
                // MINA sends the end of the stream when its stream is closed
                stream.close(false);
            }
            synchronized (this) {
                writes.remove(write);
                writing = false;
            }
            write.done.complete(null);
            return true;
        }
        try {
            IoWriteFuture future = stream.writeBuffer(new ByteArrayBuffer(write.bytes, write.sent, length));
            if (future.isDone()) {
                return written(write, length, future);
            }
            future.addListener(f -> {
                if (written(write, length, f)) {
                    pump();
                }
            });
            return false;
        } catch (IOException | RuntimeException e) {
            fail(new IOException("the channel takes no more: " + e.getMessage(), e));
            return false;
        }
    }

    private boolean written(Write write, int length, IoWriteFuture future) {
        if (!future.isWritten()) {
            fail(new IOException("the channel takes no more", future.getException()));
            return false;
        }
        synchronized (this) {
            write.sent += length;
            writing = false;
        }
        return true;
    }
}
