package io.github.slurmray.core.internal;

import java.util.Arrays;

/** Keeps the last bytes of a stream, up to a cap, and knows whether there were more. Safe for use by many threads. */
public final class TailBuffer {
    private final int cap;
    private byte[] kept = new byte[0];
    private int size;
    private boolean truncated;

    /**
     * Creates an empty buffer.
     *
     * @param cap how many bytes to keep, at least 0
     */
    public TailBuffer(int cap) {
        this.cap = cap;
    }

    /**
     * Takes bytes, and drops the oldest of all beyond the cap.
     *
     * @param bytes where they are
     * @param offset of the first
     * @param length how many
     */
    public synchronized void add(byte[] bytes, int offset, int length) {
        int take = Math.min(length, cap);
        truncated |= (long) size + length > cap;
        // twice the cap as room, so that old bytes are moved away seldom, not with each call
        if (size + take > kept.length && kept.length < 2L * cap) {
            long room = Math.max(size + take, Math.min(2L * cap, 2L * kept.length));
            kept = Arrays.copyOf(kept, (int) Math.min(room, Integer.MAX_VALUE - 8));
        }
        if (size + take > kept.length) {
            int stay = Math.min(size, cap - take);
            System.arraycopy(kept, size - stay, kept, 0, stay);
            size = stay;
        }
        System.arraycopy(bytes, offset + length - take, kept, size, take);
        size += take;
    }

    /**
     * Returns what was kept.
     *
     * @return a copy
     */
    public synchronized byte[] bytes() {
        return Arrays.copyOfRange(kept, Math.max(0, size - cap), size);
    }

    /**
     * Tells whether bytes were dropped.
     *
     * @return true if the stream was longer than the cap
     */
    public synchronized boolean truncated() {
        return truncated;
    }
}
