package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.ray.RayApiException;
import io.github.slurmray.ray.RayJob;
import io.github.slurmray.ray.RayJobInfo;
import io.github.slurmray.ray.RayJobNotFoundException;
import io.github.slurmray.ray.RayJobSpec;
import io.github.slurmray.ray.RayJobStatus;
import io.github.slurmray.ray.RayJobTimeoutException;
import io.github.slurmray.ray.RayUnreachableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DashboardJobsTest {
    private static final RayJobSpec SPEC = RayJobSpec.builder("python main.py").build();
    private static final TinyServer.Answer NO_AGENT = TinyServer.text(500, Recorded.answer("2.60.0", "no-agent"));

    private final Waits time = new Recorded.FastTime();

    private RayDashboard client(TinyServer server) {
        return new RayDashboard(server::uri, Optional.empty(), RayDashboard.Limits.DEFAULT, time);
    }

    /** Answers a submission with these in turn, and everything else with the fallback. */
    private static TinyServer posts(TinyServer.Answer fallback, TinyServer.Answer... answers) throws Exception {
        Deque<TinyServer.Answer> queue = new ArrayDeque<>(List.of(answers));
        return new TinyServer(r -> {
            synchronized (queue) {
                return r.method().equals("POST") && !queue.isEmpty() ? queue.remove() : fallback;
            }
        });
    }

    private static TinyServer.Answer accepted() {
        return TinyServer.text(200, Recorded.answer("2.60.0", "submit"));
    }

    private static List<JsonNode> sent(TinyServer server) {
        return server.requests.stream()
                .filter(r -> r.method().equals("POST"))
                .map(r -> JsonMapper.shared().readTree(r.body()))
                .toList();
    }

    @Test
    void onlyWhatWasSetIsSent() throws Exception {
        try (TinyServer server = posts(accepted());
                RayDashboard dashboard = client(server)) {
            RayJob job = dashboard.jobs().submit(SPEC);

            assertThat(job.submissionId()).matches("slurmray-[0-9a-f]{20}");
            assertThat(server.requests)
                    .singleElement()
                    .satisfies(r -> assertThat(r.path()).isEqualTo("/api/jobs/"));
            assertThat(sent(server).get(0).propertyNames()).containsExactlyInAnyOrder("entrypoint", "submission_id");
        }
    }

    @Test
    void everythingThatWasSetIsSent() throws Exception {
        RayJobSpec spec = RayJobSpec.builder("python main.py")
                .submissionId("mine")
                .env("A", "b")
                .pip(List.of("numpy==2.1.0"))
                .metadata("k", "v")
                .entrypointCpus(0.5)
                .entrypointGpus(1)
                .entrypointMemory(Memory.ofMiB(1))
                .entrypointResource("special", 2)
                .build();
        try (TinyServer server = posts(accepted());
                RayDashboard dashboard = client(server)) {
            dashboard.jobs().submit(spec);

            assertThat(sent(server).get(0).toString())
                    .isEqualTo("{\"entrypoint\":\"python main.py\",\"submission_id\":\"mine\","
                            + "\"runtime_env\":{\"env_vars\":{\"A\":\"b\"},\"pip\":[\"numpy==2.1.0\"]},"
                            + "\"metadata\":{\"k\":\"v\"},\"entrypoint_num_cpus\":0.5,\"entrypoint_num_gpus\":1.0,"
                            + "\"entrypoint_memory\":1048576,\"entrypoint_resources\":{\"special\":2.0}}");
        }
    }

    @Test
    void twoSubmissionsOfOneSpecificationAreTwoJobs() throws Exception {
        try (TinyServer server = posts(accepted(), accepted());
                RayDashboard dashboard = client(server)) {
            assertThat(dashboard.jobs().submit(SPEC).submissionId())
                    .isNotEqualTo(dashboard.jobs().submit(SPEC).submissionId());
        }
    }

    @Test
    void aJobIsSentAgainUntilAnAgentAcceptsIt() throws Exception {
        try (TinyServer server = posts(accepted(), NO_AGENT, NO_AGENT, accepted());
                RayDashboard dashboard = client(server)) {
            RayJob job = dashboard.jobs().submit(SPEC);

            assertThat(sent(server))
                    .hasSize(3)
                    .allSatisfy(body ->
                            assertThat(body.path("submission_id").asString()).isEqualTo(job.submissionId()));
        }
    }

    @Test
    void withoutAnAgentForAMinuteItGivesUpAndItIsSafeToTryAgain() throws Exception {
        try (TinyServer server = new TinyServer(r -> NO_AGENT);
                RayDashboard dashboard = client(server)) {
            assertThatThrownBy(() -> dashboard.jobs().submit(SPEC))
                    .isInstanceOfSatisfying(
                            RayApiException.class, e -> assertThat(e.retry()).isEqualTo(Retry.SAFE))
                    .hasMessageContaining("No available agent");
            assertThat(Duration.ofNanos(time.nanoTime())).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(65));
        }
    }

    @Test
    void aLostAnswerIsLookedUpByTheIdAndNotSentAgain() throws Exception {
        TinyServer.Answer known = TinyServer.text(200, Recorded.answer("2.60.0", "info-pending"));
        try (TinyServer server = posts(known, TinyServer.reset());
                RayDashboard dashboard = client(server)) {
            RayJob job = dashboard.jobs().submit(SPEC);

            assertThat(sent(server)).hasSize(1);
            assertThat(server.requests.get(1).path()).isEqualTo("/api/jobs/" + job.submissionId());
        }
    }

    @Test
    void aLostRequestIsSentAgainAndItsOwnIdIsNoConflict() throws Exception {
        TinyServer.Answer unknown = TinyServer.text(404, Recorded.answer("2.60.0", "unknown-job"));
        TinyServer.Answer exists = TinyServer.text(500, Recorded.answer("2.60.0", "submit-again"));
        try (TinyServer server = posts(unknown, TinyServer.reset(), exists);
                RayDashboard dashboard = client(server)) {
            dashboard.jobs().submit(SPEC);

            assertThat(sent(server)).hasSize(2);
        }
    }

    @Test
    void ifNothingIsKnownAboutALostRequestTheExceptionSaysSoAndHasTheId() throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.reset());
                RayDashboard dashboard = client(server)) {
            assertThatThrownBy(() -> dashboard
                            .jobs()
                            .submit(SPEC.toBuilder()
                                    .submissionId("slurmray-mine")
                                    .build()))
                    .isInstanceOfSatisfying(
                            RayUnreachableException.class,
                            e -> assertThat(e.retry()).isEqualTo(Retry.UNKNOWN_EFFECT))
                    .hasMessageContaining("'slurmray-mine'");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.43.0", "2.60.0"})
    void anIdOfTheCallerThatExistsIsTheSameJobOrAConflict(String version) throws Exception {
        TinyServer.Answer info = TinyServer.text(200, Recorded.answer(version, "info-pending"));
        TinyServer.Answer exists = TinyServer.text(500, Recorded.answer(version, "submit-again"));
        RayJobSpec same = SPEC.toBuilder().submissionId("slurmray-wd").build();
        RayJobSpec other =
                RayJobSpec.builder("rm -rf /").submissionId("slurmray-wd").build();
        try (TinyServer server = posts(info, exists, exists);
                RayDashboard dashboard = client(server)) {
            assertThat(dashboard.jobs().submit(same).submissionId()).isEqualTo("slurmray-wd");
            assertThatThrownBy(() -> dashboard.jobs().submit(other))
                    .isInstanceOf(RayApiException.class)
                    .hasMessageContaining("another job 'slurmray-wd'")
                    .hasMessageContaining("python main.py");
        }
    }

    @Test
    void anAgentWhosePortWasTakenIsNamed() throws Exception {
        String words = "Traceback\naiohttp.client_exceptions.InvalidUrlClientError:"
                + " http://127.0.0.1:None/api/job_agent/jobs/\n";
        try (TinyServer server = posts(TinyServer.text(400, words));
                RayDashboard dashboard = client(server)) {
            assertThatThrownBy(() -> dashboard.jobs().submit(SPEC))
                    .isInstanceOf(RayApiException.class)
                    .hasMessageContaining("--dashboard-agent-listen-port");
        }
    }

    @Test
    void aWorkingDirectoryIsUploadedOnce(@TempDir Path dir) throws Exception {
        Files.writeString(dir.resolve("main.py"), "print('hello')");
        RayJobSpec spec = SPEC.toBuilder().workingDir(dir).build();
        boolean[] there = {false};
        try (TinyServer server = new TinyServer(r -> {
                    if (r.method().equals("POST")) {
                        return accepted();
                    }
                    boolean known = there[0];
                    there[0] |= r.method().equals("PUT");
                    return known || r.method().equals("PUT")
                            ? TinyServer.text(200, "")
                            : TinyServer.text(404, Recorded.answer("2.60.0", "pkg-missing"));
                });
                RayDashboard dashboard = client(server)) {
            dashboard.jobs().submit(spec);
            dashboard.jobs().submit(spec);

            assertThat(server.requests.stream().map(TinyServer.Request::method))
                    .containsExactly("GET", "PUT", "POST", "GET", "POST");
            String path = server.requests.get(1).path();
            assertThat(path).matches("/api/packages/gcs/_ray_pkg_[0-9a-f]{32}\\.zip");
            assertThat(server.requests.get(1).body()).startsWith("PK");
            assertThat(sent(server)
                            .get(0)
                            .path("runtime_env")
                            .path("working_dir")
                            .asString())
                    .isEqualTo("gcs://" + path.substring(path.lastIndexOf('/') + 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.43.0", "2.60.0"})
    void aFailedJobTellsItsExitStatus(String version) throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, Recorded.answer(version, "info-fail")));
                RayDashboard dashboard = client(server)) {
            RayJobInfo info = dashboard.jobs().job("slurmray-fail").info();

            assertThat(info.status()).isEqualTo(RayJobStatus.FAILED);
            assertThat(info.driverExitCode()).hasValue(3);
            assertThat(info.entrypoint()).isEqualTo("echo h€llo; exit 3");
            assertThat(info.message()).contains("exit code 3").contains("h€llo");
            assertThat(info.start()).isPresent();
            assertThat(info.end().orElseThrow()).isAfter(info.start().orElseThrow());
            assertThat(info.errorType())
                    .isEqualTo(
                            version.equals("2.60.0") ? Optional.of("JOB_ENTRYPOINT_COMMAND_ERROR") : Optional.empty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.43.0", "2.60.0"})
    void aJobThatNeverRanHasNoExitStatus(String version) throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, Recorded.answer(version, "info-envfail")));
                RayDashboard dashboard = client(server)) {
            RayJobInfo info = dashboard.jobs().job("slurmray-envfail").info();

            assertThat(info.driverExitCode()).isEmpty();
            assertThat(info.message()).startsWith("runtime_env setup failed");
        }
    }

    @Test
    void aStatusThatIsNotKnownIsAProtocolError() throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, "{\"status\": \"PAUSED\"}"));
                RayDashboard dashboard = client(server)) {
            assertThatThrownBy(() -> dashboard.jobs().job("a").status())
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("PAUSED");
        }
    }

    @Test
    void anUnknownJobIsNotFound() throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.text(404, Recorded.answer("2.43.0", "unknown-job")));
                RayDashboard dashboard = client(server)) {
            RayJob job = dashboard.jobs().job("a/b ü?");

            assertThatThrownBy(job::status)
                    .isInstanceOfSatisfying(
                            RayJobNotFoundException.class,
                            e -> assertThat(e.submissionId()).isEqualTo("a/b ü?"));
            assertThatThrownBy(job::stop).isInstanceOf(RayJobNotFoundException.class);
            assertThatThrownBy(job::delete).isInstanceOf(RayJobNotFoundException.class);
            assertThatThrownBy(job::logs).isInstanceOf(RayJobNotFoundException.class);
            assertThatThrownBy(() -> job.followLogs(line -> {})).isInstanceOf(RayJobNotFoundException.class);
            assertThatThrownBy(() -> job.await(Duration.ofDays(1))).isInstanceOf(RayJobNotFoundException.class);
            assertThat(server.requests.get(0).path()).isEqualTo("/api/jobs/a%2Fb%20%C3%BC%3F");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.43.0", "2.60.0"})
    void theListHasTheSubmittedJobsAndNoOtherDrivers(String version) throws Exception {
        String driver =
                "{\"type\": \"DRIVER\", \"job_id\": \"01000000\", \"submission_id\": null, \"status\": \"RUNNING\"}";
        String list = Recorded.answer(version, "list").replaceFirst("^\\[", "[" + driver + ", ");
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, list));
                RayDashboard dashboard = client(server)) {
            assertThat(dashboard.jobs().list())
                    .extracting(RayJobInfo::submissionId)
                    .contains("slurmray-wd", "slurmray-fail", "slurmray-bin", "slurmray-envfail")
                    .allSatisfy(id -> assertThat(id).startsWith("slurmray-"));
        }
    }

    @Test
    void stoppingAnEndedJobIsHarmless() throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, Recorded.answer("2.60.0", "stop-ended")));
                RayDashboard dashboard = client(server)) {
            assertThat(dashboard.jobs().job("slurmray-wd").stop()).isFalse();
            assertThat(server.requests).singleElement().satisfies(r -> {
                assertThat(r.method()).isEqualTo("POST");
                assertThat(r.path()).isEqualTo("/api/jobs/slurmray-wd/stop");
            });
        }
    }

    @Test
    void awaitOutlivesFailuresAndReturnsTheJobAtItsEnd() throws Exception {
        Deque<TinyServer.Answer> answers = new ArrayDeque<>(List.of(
                TinyServer.text(200, Recorded.answer("2.60.0", "info-pending")),
                TinyServer.reset(),
                TinyServer.text(500, "Traceback\nTimeoutError"),
                TinyServer.text(503, "busy"),
                TinyServer.text(200, Recorded.answer("2.60.0", "info-fail"))));
        try (TinyServer server = new TinyServer(r -> answers.remove());
                RayDashboard dashboard = client(server)) {
            assertThat(dashboard
                            .jobs()
                            .job("slurmray-fail")
                            .await(Duration.ofMinutes(1))
                            .status())
                    .isEqualTo(RayJobStatus.FAILED);
        }
    }

    @Test
    void awaitEndsAtItsTimeoutAndSaysWhatWasLastKnown() throws Exception {
        try (TinyServer server = new TinyServer(r -> TinyServer.text(200, Recorded.answer("2.60.0", "info-pending")));
                RayDashboard dashboard = client(server)) {
            assertThatThrownBy(() -> dashboard.jobs().job("slurmray-wd").await(Duration.ofHours(1)))
                    .isInstanceOf(RayJobTimeoutException.class)
                    .hasMessageContaining("its last state was ");
            assertThat(Duration.ofNanos(time.nanoTime())).isEqualTo(Duration.ofHours(1));
        }
    }

    @Test
    void aBlankIdIsRefused() throws Exception {
        try (TinyServer server = posts(accepted());
                RayDashboard dashboard = client(server)) {
            assertThatThrownBy(() -> dashboard.jobs().job(" ")).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
