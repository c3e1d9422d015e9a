package io.github.slurmray.ray.internal;

import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All events of a cluster in their order, and the subscribers who are told of them: each of every event from the first
 * on, in order, by one daemon thread. A subscriber that throws is dropped.
 */
public final class EventLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    private final Object lock = new Object();
    private final List<ClusterEvent> events = new ArrayList<>();
    private final ExecutorService teller;
    private final List<Teller> subscriptions = new ArrayList<>();

    /**
     * Creates an empty log.
     *
     * @param name for the thread's name
     */
    public EventLog(String name) {
        teller = Executors.newSingleThreadExecutor(r -> {
            Thread thread = new Thread(r, "slurmray-events-" + name);
            thread.setDaemon(true);
            return thread;
        });
    }

    void append(ClusterEvent event) {
        synchronized (lock) {
            events.add(event);
            if (!teller.isShutdown()) {
                subscriptions.forEach(s -> teller.execute(s::catchUp));
            }
        }
    }

    /**
     * Returns the events so far.
     *
     * @return a copy
     */
    public List<ClusterEvent> events() {
        synchronized (lock) {
            return List.copyOf(events);
        }
    }

    /**
     * Tells a subscriber of all events, past and future.
     *
     * @param subscriber called by the log's own thread
     * @return ends the subscription when closed; an event under way is still delivered
     * @throws IllegalStateException if the log is closed
     */
    public Subscription subscribe(Consumer<ClusterEvent> subscriber) {
        Teller subscription = new Teller(subscriber);
        synchronized (lock) {
            if (teller.isShutdown()) {
                throw new IllegalStateException("the handle is closed and tells no more; events() has what happened");
            }
            subscriptions.add(subscription);
            teller.execute(subscription::catchUp);
        }
        return subscription;
    }

    /** Delivers what is there and ends the thread. */
    @Override
    public void close() {
        synchronized (lock) {
            teller.shutdown();
        }
    }

    private final class Teller implements Subscription {
        private final Consumer<ClusterEvent> subscriber;
        private int told;
        private volatile boolean ended;

        Teller(Consumer<ClusterEvent> subscriber) {
            this.subscriber = subscriber;
        }

        private void catchUp() {
            List<ClusterEvent> news;
            synchronized (lock) {
                news = List.copyOf(events.subList(told, events.size()));
                told = events.size();
            }
            for (ClusterEvent event : news) {
                if (ended) {
                    return;
                }
                try {
                    subscriber.accept(event);
                } catch (RuntimeException | Error e) {
                    LOG.warn("a subscriber of cluster events threw and is told no more", e);
                    close();
                }
            }
        }

        @Override
        public void close() {
            ended = true;
            synchronized (lock) {
                subscriptions.remove(this);
            }
        }
    }
}
