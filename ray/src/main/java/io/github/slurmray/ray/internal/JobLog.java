package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.ray.RayApiException;
import io.github.slurmray.ray.RayJobInfo;
import io.github.slurmray.ray.RayJobNotFoundException;
import io.github.slurmray.ray.RayJobTimeoutException;
import io.github.slurmray.ray.RayUnreachableException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the log of one job. Not safe for use by many threads.
 *
 * <p>Ray offers it four times, each with a flaw (seen in 2.43.0 and 2.60.0):
 *
 * <ul>
 *   <li>the log file by the state API: the raw bytes, but whole. Up to {@link #SMALL} it is simply read again.
 *   <li>the web socket of the Jobs API: only what is new, but 1 to 2 s late, and ten lines to a frame; it ends without
 *       a word, as if complete, at the first byte that is no UTF-8, and 2.43 may end it before the last lines. So it is
 *       used for larger logs, and never believed.
 *   <li>the log by the Jobs API: whole, as JSON, and an error at the first byte that is no UTF-8. It is the second
 *       source of the whole log, since 2.43 reports errors of the first inside of the text.
 *   <li>the stream of the state API: quick and raw, but every stream that a client leaves holds one of 100 connections
 *       inside of 2.60's dashboard until the file grows, for good if the job has ended. It is not used.
 * </ul>
 *
 * <p>A position in the log is the number of lines delivered, which means the same in all of them ({@link LogLines}).
 * The end is proven by reading the whole log once more after Ray has said that the job has ended.
 */
final class JobLog {
    /** A log up to this size is read again and again, a larger one streamed. */
    static final int SMALL = 1 << 20;

    static final int MAX_TAIL = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(JobLog.class);
    private static final String IN_BAND = "[get_logs] Fetch log error: ";
    /** Pauses grow from this, so that what is over soon is known soon. */
    private static final Duration FIRST_TURN = Duration.ofMillis(50);

    private static final Duration TURN = Duration.ofMillis(400);
    private static final Duration FAILED_TURN = Duration.ofSeconds(1);
    private static final Duration LONGEST_TURN = Duration.ofSeconds(30);
    private static final Duration UNLIMITED = Duration.ofSeconds(Long.MAX_VALUE);
    /** After this much silence on the socket, the job is looked at: the server can't be pinged. */
    private static final Duration QUIET = Duration.ofSeconds(10);

    private final RayDashboard dashboard;
    private final DashboardJobs jobs;
    private final String id;
    private long delivered;
    private long size;
    private int uselessSockets;

    JobLog(RayDashboard dashboard, DashboardJobs jobs, String id) {
        this.dashboard = dashboard;
        this.jobs = jobs;
        this.id = id;
    }

    /** Returns the log so far, of a large one the last {@link #MAX_TAIL} bytes, from the start of a line. */
    String tail() {
        Optional<String> node = jobs.known(id).driverNodeId();
        if (node.isEmpty()) {
            return "";
        }
        Tail tail = new Tail();
        if (!readFile(node.get(), tail::add, false)) {
            tail = new Tail();
            try {
                tail.add(viaJobsApi());
            } catch (RayApiException e) {
                tail = new Tail();
                if (!readFile(node.get(), tail::add, true)) {
                    throw e;
                }
            }
        }
        return tail.text();
    }

    /**
     * Delivers every line, and returns the job at its end.
     *
     * @param timeout how long at most; empty for as long as it takes
     * @throws RayJobTimeoutException if that is over first
     */
    RayJobInfo follow(Consumer<String> line, Optional<Duration> timeout) {
        Waits waits = dashboard.waits();
        long start = waits.nanoTime();
        @Nullable Long failingSince = null;
        @Nullable SlurmRayException lastFailure = null;
        Duration next = FIRST_TURN;
        Duration nextFailed = FIRST_TURN;
        while (true) {
            Duration turn = next;
            next = between(next, next.multipliedBy(2), TURN);
            Duration left =
                    timeout.map(t -> t.minusNanos(waits.nanoTime() - start)).orElse(UNLIMITED);
            if (left.isNegative() || left.isZero()) {
                throw new RayJobTimeoutException(
                        "the job '" + id + "' had not ended after " + timeout.orElseThrow() + ", and " + delivered
                                + " lines of its log were handed over; it goes on: follow its log again (from the first"
                                + " line on), await() its end, or stop() it",
                        lastFailure);
            }
            try {
                DashboardJobs.Known job = jobs.known(id);
                boolean ended = job.info().status().isTerminal();
                if (job.driverNodeId().isPresent()) {
                    String node = job.driverNodeId().get();
                    if (ended || size <= SMALL || uselessSockets >= 2) {
                        long reading = waits.nanoTime();
                        readWhole(node, line, ended);
                        // at most a tenth of the time is spent on reading again what is known
                        turn = between(
                                turn,
                                Duration.ofNanos(waits.nanoTime() - reading).multipliedBy(10),
                                LONGEST_TURN);
                    } else {
                        stream(line, left);
                    }
                }
                if (ended) {
                    return job.info();
                }
                failingSince = null;
                nextFailed = FIRST_TURN;
                lastFailure = null;
            } catch (TakerFailure e) {
                throw e.original;
            } catch (RayJobNotFoundException e) {
                throw e;
            } catch (RayApiException | RayUnreachableException e) {
                long now = waits.nanoTime();
                failingSince = failingSince == null ? now : failingSince;
                if (e.retry() != Retry.SAFE
                        || now - failingSince >= dashboard.limits().silence().toNanos()) {
                    throw e;
                }
                LOG.debug("the log of {} can't be read now, {} lines were delivered", id, delivered, e);
                turn = nextFailed;
                nextFailed = between(nextFailed, nextFailed.multipliedBy(2), FAILED_TURN);
                lastFailure = e;
            }
            waits.pause(turn.compareTo(left) < 0 ? turn : left, "the log of the job " + id);
        }
    }

    private LogLines fromHere(Consumer<String> line) {
        return new LogLines(delivered, text -> {
            // counted first: a line whose taker throws was delivered
            delivered++;
            try {
                line.accept(text);
            } catch (RuntimeException e) {
                throw new TakerFailure(e);
            }
        });
    }

    /** Keeps an exception of the caller's own code from being taken for one of Ray's, and tried again. */
    private static final class TakerFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final RuntimeException original;

        TakerFailure(RuntimeException original) {
            super(original);
            this.original = original;
        }
    }

    /** Reads the whole log and delivers what is new; an unfinished last line only if the log is complete. */
    private void readWhole(String node, Consumer<String> line, boolean complete) {
        if (tryFile(node, line, complete, false)) {
            return;
        }
        try {
            byte[] text = viaJobsApi();
            LogLines lines = fromHere(line);
            lines.feed(text);
            size = text.length;
            if (complete) {
                lines.end();
            }
        } catch (RayApiException e) {
            // a log that isn't UTF-8 and holds Ray's own words for an error: then they are the job's
            if (e.status() != 500
                    || !Objects.toString(e.getMessage()).contains("UnicodeDecodeError")
                    || !tryFile(node, line, complete, true)) {
                throw e;
            }
        }
    }

    private boolean tryFile(String node, Consumer<String> line, boolean complete, boolean trusting) {
        LogLines lines = fromHere(line);
        long[] bytes = {0};
        boolean read = readFile(
                node,
                chunk -> {
                    bytes[0] += chunk.length;
                    lines.feed(chunk);
                },
                trusting);
        if (read) {
            size = bytes[0];
            if (complete) {
                lines.end();
            }
        }
        return read;
    }

    /**
     * Reads the log file by the state API.
     *
     * @param node the node that has it
     * @param sink takes its bytes
     * @param trusting whether text that looks like an error of 2.43 is taken for the job's
     * @return false if Ray couldn't read it
     */
    private boolean readFile(String node, Consumer<byte[]> sink, boolean trusting) {
        String path = "/api/v0/logs/file?lines=-1&format=text&filename="
                + RayDashboard.encode("job-driver-" + id + ".log") + "&node_id=" + RayDashboard.encode(node);
        Duration timeout = dashboard.limits().request();
        RayHttp http = dashboard.http();
        try (RayHttp.Opened answer = http.open("GET", path, BodyPublishers.noBody(), timeout)) {
            if (answer.status() == 401 || answer.status() == 403) {
                throw dashboard.failure("GET", path, new RayHttp.Reply(answer.status(), new byte[0]));
            }
            if (answer.status() != 200) {
                return false;
            }
            Marker marker = new Marker();
            while (true) {
                byte[] bytes = http.next(answer, path, timeout);
                if (bytes.length == 0) {
                    return true;
                }
                if (!trusting && marker.isIn(bytes)) {
                    return false;
                }
                sink.accept(bytes);
            }
        }
    }

    private byte[] viaJobsApi() {
        return RayDashboard.text(dashboard.getJson("/api/jobs/" + RayDashboard.encode(id) + "/logs"), "logs")
                .orElse("")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Delivers lines from the web socket until it ends, breaks, the time is over, or the job has ended. */
    private void stream(Consumer<String> line, Duration timeout) {
        long before = delivered;
        long start = dashboard.waits().nanoTime();
        LogLines lines = fromHere(line);
        try {
            dashboard.http().stream(
                    "/api/jobs/" + RayDashboard.encode(id) + "/logs/tail",
                    dashboard.limits().request(),
                    socket -> {
                        boolean goesOn = true;
                        while (goesOn) {
                            Duration left = timeout.minusNanos(dashboard.waits().nanoTime() - start);
                            if (left.isNegative()) {
                                return;
                            }
                            LogSocket.Part part = socket.next(left.compareTo(QUIET) < 0 ? left : QUIET);
                            if (part instanceof LogSocket.Some some) {
                                lines.feed(some.bytes());
                            } else {
                                goesOn = part instanceof LogSocket.Nothing
                                        && !jobs.known(id).info().status().isTerminal();
                            }
                        }
                    });
        } catch (RayUnreachableException e) {
            LOG.debug("the stream of the log of {} could not be opened", id, e);
        } finally {
            uselessSockets = delivered > before ? 0 : uselessSockets + 1;
        }
    }

    private static Duration between(Duration least, Duration d, Duration most) {
        if (d.compareTo(least) < 0) {
            return least;
        }
        return d.compareTo(most) > 0 ? most : d;
    }

    /** Finds Ray's words for an error, also where two chunks meet. */
    private static final class Marker {
        private String end = "";

        boolean isIn(byte[] bytes) {
            String text = end + new String(bytes, StandardCharsets.ISO_8859_1);
            end = text.substring(Math.max(0, text.length() - IN_BAND.length() + 1));
            return text.contains(IN_BAND);
        }
    }

    /** The last bytes of what was added. */
    private static final class Tail {
        private byte[] kept = new byte[0];
        private int length;
        private boolean cut;

        void add(byte[] bytes) {
            if (length + bytes.length > 2 * MAX_TAIL) {
                drop();
            }
            if (length + bytes.length > kept.length) {
                kept = Arrays.copyOf(kept, Math.max(2 * kept.length, length + bytes.length));
            }
            System.arraycopy(bytes, 0, kept, length, bytes.length);
            length += bytes.length;
        }

        private void drop() {
            if (length > MAX_TAIL) {
                System.arraycopy(kept, length - MAX_TAIL, kept, 0, MAX_TAIL);
                length = MAX_TAIL;
                cut = true;
            }
        }

        String text() {
            drop();
            int from = 0;
            if (cut) {
                while (from < length && kept[from] != '\n') {
                    from++;
                }
                from = from == length ? 0 : from + 1;
            }
            return new String(kept, from, length - from, StandardCharsets.UTF_8);
        }
    }
}
