package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Backoff;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.ray.RayApiException;
import io.github.slurmray.ray.RayJob;
import io.github.slurmray.ray.RayJobInfo;
import io.github.slurmray.ray.RayJobNotFoundException;
import io.github.slurmray.ray.RayJobSpec;
import io.github.slurmray.ray.RayJobStatus;
import io.github.slurmray.ray.RayJobs;
import io.github.slurmray.ray.RayUnreachableException;
import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** {@link RayJobs} over the dashboard. */
final class DashboardJobs implements RayJobs {
    /** What the dashboard takes in one request, in every version up to 2.60 (its client_max_size). */
    static final long MAX_PACKAGE = 100L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(DashboardJobs.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Backoff BETWEEN_TRIES = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(4));

    /** A job as Ray has it, and where its log is. */
    record Known(RayJobInfo info, Optional<String> driverNodeId) {}

    private final RayDashboard dashboard;

    DashboardJobs(RayDashboard dashboard) {
        this.dashboard = dashboard;
    }

    @Override
    public RayJob submit(RayJobSpec spec) {
        String id = spec.submissionId().orElseGet(DashboardJobs::newId);
        Map<String, Object> runtimeEnv = new LinkedHashMap<>();
        spec.workingDir().ifPresent(dir -> runtimeEnv.put("working_dir", upload(dir)));
        if (!spec.env().isEmpty()) {
            runtimeEnv.put("env_vars", spec.env());
        }
        if (!spec.pip().isEmpty()) {
            runtimeEnv.put("pip", spec.pip());
        }
        send(spec, id, RayDashboard.toJson(request(spec, id, runtimeEnv)));
        return job(id);
    }

    private static Map<String, Object> request(RayJobSpec spec, String id, Map<String, Object> runtimeEnv) {
        // older Ray refuses fields that it doesn't know, so only what was set is sent
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("entrypoint", spec.entrypoint());
        request.put("submission_id", id);
        if (!runtimeEnv.isEmpty()) {
            request.put("runtime_env", runtimeEnv);
        }
        if (!spec.metadata().isEmpty()) {
            request.put("metadata", spec.metadata());
        }
        spec.entrypointCpus().ifPresent(n -> request.put("entrypoint_num_cpus", n));
        spec.entrypointGpus().ifPresent(n -> request.put("entrypoint_num_gpus", n));
        spec.entrypointMemory().ifPresent(m -> request.put("entrypoint_memory", m.bytes()));
        if (!spec.entrypointResources().isEmpty()) {
            request.put("entrypoint_resources", spec.entrypointResources());
        }
        return request;
    }

    /** Sends the job until it is known to be there; repeating is harmless, since Ray takes an id only once. */
    private void send(RayJobSpec spec, String id, byte[] request) {
        long deadline =
                dashboard.waits().nanoTime() + dashboard.limits().agent().toNanos();
        boolean mayBeThere = false;
        for (int failures = 1; ; failures++) {
            @Nullable RayApiException refusal;
            @Nullable RayUnreachableException lost = null;
            try {
                RayHttp.Reply reply = dashboard.call(
                        "POST",
                        "/api/jobs/",
                        BodyPublishers.ofByteArray(request),
                        dashboard.limits().request());
                if (reply.status() == 200) {
                    return;
                }
                if (alreadyExists(reply)) {
                    accept(spec, id, mayBeThere);
                    return;
                }
                refusal = submitFailure(reply, id);
                if (!RayDashboard.noAgent(reply)) {
                    throw refusal;
                }
                LOG.debug("no agent of Ray accepts {} yet", id);
            } catch (RayUnreachableException e) {
                lost = e;
                mayBeThere = true;
                refusal = null;
                if (isThere(id)) {
                    return;
                }
            }
            if (dashboard.waits().nanoTime() >= deadline) {
                if (refusal != null && !mayBeThere) {
                    throw refusal;
                }
                throw new RayUnreachableException(
                        "it is not known whether Ray accepted the job '" + id
                                + "', since its answer was lost; ask for it by this id, or submit it again with this id, which"
                                + " never starts it twice",
                        Objects.requireNonNullElse(lost, refusal),
                        Retry.UNKNOWN_EFFECT);
            }
            dashboard
                    .waits()
                    .pause(
                            BETWEEN_TRIES.delay(
                                    failures, () -> ThreadLocalRandom.current().nextDouble()),
                            "an agent of Ray that accepts the job " + id);
        }
    }

    private boolean isThere(String id) {
        try {
            known(id);
            return true;
        } catch (RayJobNotFoundException e) {
            return false;
        } catch (RayUnreachableException e) {
            LOG.debug("Ray can't be asked for {} either", id, e);
            return false;
        }
    }

    /** Ray has a job of this id: ours if we may have sent it, or if it is the same job under an id of the caller. */
    private void accept(RayJobSpec spec, String id, boolean mayBeThere) {
        if (mayBeThere || spec.submissionId().isEmpty()) {
            return;
        }
        String other = known(id).info().entrypoint();
        if (!other.equals(spec.entrypoint())) {
            throw new RayApiException(
                    "this cluster has another job '" + id + "', whose entrypoint is '" + RayDashboard.excerpt(other)
                            + "'; choose another submission id, or leave it out for a new one",
                    null,
                    400,
                    Retry.POINTLESS);
        }
    }

