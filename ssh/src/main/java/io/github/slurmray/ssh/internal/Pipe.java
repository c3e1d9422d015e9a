package io.github.slurmray.ssh.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A command's output on its way from an I/O thread to a reader. What isn't read fills the channel's window and so stops
 * the command, never the I/O thread. It ends in exactly one way: the stream's real end, or an error.
 */
final class Pipe extends InputStream implements Sink {
    /** Tells the channel that there is room again. */
    interface Room {
        void release(long bytes) throws IOException;
    }

    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private @Nullable Room room;
    private int position;
    private boolean ended;
    private @Nullable String failure;
    private @Nullable Throwable cause;

    synchronized void makesRoomIn(Room room) {
        this.room = room;
    }

    @Override
    public synchronized int accept(byte[] bytes, int offset, int length) {
        if (failure != null) {
            return length;
        }
        pieces.add(Arrays.copyOfRange(bytes, offset, offset + length));
        notifyAll();
        return 0;
    }

    /** Says that the command has closed the stream. */
    synchronized void end() {
        if (failure == null) {
            ended = true;
            notifyAll();
        }
    }

    /** Says that the stream broke; what has come by now can still be read. */
    synchronized void fail(String message, @Nullable Throwable reason) {
        if (!ended && failure == null) {
            failure = message;
            cause = reason;
            notifyAll();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        int n;
        Room source;
        synchronized (this) {
            awaitPiece();
            byte[] piece = pieces.peek();
            if (piece == null) {
                if (failure != null) {
                    throw new IOException(failure, cause);
                }
                return -1;
            }
            n = Math.min(length, piece.length - position);
            System.arraycopy(piece, position, into, offset, n);
            position += n;
            if (position == piece.length) {
                pieces.remove();
                position = 0;
            }
            source = room;
        }
        if (source != null) {
            source.release(n);
        }
        return n;
    }

    private void awaitPiece() throws IOException {
        try {
            while (pieces.isEmpty() && !ended && failure == null) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading");
        }
    }

    @Override
    public synchronized int available() {
        int sum = -position;
        for (byte[] piece : pieces) {
            sum += piece.length;
        }
        return Math.max(0, sum);
    }

    /** Drops what has come and what is to come, so that the command isn't stopped by a reader that has gone. */
    @Override
    public void close() throws IOException {
        long dropped;
        Room source;
        synchronized (this) {
            dropped = available();
            pieces.clear();
            position = 0;
            ended = false;
            failure = "the stream is closed";
            cause = null;
            source = room;
            notifyAll();
        }
        if (dropped > 0 && source != null) {
            source.release(dropped);
        }
    }
}
