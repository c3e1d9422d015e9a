package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.ray.RayApiException;
import io.github.slurmray.ray.RayJobStatus;
import io.github.slurmray.ray.RayJobTimeoutException;
import io.github.slurmray.ray.RayUnreachableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobLogTest {
    /** A job as Ray shows it, whose log grows with each look at the file. */
    private static final class LoggingJob implements TinyServer.Handler {
        /** What is in the file at each read; the last one stays. */
        final List<byte[]> file = new ArrayList<>();
        /** After this many reads the job has ended. */
        int readsUntilEnd;

        final AtomicInteger reads = new AtomicInteger();
        final AtomicInteger sockets = new AtomicInteger();
        List<TinyServer.Answer> socketAnswers = List.of();
        List<TinyServer.Answer> fileFaults = new ArrayList<>();
        TinyServer.Answer jobsApi = TinyServer.text(500, Recorded.answer("2.60.0", "logs-bin"));
        String node = "\"abc\"";

        LoggingJob(String... states) {
            for (String state : states) {
                file.add(state.getBytes(StandardCharsets.UTF_8));
            }
            readsUntilEnd = states.length;
        }

        @Override
        public synchronized TinyServer.Answer handle(TinyServer.Request r) {
            if (r.path().startsWith("/api/v0/logs/file?")) {
                if (!fileFaults.isEmpty()) {
                    return fileFaults.remove(0);
                }
                int n = reads.getAndIncrement();
                return TinyServer.bytes(200, file.get(Math.min(n, file.size() - 1)));
            }
            if (r.path().endsWith("/logs/tail")) {
                int n = sockets.getAndIncrement();
                return n < socketAnswers.size() ? socketAnswers.get(n) : TinyServer.text(500, "no more sockets");
            }
            if (r.path().endsWith("/logs")) {
                return jobsApi;
            }
            String status = reads.get() + sockets.get() < readsUntilEnd ? "RUNNING" : "SUCCEEDED";
            return TinyServer.text(
                    200, "{\"status\": \"" + status + "\", \"entrypoint\": \"x\", \"driver_node_id\": " + node + "}");
        }
    }

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private volatile TinyServer.Handler handler = r -> TinyServer.silence();
    private final TinyServer server = new TinyServer(r -> handler.handle(r));
    private final RayDashboard dashboard =
            new RayDashboard(server::uri, Optional.empty(), RayDashboard.Limits.DEFAULT, new Recorded.FastTime());

    JobLogTest() throws IOException {}

    private void serve(TinyServer.Handler job) {
        handler = job;
    }

    private RayJobStatus follow() {
        return dashboard.jobs().job("j").followLogs(lines::add).status();
    }

    @AfterEach
    void close() throws Exception {
        dashboard.close();
        server.close();
    }

    @Test
    void everyLineComesOnceWhileTheLogGrows() throws Exception {
        serve(new LoggingJob("", "one\nt", "one\ntwo\n", "one\ntwo\n\nfour, w", "one\ntwo\n\nfour, without end"));

        assertThat(follow()).isEqualTo(RayJobStatus.SUCCEEDED);

        assertThat(lines).containsExactly("one", "two", "", "four, without end");
    }

    @Test
    void afterItsTimeoutItThrowsAndTheJobGoesOn() throws Exception {
        LoggingJob job = new LoggingJob("one\n", "one\ntwo\n");
        job.readsUntilEnd = Integer.MAX_VALUE;
        serve(job);

        assertThatThrownBy(() -> dashboard.jobs().job("j").followLogs(lines::add, Duration.ofMinutes(3)))
                .isInstanceOf(RayJobTimeoutException.class)
                .hasMessageContainingAll("'j'", "PT3M", "2 lines", "goes on");

        assertThat(lines).containsExactly("one", "two");
        assertThat(server.requests).noneMatch(r -> r.path().endsWith("/stop"));
    }

    @Test
    void aJobThatEndsWithinTheTimeoutIsFollowedToItsEnd() throws Exception {
        serve(new LoggingJob("one\n", "one\ntwo"));

        assertThat(dashboard
                        .jobs()
                        .job("j")
                        .followLogs(lines::add, Duration.ofMinutes(3))
                        .status())
                .isEqualTo(RayJobStatus.SUCCEEDED);
        assertThat(lines).containsExactly("one", "two");
    }

    @Test
    void aRayThatCanNotBeAskedWhenTheTimeIsOverIsTheTimeoutsCause() throws Exception {
        serve(r -> TinyServer.text(503, "busy"));

        assertThatThrownBy(() -> dashboard.jobs().job("j").followLogs(lines::add, Duration.ofSeconds(5)))
                .isInstanceOf(RayJobTimeoutException.class)
                .hasCauseInstanceOf(RayApiException.class);
    }

    @Test
    void aStreamThatSaysNothingEndsWithTheTimeout() throws Exception {
        LoggingJob job = new LoggingJob("x".repeat(JobLog.SMALL + 1) + "\n");
        job.readsUntilEnd = Integer.MAX_VALUE;
        job.socketAnswers = List.of(TinyServer.quietSocket());
        serve(job);
        RayDashboard real = new RayDashboard(server::uri, Optional.empty());
        try (real) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> real.jobs().job("j").followLogs(lines::add, Duration.ofSeconds(2)))
                    .isInstanceOf(RayJobTimeoutException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(8));
        }
    }

    @Test
    void whatComesBetweenTheLastLookAndTheEndIsNotLost() throws Exception {
        LoggingJob job = new LoggingJob("one\n", "one\ntwo\nthree\n");
        job.readsUntilEnd = 1;
        serve(job);

        follow();

        assertThat(lines).containsExactly("one", "two", "three");
    }

    @Test
    void aConnectionThatBreaksInTheMiddleOfALineLosesAndRepeatsNothing() throws Exception {
        LoggingJob job = new LoggingJob("a\nb\n", "a\nb\nc\nd\n");
        byte[] all = "a\nb\nc\nd\n".getBytes(StandardCharsets.UTF_8);
        for (int sent = 0; sent < all.length; sent++) {
            job.fileFaults.add(TinyServer.reset(200, all, sent));
        }
        job.fileFaults.add(TinyServer.reset());
        serve(job);

        follow();

        assertThat(lines).containsExactly("a", "b", "c", "d");
    }

    @Test
    void unicodeAndBytesThatAreNoneComeThroughAndProgressBarsAreLines() throws Exception {
        LoggingJob job = new LoggingJob("");
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        log.writeBytes("héllo ✓ 🚀\r\n".getBytes(StandardCharsets.UTF_8));
        log.writeBytes(new byte[] {(byte) 0xff, (byte) 0xfe, 0, '\n'});
        log.writeBytes("10%\r20%\rdone\n".getBytes(StandardCharsets.UTF_8));
        job.file.set(0, log.toByteArray());
        serve(job);

        follow();

        assertThat(lines).containsExactly("héllo ✓ 🚀", "\ufffd\ufffd\u0000", "10%", "20%", "done");
        assertThat(dashboard.jobs().job("j").logs()).isEqualTo("héllo ✓ 🚀\r\n\ufffd\ufffd\u0000\n10%\r20%\rdone\n");
    }

    @Test
    void aLargeLogIsStreamedAndEveryLineComesOnceThroughALostStream() throws Exception {
        List<String> expected = IntStream.range(0, 30_000)
                .mapToObj(i -> "line " + i + " " + "ü".repeat(20))
                .toList();
        String head = String.join("\n", expected.subList(0, 25_000)) + "\n";
        String broken = String.join("\n", expected.subList(0, 27_000)) + "\nline 27";
        String whole = String.join("\n", expected);
        LoggingJob job = new LoggingJob(head, whole);
        job.readsUntilEnd = 4;
        job.socketAnswers = List.of(
                TinyServer.socket(pieces(broken, 70_001), false),
                // Ray 2.43 may close before the last lines, as if that were all
                TinyServer.socket(pieces(whole.substring(0, whole.length() - 500), 3_001), true));
        serve(job);

        follow();

        assertThat(job.sockets).hasValueGreaterThanOrEqualTo(2);
        assertThat(lines).containsExactlyElementsOf(expected);
    }

    @Test
    void aStreamThatSaysNothingIsGivenUpForReadingAgain() throws Exception {
        String big = "x".repeat(99) + "\n";
        LoggingJob job = new LoggingJob(big.repeat(20_000), big.repeat(20_000), big.repeat(20_001));
        job.readsUntilEnd = 6;
        // what Ray does to a log that is no UTF-8
        TinyServer.Answer nothing = TinyServer.socket(List.of(), true);
        job.socketAnswers = List.of(nothing, nothing, nothing, nothing, nothing);
        serve(job);

        follow();

        assertThat(job.sockets).hasValue(2);
        assertThat(lines).hasSize(20_001);
    }

    private static List<String> pieces(String text, int length) {
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < text.length(); i += length) {
            pieces.add(text.substring(i, Math.min(text.length(), i + length)));
        }
        return pieces;
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.43.0", "2.60.0"})
    void aFileThatIsNotThereYetIsAnEmptyLog(String version) throws Exception {
        LoggingJob job = new LoggingJob("hello\n");
        int status = version.equals("2.43.0") ? 200 : 500;
        job.fileFaults.add(TinyServer.text(status, Recorded.answer(version, "file-none")));
        job.jobsApi = TinyServer.text(200, "{\"logs\": \"\"}");
        job.readsUntilEnd = 1;
        serve(job);

        follow();

        assertThat(lines).containsExactly("hello");
    }

    @Test
    void raysErrorInsideOfTheTextIsNotTakenForTheJobsLine() throws Exception {
        LoggingJob job = new LoggingJob("one\ntwo\n");
        job.fileFaults.add(TinyServer.text(200, "one\nt[get_logs] Fetch log error: <AioRpcError\n\tdetails\n>"));
        job.jobsApi = TinyServer.text(503, "busy");
        serve(job);

        follow();

        assertThat(lines).containsExactly("one", "two");
    }

    @Test
    void aJobThatPrintsRaysErrorItselfIsBelieved() throws Exception {
        String text = "one\n[get_logs] Fetch log error: just kidding\nthree";
        LoggingJob job = new LoggingJob(text);
        job.jobsApi =
                TinyServer.text(200, new String(RayDashboard.toJson(Map.of("logs", text)), StandardCharsets.UTF_8));
        serve(job);

        follow();

        assertThat(lines).containsExactly("one", "[get_logs] Fetch log error: just kidding", "three");
        assertThat(dashboard.jobs().job("j").logs()).isEqualTo(text);
        lines.clear();
        // also if it is no UTF-8, which the Jobs API can't give
        job.jobsApi = TinyServer.text(500, Recorded.answer("2.43.0", "logs-bin"));
        follow();
        assertThat(lines).containsExactly("one", "[get_logs] Fetch log error: just kidding", "three");
        assertThat(dashboard.jobs().job("j").logs()).isEqualTo(text);
    }

    @Test
    void aJobThatNeverRanHasNoLines() throws Exception {
        LoggingJob job = new LoggingJob();
        job.node = "null";
        serve(job);

        assertThat(follow()).isEqualTo(RayJobStatus.SUCCEEDED);

        assertThat(lines).isEmpty();
        assertThat(dashboard.jobs().job("j").logs()).isEmpty();
    }

    @Test
    void aLogThatCantBeReadAfterTheEndIsAnErrorNotTheEnd() throws Exception {
        LoggingJob job = new LoggingJob("one\n", "one\ntwo\n");
        job.readsUntilEnd = 1;
        serve(r -> job.reads.get() > 0 && r.path().contains("/logs")
                ? TinyServer.text(500, "agent is gone")
                : job.handle(r));

        assertThatThrownBy(this::follow).isInstanceOf(RayApiException.class).hasMessageContaining("agent is gone");

        assertThat(lines).containsExactly("one");
    }

    @Test
    void followingGivesUpWhenRayIsSilentForTwoMinutesAndNotBefore() throws Exception {
        LoggingJob job = new LoggingJob("one\n", "one\ntwo\n");
        int[] lost = {0};
        serve(r -> {
            if (job.reads.get() == 1 && lost[0] < 100) {
                lost[0]++;
                return TinyServer.reset();
            }
            return job.handle(r);
        });
        follow();
        assertThat(lines).containsExactly("one", "two");

        job.reads.set(1);
        lost[0] = Integer.MIN_VALUE;
        assertThatThrownBy(this::follow).isInstanceOf(RayUnreachableException.class);
    }

    @Test
    void anExceptionOfTheTakerEndsTheCallAndIsNotTriedAgain() throws Exception {
        serve(new LoggingJob("one\n", "one\ntwo\n"));
        SlurmRayException mine = new RayUnreachableException("of the caller", null);

        assertThatThrownBy(() -> dashboard.jobs().job("j").followLogs(line -> {
                    lines.add(line);
                    throw mine;
                }))
                .isSameAs(mine);

        assertThat(lines).containsExactly("one");
    }

    @Test
    void anInterruptEndsFollowingAStream() throws Exception {
        LoggingJob job = new LoggingJob(("x".repeat(99) + "\n").repeat(20_000));
        job.readsUntilEnd = Integer.MAX_VALUE;
        Thread follower = Thread.currentThread();
        job.socketAnswers = List.of((request, out, socket) -> {
            follower.interrupt();
            TinyServer.quietSocket().to(request, out, socket);
        });
        serve(job);

        assertThatThrownBy(this::follow).isInstanceOf(InterruptedCallException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void closingEndsFollowingAStream() throws Exception {
        String big = "x".repeat(99) + "\n";
        LoggingJob job = new LoggingJob(big.repeat(20_000));
        job.readsUntilEnd = Integer.MAX_VALUE;
        CountDownLatch streaming = new CountDownLatch(1);
        job.socketAnswers = List.of((request, out, socket) -> {
            streaming.countDown();
            TinyServer.quietSocket().to(request, out, socket);
        });
        serve(job);
        CompletableFuture<RayJobStatus> following = CompletableFuture.supplyAsync(this::follow);
        assertThat(streaming.await(20, TimeUnit.SECONDS)).isTrue();

        dashboard.close();

        assertThatThrownBy(() -> following.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aHugeLogIsCutToItsLastLines() throws Exception {
        byte[] line = ("x".repeat(1023) + "\n").getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        for (int i = 0; i < 20 << 10; i++) {
            log.writeBytes(line);
        }
        log.writeBytes("the last line".getBytes(StandardCharsets.UTF_8));
        LoggingJob job = new LoggingJob("");
        job.file.set(0, log.toByteArray());
        serve(job);

        String tail = dashboard.jobs().job("j").logs();

        assertThat(tail.length()).isBetween(JobLog.MAX_TAIL - 1024, JobLog.MAX_TAIL);
        assertThat(tail).startsWith("xxx").endsWith("\nthe last line");
        assertThat(tail.indexOf('\n')).isEqualTo(1023);
    }
}
