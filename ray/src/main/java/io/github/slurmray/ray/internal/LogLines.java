package io.github.slurmray.ray.internal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Cuts a log's bytes into lines and leaves out those that were delivered before.
 *
 * <p>The cuts depend on the bytes alone, never on how they were chunked, so the number of lines is a position in the
 * log: reading it again from its start and skipping that number goes on exactly where the last reader stopped.
 */
final class LogLines {
    /** A longer line is cut, so that a log without line ends can't fill the memory. */
    static final int MAX_LINE = 1 << 20;

    private final Consumer<String> sink;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long skip;
    private int length;
    private boolean afterCr;

    LogLines(long skip, Consumer<String> sink) {
        this.skip = skip;
        this.sink = sink;
    }

    void feed(byte[] bytes) {
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            boolean secondHalf = b == '\n' && afterCr;
            afterCr = b == '\r';
            if (secondHalf) {
                from = i + 1;
            } else if (b == '\n' || b == '\r') {
                append(bytes, from, i);
                emit();
                from = i + 1;
            } else if (length + (i - from) + 1 > MAX_LINE) {
                append(bytes, from, i);
                emit();
                from = i;
            }
        }
        append(bytes, from, bytes.length);
    }

    /** Delivers the last line if it has no end: only when the log is known to be complete. */
    void end() {
        if (length > 0) {
            emit();
        }
    }

    private void append(byte[] bytes, int from, int to) {
        length += to - from;
        if (skip == 0) {
            line.write(bytes, from, to - from);
        }
    }

    private void emit() {
        length = 0;
        if (skip > 0) {
            skip--;
            return;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        sink.accept(text);
    }
}
