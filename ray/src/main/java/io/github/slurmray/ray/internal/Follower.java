package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Backoff;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostProcess;
import io.github.slurmray.core.SlurmRayException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a cluster's events by one streaming command on the login host, and renews its lease by the same command.
 *
 * <p>One daemon thread reads. A broken connection is opened again, and the events go on where they stopped: each line
 * is told exactly once. Once the job has ended and its directory is removed, there is nothing to follow any more.
 */
final class Follower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10));

    /** How often the command must be told that this program lives. */
    static final Duration SIGN_OF_LIFE = Duration.ofSeconds(30);

    private static final Duration LONGEST_SILENCE = SIGN_OF_LIFE.multipliedBy(6);

    private final Host host;
    private final String directory;
    private final Listener listener;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable HostProcess process;
    private final AtomicLong questions = new AtomicLong();
    private long answered; // guarded by this
    private int told;

    /** What a follower tells; called by its thread. */
    interface Listener {
        /** A line of the event file. */
        void line(String line);

        /** Whose the cluster is now: told first after the lines that are there already, and whenever it changes. */
        void owner(String handle);

        /** Whether the job has ended, so that a stream which ends need not be opened again. */
        boolean isOver();
    }

    Follower(Host host, RunDirectory directory, String name, Listener listener) {
        this.host = host;
        this.directory = directory.path();
        this.listener = listener;
        this.thread = new Thread(this::follow, "slurmray-follow-" + name);
        thread.setDaemon(true);
    }

    Follower start() {
        thread.start();
        return this;
    }

    private void follow() {
        int failures = 0;
        while (closed.getCount() > 0) {
            try (HostProcess running = host.start(Scripts.command(
                    "bash",
                    "follow.sh",
                    directory,
                    Integer.toString(told),
                    Long.toString(LONGEST_SILENCE.toSeconds())))) {
                process = running;
                if (closed.getCount() == 0) {
                    return; // it was closed while the command was being started
                }
                InputStream lines = new BufferedInputStream(running.stdout());
                for (String line = line(lines); line != null; line = line(lines)) {
                    failures = 0;
                    tell(line);
                }
            } catch (IOException | SlurmRayException e) {
                LOG.debug("the events of {} are not followed for the moment", directory, e);
            } catch (IllegalStateException e) {
                // the host was closed under us: there is nothing to go on with
                LOG.debug("the events of {} are followed no more", directory, e);
                return;
            } finally {
                process = null;
            }
            if (listener.isOver()) {
                return;
            }
            failures++;
            pause(BACKOFF.delay(failures, ThreadLocalRandom.current()::nextDouble));
        }
    }

    /** The next line; null at the end. What the end cut off is no line: it will be told again from its start. */
    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
            line.write(b);
        }
        return null;
    }

    private void tell(String line) {
        if (line.startsWith("!owner ")) {
            listener.owner(line.substring("!owner ".length()));
        } else if (line.startsWith("!told ")) {
            answered(Long.parseLong(line.substring("!told ".length())));
        } else {
            told++;
            listener.line(line.startsWith("!!") ? line.substring(1) : line);
        }
    }

    private void pause(Duration wait) {
        try {
            closed.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }

    /**
     * Renews the lease.
     *
     * @param text any text that differs from the last one
     * @return false if there is no connection to do it by
     */
    boolean renew(String text) {
        return send(text);
    }

    /**
     * Keeps the command on the login host alive. One whose connection was cut can't know, and would follow for nobody.
     *
     * @return false if there is no connection to do it by
     */
    boolean signOfLife() {
        return send("");
    }

    /**
     * Waits until everything has been told that was written when this was called.
     *
     * @return false if that can't be known, or not in time
     */
    boolean catchUp(Duration atMost) throws InterruptedException {
        long question = questions.incrementAndGet();
        if (!send("?" + question)) {
            return false;
        }
        long deadline = System.nanoTime() + atMost.toNanos();
        synchronized (this) {
            while (answered < question) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                wait(Math.max(1, left / 1_000_000));
            }
            return true;
        }
    }

    private synchronized void answered(long question) {
        answered = Math.max(answered, question);
        notifyAll();
    }

    private boolean send(String line) {
        HostProcess running = process;
        if (running == null) {
            return false;
        }
        try {
            running.stdin().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            running.stdin().flush();
            return true;
        } catch (IOException | SlurmRayException e) {
            LOG.debug("the follower of {} could not be written to", directory, e);
            return false;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        HostProcess running = process;
        if (running != null) {
            running.close();
        }
        if (Thread.currentThread() != thread) {
            try {
                thread.join(5_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
