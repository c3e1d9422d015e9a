package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.Secret;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.ray.RayApiException;
import io.github.slurmray.ray.RayUnreachableException;
import io.github.slurmray.ray.RayVersion;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RayDashboardTest {
    private static final RayDashboard.Limits SHORT = new RayDashboard.Limits(
            Duration.ofSeconds(5),
            Duration.ofMillis(300),
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(120));

    private static RayDashboard client(TinyServer server) {
        return new RayDashboard(server::uri, Optional.empty());
    }

    private static RayDashboard impatient(TinyServer server) {
        return new RayDashboard(server::uri, Optional.empty(), SHORT, Waits.REAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.43.0", "2.60.0"})
    void itTellsWhichRayAnswers(String version) throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, Recorded.answer(version, "version")));
                RayDashboard dashboard = client(server)) {
            RayVersion answer = dashboard.version();

            assertThat(answer.rayVersion()).isEqualTo(version);
            assertThat(answer.apiVersion()).isEqualTo("4");
            assertThat(answer.commit()).hasSize(40);
            assertThat(answer.sessionName())
                    .hasValueSatisfying(s -> assertThat(s).startsWith("session_"));
        }
    }

    @Test
    void anOldRayThatNamesNoSessionIsUnderstood() throws Exception {
        String answer = "{\"version\": \"3\", \"ray_version\": \"2.9.0\", \"ray_commit\": \"abc\", \"new\": {}}";
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, answer));
                RayDashboard dashboard = client(server)) {
            assertThat(dashboard.version()).isEqualTo(new RayVersion("2.9.0", "3", "abc", Optional.empty()));
        }
    }

    /** A program may well run a pipeline of its own in the common pool, which on two cores has one thread. */
    @Test
    void anAnswerNeedsNoThreadOfTheCommonPool() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        for (int i = 0; i < ForkJoinPool.getCommonPoolParallelism(); i++) {
            ForkJoinPool.commonPool().execute(() -> {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, "success"));
                RayDashboard dashboard = client(server)) {
            assertThat(dashboard.gcsHealthy()).isTrue();
        } finally {
            over.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.43.0", "2.60.0"})
    void nodesComeWithTheirResources(String version) throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, Recorded.answer(version, "nodes")));
                RayDashboard dashboard = client(server)) {
            assertThat(dashboard.aliveNodes()).singleElement().satisfies(node -> {
                assertThat(node.head()).isTrue();
                assertThat(node.alive()).isTrue();
                assertThat(node.ip()).isEqualTo("127.0.0.1");
                assertThat(node.nodeId()).hasSize(56);
                assertThat(node.resources()).containsEntry("CPU", 2.0).containsEntry("object_store_memory", 1e8);
            });
        }
    }

    @Test
    void aDeadNodeIsListedButNotAmongTheAlive() throws Exception {
        String dead = Recorded.answer("2.60.0", "nodes").replace("ALIVE", "DEAD");
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, dead));
                RayDashboard dashboard = client(server)) {
            assertThat(dashboard.nodes()).hasSize(1);
            assertThat(dashboard.aliveNodes()).isEmpty();
            assertThat(dashboard.acceptsJobs()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.43.0", "2.60.0"})
    void jobsAreAcceptedOnceTheHeadsAgentAnswersNotWhenTheNodeIsAlive(String version) throws Exception {
        TinyServer.Answer[] agent = {TinyServer.text(500, Recorded.answer(version, "agent-none"))};
        try (TinyServer server = new TinyServer(r -> r.path().startsWith("/api/v0/nodes")
                        ? TinyServer.text(200, Recorded.answer(version, "nodes"))
                        : agent[0]);
                RayDashboard dashboard = client(server)) {
            assertThat(dashboard.acceptsJobs()).isFalse();

            agent[0] = TinyServer.text(200, Recorded.answer(version, "agent-ok"));

            assertThat(dashboard.acceptsJobs()).isTrue();
            assertThat(server.requests).allSatisfy(r -> assertThat(r.method()).isEqualTo("GET"));
        }
    }

    @Test
    void aControlStoreThatIsDownIsNotHealthyAndNoException() throws Exception {
        TinyServer.Answer[] answer = {TinyServer.text(503, "down")};
        try (TinyServer server = new TinyServer(r -> answer[0]);
                RayDashboard dashboard = client(server)) {
            assertThat(dashboard.gcsHealthy()).isFalse();
            answer[0] = TinyServer.text(200, "success");
            assertThat(dashboard.gcsHealthy()).isTrue();
        }
    }

    @Test
    void aMissingAndAWrongTokenAreToldApart() throws Exception {
        try (TinyServer server = new TinyServer(r -> r.headers().containsKey("authorization")
                        ? TinyServer.text(403, Recorded.answer("2.60.0", "forbidden"))
                        : TinyServer.text(401, Recorded.answer("2.60.0", "unauthorized")));
                RayDashboard without = client(server);
                RayDashboard with = new RayDashboard(server::uri, Optional.of(Secret.of("s3cr3t")))) {
            assertThatThrownBy(without::version)
                    .isInstanceOf(RayApiException.class)
                    .hasMessageContaining("token authentication is on, and this client has no token");
            assertThatThrownBy(without::acceptsJobs).isInstanceOf(RayApiException.class);
            assertThatThrownBy(without::gcsHealthy).isInstanceOf(RayApiException.class);
            assertThatThrownBy(with::version)
                    .isInstanceOfSatisfying(RayApiException.class, e -> {
                        assertThat(e.status()).isEqualTo(403);
                        assertThat(e.retry()).isEqualTo(Retry.POINTLESS);
                    })
                    .hasMessageContaining("is not the cluster's")
                    .hasMessageNotContaining("s3cr3t");
            assertThat(server.requests.get(server.requests.size() - 1).headers())
                    .containsEntry("authorization", "Bearer s3cr3t");
        }
    }

    @Test
    void aTracebackComesDownToItsLastLine() throws Exception {
        try (TinyServer server =
                        new TinyServer(r -> TinyServer.text(500, Recorded.answer("2.43.0", "delete-running")));
                RayDashboard dashboard = client(server)) {
            assertThatThrownBy(() -> dashboard.jobs().job("slurmray-s").delete())
                    .isInstanceOfSatisfying(
                            RayApiException.class, e -> assertThat(e.retry()).isEqualTo(Retry.POINTLESS))
                    .hasMessageContaining(
                            "with 500: RuntimeError: Attempted to delete job 'slurmray-s', but it is in a non-terminal"
                                    + " state RUNNING.")
                    .hasMessageNotContaining("Traceback");
        }
    }

    @Test
    void aTracebackInsideOfJsonComesDownToItsLastLineToo() {
        assertThat(RayDashboard.lastLine(Recorded.answer("2.43.0", "agent-none")))
                .startsWith("ValueError: Agent for node id")
                .endsWith("doesn't exist.");
        assertThat(RayDashboard.lastLine("")).isEqualTo("no words");
        assertThat(RayDashboard.lastLine("{\"msg\" broken")).isEqualTo("{\"msg\" broken");
    }

    @Test
    void silenceIsUnreachableAndSafeToTryAgain() throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.silence());
                RayDashboard dashboard = impatient(server)) {
            assertUnreachable(dashboard);
        }
    }

    @Test
    void anAnswerThatStallsInTheMiddleIsUnreachable() throws Exception {
        byte[] body = Recorded.answer("2.60.0", "version").getBytes(StandardCharsets.UTF_8);
        try (TinyServer server = new TinyServer(r -> TinyServer.stall(body, 20));
                RayDashboard dashboard = impatient(server)) {
            assertUnreachable(dashboard);
        }
    }

    @Test
    void anAnswerThatBreaksInTheMiddleIsUnreachable() throws Exception {
        byte[] body = Recorded.answer("2.60.0", "version").getBytes(StandardCharsets.UTF_8);
        try (TinyServer server = new TinyServer(r -> TinyServer.reset(200, body, 20));
                RayDashboard dashboard = client(server)) {
            assertUnreachable(dashboard);
        }
    }

    @Test
    void nobodyListeningIsUnreachable() throws Exception {
        TinyServer gone = new TinyServer(r -> TinyServer.silence());
        URI uri = gone.uri();
        gone.close();
        try (RayDashboard dashboard = new RayDashboard(() -> uri, Optional.empty())) {
            assertUnreachable(dashboard);
        }
    }

    private static void assertUnreachable(RayDashboard dashboard) {
        assertThatThrownBy(dashboard::version)
                .isInstanceOfSatisfying(
                        RayUnreachableException.class,
                        e -> assertThat(e.retry()).isEqualTo(Retry.SAFE))
                .hasMessageContaining("/api/version");
    }

    @Test
    void theAddressIsAskedBeforeEachRequestSoATunnelMayMove() throws Exception {
        try (TinyServer one = new TinyServer(r -> TinyServer.text(500, "one"));
                TinyServer two = new TinyServer(r -> TinyServer.text(200, Recorded.answer("2.60.0", "version")))) {
            URI[] address = {one.uri()};
            try (RayDashboard dashboard = new RayDashboard(() -> address[0], Optional.empty())) {
                assertThatThrownBy(dashboard::version).isInstanceOf(RayApiException.class);
                address[0] = two.uri();
                assertThat(dashboard.version().rayVersion()).isEqualTo("2.60.0");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>Grafana</html>", "", "7", "{\"ray_version\": ", "{}", "[]", "\u0000\u0001"})
    void somethingElseThatListensThereIsNamed(String answer) throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, answer));
                RayDashboard dashboard = client(server)) {
            assertThatThrownBy(dashboard::version)
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("/api/version");
        }
    }

    @Test
    void binaryGarbageIsAProtocolError() throws Exception {
        byte[] garbage = new byte[1000];
        Arrays.fill(garbage, (byte) 0xff);
        try (TinyServer server = new TinyServer(r -> TinyServer.bytes(200, garbage));
                RayDashboard dashboard = client(server)) {
            assertThatThrownBy(dashboard::nodes).isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void anAnswerLargerThanTheCapIsGivenUp() throws Exception {
        byte[] chunk = new byte[1 << 20];
        try (TinyServer server = new TinyServer(r -> (request, out, socket) -> {
                    out.write("HTTP/1.1 200 X\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    while (true) {
                        out.write(chunk);
                    }
                });
                RayDashboard dashboard = client(server)) {
            assertThatThrownBy(dashboard::nodes)
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("larger than");
        }
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        try (TinyServer server = new TinyServer(r -> (request, out, socket) ->
                        out.write("HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII)));
                RayDashboard dashboard = client(server)) {
            assertThatThrownBy(dashboard::version)
                    .isInstanceOf(RayApiException.class)
                    .hasMessageContaining("redirect");
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void closingEndsARequestThatIsUnderWay() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (TinyServer server = new TinyServer(r -> {
            asked.countDown();
            return TinyServer.silence();
        })) {
            RayDashboard dashboard = client(server);
            CompletableFuture<RayVersion> version = CompletableFuture.supplyAsync(dashboard::version);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

            dashboard.close();

            assertThatThrownBy(() -> version.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(IllegalStateException.class);
            dashboard.close();
            assertThatThrownBy(dashboard::version).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void anInterruptEndsACallAndStaysVisible() throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.silence());
                RayDashboard dashboard = client(server)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(dashboard::version)
                    .isInstanceOf(SlurmRayException.class)
                    .hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void noThreadIsLeftAfterClose() throws Exception {
        // other clients of this JVM may be waiting for the collector
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            return httpThreads().isEmpty();
        });
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, Recorded.answer("2.60.0", "version")))) {
            use(server);
            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                // before Java 21, the JDK's own thread ends when its client is collected
                System.gc();
                assertThat(httpThreads()).isEmpty();
            });
        }
    }

    private static void use(TinyServer server) {
        try (RayDashboard dashboard = client(server)) {
            assertThat(httpThreads()).as("before the first request").isEmpty();
            dashboard.version();
            assertThat(httpThreads()).isNotEmpty();
        }
    }

    private static Set<String> httpThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(n -> n.startsWith("slurmray-ray-http") || n.startsWith("HttpClient"))
                .collect(Collectors.toSet());
    }
}
