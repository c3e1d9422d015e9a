package io.github.slurmray.core;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;

/** A port on this JVM's loopback that leads to a service beyond a {@link Host}. Safe for use by many threads. */
public interface Tunnel extends AutoCloseable {
    /** Where a tunnel is in its life. */
    enum State {
        /** Carries traffic. */
        UP,
        /** Lost its connection and is opening another; the port stays bound. */
        RECONNECTING,
        /** Closed by {@link Tunnel#close()}, or given up. */
        CLOSED
    }

    /**
     * Returns the bound address.
     *
     * @return a loopback address, the same through every reconnect
     */
    InetSocketAddress localAddress();

    /**
     * Returns the state now.
     *
     * @return the state
     */
    State state();

    /**
     * Returns a stage that completes when the tunnel is closed: normally after {@link #close()}, exceptionally with the
     * {@link SlurmRayException} that made it give up.
     *
     * @return the stage
     */
    CompletionStage<Void> whenClosed();

    /** Unbinds the port and cuts open connections. Waits for a few seconds at most; twice is harmless. */
    @Override
    void close();
}
