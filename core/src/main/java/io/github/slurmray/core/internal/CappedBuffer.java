package io.github.slurmray.core.internal;

import java.io.ByteArrayOutputStream;

/** Keeps the first bytes of a stream, up to a cap, and knows whether there were more. Safe for use by many threads. */
public final class CappedBuffer {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final int cap;
    private boolean truncated;

    /**
     * Creates an empty buffer.
     *
     * @param cap how many bytes to keep, at least 0
     */
    public CappedBuffer(int cap) {
        this.cap = cap;
    }

    /**
     * Takes bytes, and drops those beyond the cap.
     *
     * @param bytes where they are
     * @param offset of the first
     * @param length how many
     */
    public synchronized void add(byte[] bytes, int offset, int length) {
        int fit = Math.min(length, cap - kept.size());
        kept.write(bytes, offset, fit);
        truncated |= fit < length;
    }

    /**
     * Returns what was kept.
     *
     * @return a copy
     */
    public synchronized byte[] bytes() {
        return kept.toByteArray();
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
