package io.github.slurmray.ssh.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** A command's standard input as a blocking stream: a write returns when the channel has taken it. */
final class StdinStream extends OutputStream {
    private static final int BUFFER = 32 << 10;

    private final ChannelInput input;
    private final byte[] buffer = new byte[BUFFER];
    private int filled;
    private boolean closed;

    StdinStream(ChannelInput input) {
        this.input = input;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (closed) {
            throw new IOException("the stream is closed");
        }
        if (length > BUFFER - filled) {
            flush();
        }
        if (length > BUFFER) {
            await(input.send(Arrays.copyOfRange(bytes, offset, offset + length), false));
        } else {
            System.arraycopy(bytes, offset, buffer, filled, length);
            filled += length;
        }
    }

    @Override
    public synchronized void flush() throws IOException {
        if (filled > 0) {
            byte[] bytes = Arrays.copyOf(buffer, filled);
            filled = 0;
            await(input.send(bytes, false));
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            byte[] bytes = Arrays.copyOf(buffer, filled);
            filled = 0;
            await(input.send(bytes, true));
        }
    }

    private static void await(CompletableFuture<Void> sent) throws IOException {
        try {
            sent.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while writing");
        }
    }
}
