package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.internal.TailBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Drops everything up to the line of a marker, and passes the rest on byte for byte. For one thread at a time. */
final class Unframer implements Sink {
    private static final int NOISE_KEPT = 2048;
    private static final int MAX_NOTE = 64;

    private final byte[] marker;
    private final Consumer<String> whenSeen;
    private final Sink next;
    private final TailBuffer noise = new TailBuffer(NOISE_KEPT);
    private final ByteArrayOutputStream note = new ByteArrayOutputStream();
    private int matched;
    private volatile boolean open;

    /**
     * Creates the filter.
     *
     * @param marker what to look for
     * @param whenSeen gets the rest of the marker's line
     * @param next gets everything behind that line
     */
    Unframer(byte[] marker, Consumer<String> whenSeen, Sink next) {
        this.marker = marker;
        this.whenSeen = whenSeen;
        this.next = next;
    }

    /** Whether the marker was seen, so that the command had begun. */
    boolean seen() {
        return open;
    }

    /** The last that was said before the marker. */
    String noise() {
        return new String(noise.bytes(), StandardCharsets.UTF_8).strip();
    }

    @Override
    public int accept(byte[] bytes, int offset, int length) {
        int i = 0;
        while (!open && i < length) {
            byte b = bytes[offset + i++];
            if (matched < marker.length) {
                noise.add(new byte[] {b}, 0, 1);
                matched = advance(b);
            } else if (b == '\n') {
                open = true;
                whenSeen.accept(note.toString(StandardCharsets.US_ASCII));
            } else if (note.size() < MAX_NOTE) {
                note.write(b);
            }
        }
        return i == length ? length : i + next.accept(bytes, offset + i, length - i);
    }

    private int advance(byte b) {
        int m = matched;
        while (true) {
            if (marker[m] == b) {
                return m + 1;
            }
            if (m == 0) {
                return 0;
            }
            m = longestBorder(m);
        }
    }

    // the longest proper prefix of the marker that is also a suffix of its first m bytes; mismatches deep in the marker
    // are rare, so it is computed when needed
    private int longestBorder(int m) {
        for (int length = m - 1; length > 0; length--) {
            boolean border = true;
            for (int i = 0; i < length && border; i++) {
                border = marker[i] == marker[m - length + i];
            }
            if (border) {
                return length;
            }
        }
        return 0;
    }
}
