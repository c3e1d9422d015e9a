package io.github.slurmray.ray;

/** A subscriber's hold on the events of a cluster. */
public interface Subscription extends AutoCloseable {
    /** Ends the subscription; an event that is being delivered still arrives. Twice is harmless. */
    @Override
    void close();
}