    private static boolean alreadyExists(RayHttp.Reply reply) {
        return reply.status() >= 400 && RayDashboard.lastLine(reply.text()).contains("already exists");
    }

    private RayApiException submitFailure(RayHttp.Reply reply, String id) {
        RayApiException e = dashboard.failure("POST", "/api/jobs/", reply);
        String hint = "";
        // what Ray 2.4x says when its agent's HTTP port was taken
        if (reply.text().contains("http://") && reply.text().contains(":None/api/job_agent")) {
            hint = " (the agent on the head could not open its HTTP port, --dashboard-agent-listen-port: another Ray or"
                    + " program has it)";
        }
        Retry retry = reply.status() >= 500 && !RayDashboard.noAgent(reply) ? Retry.UNKNOWN_EFFECT : e.retry();
        return new RayApiException(
                "the job '" + id + "' was not accepted: " + e.getMessage() + hint, null, reply.status(), retry);
    }

    /** Uploads a directory unless Ray has it; asking also keeps Ray from deleting it before the job starts. */
    private String upload(Path dir) {
        try (WorkingDirPackage packed = WorkingDirPackage.of(dir, MAX_PACKAGE)) {
            String path = "/api/packages/gcs/" + packed.name();
            RayHttp.Reply there = dashboard.call("GET", path);
            if (there.status() == 404) {
                RayHttp.Reply put = dashboard.call(
                        "PUT",
                        path,
                        BodyPublishers.ofFile(packed.file()),
                        dashboard.limits().upload());
                if (put.status() != 200) {
                    throw dashboard.failure("PUT", path, put);
                }
                LOG.debug("uploaded {} as {}", dir, packed.name());
            } else if (there.status() != 200) {
                throw dashboard.failure("GET", path, there);
            }
            return "gcs://" + packed.name();
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException("the package of " + dir + " vanished before it was uploaded", e);
        }
    }

    @Override
    public RayJob job(String submissionId) {
        if (submissionId.isBlank()) {
            throw new IllegalArgumentException("a submission id can't be blank");
        }
        return new DashboardJob(dashboard, this, submissionId);
    }

    @Override
    public List<RayJobInfo> list() {
        String path = "/api/jobs/";
        JsonNode answer = dashboard.getJson(path);
        if (!answer.isArray()) {
            throw new ProtocolException(
                    "Ray's answer to " + path + " is no list: " + RayDashboard.excerpt(answer), null);
        }
        List<RayJobInfo> jobs = new ArrayList<>();
        for (JsonNode job : answer) {
            Optional<String> id = RayDashboard.text(job, "submission_id");
            if (id.isPresent()) {
                jobs.add(parse(job, id.get(), path).info());
            }
        }
        return List.copyOf(jobs);
    }

    Known known(String id) {
        String path = "/api/jobs/" + RayDashboard.encode(id);
        RayHttp.Reply reply = dashboard.call("GET", path);
        if (reply.status() == 404) {
            throw new RayJobNotFoundException(id);
        }
        if (reply.status() != 200) {
            throw dashboard.failure("GET", path, reply);
        }
        return parse(RayDashboard.json(path, reply), id, path);
    }

    private static Known parse(JsonNode job, String id, String path) {
        Map<String, String> metadata = new LinkedHashMap<>();
        job.path("metadata")
                .properties()
                .forEach(e -> e.getValue().asStringOpt().ifPresent(v -> metadata.put(e.getKey(), v)));
        OptionalInt exitCode = job.path("driver_exit_code").isNumber()
                ? OptionalInt.of(job.path("driver_exit_code").asInt())
                : OptionalInt.empty();
        RayJobInfo info = new RayJobInfo(
                id,
                status(RayDashboard.required(job, "status", path), path),
                RayDashboard.text(job, "message").orElse(""),
                RayDashboard.text(job, "entrypoint").orElse(""),
                instant(job, "start_time"),
                instant(job, "end_time"),
                RayDashboard.text(job, "error_type"),
                exitCode,
                metadata);
        return new Known(info, RayDashboard.text(job, "driver_node_id"));
    }

    private static RayJobStatus status(String word, String path) {
        for (RayJobStatus status : RayJobStatus.values()) {
            if (status.name().equals(word)) {
                return status;
            }
        }
        throw new ProtocolException(
                "Ray's answer to " + path + " has the status '" + RayDashboard.excerpt(word)
                        + "', which this version of slurmray doesn't know",
                null);
    }

    private static Optional<Instant> instant(JsonNode job, String field) {
        long millis = job.path(field).asLong(0);
        return millis > 0 ? Optional.of(Instant.ofEpochMilli(millis)) : Optional.empty();
    }

    private static String newId() {
        byte[] random = new byte[10];
        RANDOM.nextBytes(random);
        return "slurmray-" + HexFormat.of().formatHex(random);
    }
}
