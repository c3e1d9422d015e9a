package io.github.slurmray.ray.internal;

import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.Secret;
import io.github.slurmray.ray.RayApiException;
import io.github.slurmray.ray.RayJobs;
import io.github.slurmray.ray.RayNode;
import io.github.slurmray.ray.RayUnreachableException;
import io.github.slurmray.ray.RayVersion;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Ray's HTTP APIs, as the dashboard on the head serves them: versions 2.9 to 2.60, unknown fields ignored.
 *
 * <p>Safe for use by many threads. Every method blocks for one or two requests, each within {@link Limits#request()},
 * and throws {@link RayUnreachableException} when there is no answer, {@link RayApiException} when the answer is an
 * error, {@link ProtocolException} when it can't be understood and {@link IllegalStateException} after
 * {@link #close()}. The constructor does no I/O and starts no thread; for the threads see {@link #close()}.
 */
public final class RayDashboard implements AutoCloseable {
    /**
     * How long things may take.
     *
     * @param connect a connection
     * @param request a request and its whole answer
     * @param upload the upload of a working directory
     * @param agent how long a submission waits for an agent that accepts jobs
     * @param silence how long Ray may be unreachable while a log is followed
     */
    public record Limits(Duration connect, Duration request, Duration upload, Duration agent, Duration silence) {
        /** 10 s, 30 s, 10 min, 1 min, 2 min. */
        public static final Limits DEFAULT = new Limits(
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofMinutes(10),
                Duration.ofMinutes(1),
                Duration.ofMinutes(2));
    }

    private static final int MAX_ANSWER = 64 << 20;
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(MAX_ANSWER)
                            .build())
                    .build())
            .build();

    private final RayHttp http;
    private final Limits limits;
    private final Waits waits;

    /**
     * Creates a client with the default limits.
     *
     * @param base where the dashboard is to be found now, such as {@code http://127.0.0.1:34567}; asked before each
     *     request, so a tunnel may move, and what it throws passes through
     * @param token Ray's token, if its authentication is on
     */
    public RayDashboard(Supplier<URI> base, Optional<Secret> token) {
        this(base, token, Limits.DEFAULT, Waits.REAL);
    }

    /**
     * Creates a client.
     *
     * @param base where the dashboard is to be found now
     * @param token Ray's token, if its authentication is on
     * @param limits how long things may take
     * @param waits the time
     */
    public RayDashboard(Supplier<URI> base, Optional<Secret> token, Limits limits, Waits waits) {
        this.http = new RayHttp(base, token, limits.connect());
        this.limits = limits;
        this.waits = waits;
    }

    /**
     * Returns the cluster's jobs.
     *
     * @return the Jobs API over this client, usable until it is closed
     */
    public RayJobs jobs() {
        return new DashboardJobs(this);
    }

    /**
     * Asks which Ray answers: the cheapest sign that the dashboard is up.
     *
     * @return its version
     */
    public RayVersion version() {
        JsonNode answer = getJson("/api/version");
        return new RayVersion(
                required(answer, "ray_version", "/api/version"),
                text(answer, "version").orElse(""),
                text(answer, "ray_commit").orElse(""),
                text(answer, "session_name"));
    }

    /**
     * Asks whether Ray's control store answers the dashboard.
     *
     * @return true if it does; false if the dashboard says that it doesn't, which happens for moments under load
     */
    public boolean gcsHealthy() {
        RayHttp.Reply reply = call("GET", "/api/gcs_healthz");
        if (reply.status() == 200) {
            return true;
        }
        if (reply.status() == 401 || reply.status() == 403 || reply.status() == 404) {
            throw failure("GET", "/api/gcs_healthz", reply);
        }
        return false;
    }

    /**
     * Lists the nodes that take part in the cluster, as the control store has them now.
     *
     * @return the nodes that are ALIVE; their agents need not be up yet
     */
    public List<RayNode> aliveNodes() {
        return nodes().stream().filter(RayNode::alive).toList();
    }

    /**
     * Lists the nodes that are or were in the cluster, as the control store has them now.
     *
     * @return the nodes, at most the 10000 that Ray gives
     */
    public List<RayNode> nodes() {
        String path = "/api/v0/nodes?detail=1&limit=10000";
        JsonNode answer = getJson(path);
        JsonNode list = answer.path("data").path("result").path("result");
        if (!list.isArray()) {
            throw new ProtocolException("Ray's answer to " + path + " has no list of nodes: " + excerpt(answer), null);
        }
        List<RayNode> nodes = new ArrayList<>();
        for (JsonNode n : list) {
            String ip = text(n, "node_ip").orElse("");
            Map<String, Double> resources = new LinkedHashMap<>();
            n.path("resources_total")
                    .properties()
                    .forEach(e -> e.getValue().asDoubleOpt().ifPresent(amount -> resources.put(e.getKey(), amount)));
            nodes.add(new RayNode(
                    required(n, "node_id", path),
                    ip,
                    text(n, "node_name").orElse(ip),
                    required(n, "state", path),
                    n.path("is_head_node").asBooleanOpt().orElse(false),
                    resources));
        }
        return List.copyOf(nodes);
    }

    /**
     * Asks whether an agent of Ray is there to accept jobs, without submitting one and without effect.
     *
     * <p>A node is ALIVE seconds before its agent has started (3.5 s later with 2.43.0 on two cores; together with
     * 2.60), and a job that is submitted in between makes Ray wait and then answer "No available agent". The dashboard
     * hands jobs to the agent of the head, whose address it looks up in the control store. It looks up the same address
     * in order to list the head's log files, so this asks for log files of a name that none has: an answer means that
     * the agent is registered and answers. What it can't see is an agent of Ray 2.4x whose HTTP port was taken (it
     * registers all the same); newer ones don't register then.
     *
     * @return true if an agent answers
     */
    public boolean acceptsJobs() {
        List<RayNode> alive = aliveNodes();
        Optional<RayNode> target = alive.stream()
                .filter(RayNode::head)
                .findFirst()
                .or(() -> alive.stream().findFirst());
        if (target.isEmpty()) {
            return false;
        }
        String path = "/api/v0/logs?glob=slurmray-none&timeout=5&node_id="
                + encode(target.get().nodeId());
        RayHttp.Reply reply = call("GET", path);
        if (reply.status() == 200) {
            return json(path, reply).path("result").asBooleanOpt().orElse(false);
        }
        if (reply.status() < 500) {
            throw failure("GET", path, reply);
        }
        return false;
    }

    /**
     * Ends every request that is under way; its caller gets {@link IllegalStateException}. Doesn't wait; twice is
     * harmless.
     *
     * <p>The daemon threads {@code slurmray-ray-http-N} end at once. One thread of the JDK's HTTP client ends with them
     * from Java 21 on; before, it ends within seconds of the next garbage collection.
     */
    @Override
    public void close() {
        http.close();
    }

    RayHttp http() {
        return http;
    }

    Limits limits() {
        return limits;
    }

    Waits waits() {
        return waits;
    }

    /** GETs JSON; any status but 200 is an error. */
    JsonNode getJson(String path) {
        RayHttp.Reply reply = call("GET", path);
        if (reply.status() != 200) {
            throw failure("GET", path, reply);
        }
        return json(path, reply);
    }

    RayHttp.Reply call(String method, String path) {
        return call(method, path, BodyPublishers.noBody(), limits.request());
    }

    RayHttp.Reply call(String method, String path, BodyPublisher body, Duration timeout) {
        return http.exchange(method, path, body, timeout, MAX_ANSWER);
    }

    static byte[] toJson(Object value) {
        return JSON.writeValueAsBytes(value);
    }

    static JsonNode json(String path, RayHttp.Reply reply) {
        try {
            JsonNode node = JSON.readTree(reply.body());
            if (node.isObject() || node.isArray()) {
                return node;
            }
        } catch (JacksonException e) {
            throw new ProtocolException(
                    "Ray's answer to " + path + " is no JSON: " + excerpt(reply.text())
                            + " (is something else than Ray's dashboard listening there?)",
                    e);
        }
        throw new ProtocolException("Ray's answer to " + path + " is no JSON: " + excerpt(reply.text()), null);
    }

    static Optional<String> text(JsonNode node, String field) {
        return node.path(field).asStringOpt().filter(s -> !s.isEmpty());
    }

    static String required(JsonNode node, String field, String path) {
        return text(node, field)
                .orElseThrow(() -> new ProtocolException(
                        "Ray's answer to " + path + " has no '" + field + "': " + excerpt(node), null));
    }

    /** Makes the exception of an answer whose status is not the one that was hoped for. */
    RayApiException failure(String method, String path, RayHttp.Reply reply) {
        int status = reply.status();
        String words = lastLine(reply.text());
        String asked = method + " " + path;
        if (status == 401 || status == 403) {
            String why = http.hasToken()
                    ? "the token that this client sent is not the cluster's"
                    : "its token authentication is on, and this client has no token";
            return new RayApiException(
                    "Ray refused " + asked + " with " + status + " (" + words + "): " + why
                            + "; give the token that the cluster was started with (RAY_AUTH_TOKEN_PATH)",
                    null,
                    status,
                    Retry.POINTLESS);
        }
        if (status >= 300 && status < 400) {
            return new RayApiException(
                    "Ray's address answered " + asked + " with a redirect (" + status
                            + "), which Ray never does: something else is listening there",
                    null,
                    status,
                    Retry.POINTLESS);
        }
        boolean passes = noAgent(reply)
                || status == 408
                || status == 429
                || status == 503
                || status == 504
                || (status >= 500 && method.equals("GET"));
        return new RayApiException(
                "Ray answered " + asked + " with " + status + ": " + words,
                null,
                status,
                passes ? Retry.SAFE : Retry.POINTLESS);
    }

    /** Whether the dashboard says that it has no agent to hand the request to, which passes soon after the start. */
    static boolean noAgent(RayHttp.Reply reply) {
        return reply.status() >= 500
                && (reply.text().contains("No available agent")
                        || reply.text().contains("Cannot connect to host")
                        || reply.text().contains("Failed to get head node agent"));
    }

    /** What a Python traceback comes down to; one inside of another ends with a line that is only a full stop. */
    static String lastLine(String words) {
        String last = words.lines()
                .map(String::strip)
                .filter(l -> !l.isEmpty() && !l.equals("."))
                .reduce((a, b) -> b)
                .orElse("no words");
        // the state API puts the traceback into JSON
        if (last.startsWith("{") && last.contains("\"msg\"")) {
            try {
                last = text(JSON.readTree(last), "msg")
                        .filter(inner -> !inner.isBlank())
                        .map(RayDashboard::lastLine)
                        .orElse(last);
            } catch (JacksonException e) {
                return excerpt(last);
            }
        }
        return excerpt(last);
    }

    static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static String excerpt(Object value) {
        String s = Objects.toString(value).strip();
        return s.length() <= 300 ? s : s.substring(0, 300) + "…";
    }
}
