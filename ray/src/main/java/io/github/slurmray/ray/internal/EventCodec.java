package io.github.slurmray.ray.internal;

import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.ClusterEvent.Role;
import io.github.slurmray.slurm.JobId;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From the lines of {@code events.jsonl} to events. Version 1: flat objects, every value but v and at is a text. */
final class EventCodec {
    private static final JsonMapper JSON = JsonMapper.builder()
            // a double can't hold the nanoseconds of these days
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private EventCodec() {}

    /**
     * Reads one line.
     *
     * @throws ProtocolException if it is no event, with the line
     */
    static ClusterEvent parse(String line) {
        try {
            JsonNode node = JSON.readTree(line);
            return event(new Fields(node));
        } catch (JacksonException | IllegalArgumentException e) {
            throw new ProtocolException("this is no event: " + line, e);
        }
    }

    private static ClusterEvent event(Fields f) {
        Instant at = f.at();
        return switch (f.text("type")) {
            case "started" ->
                new ClusterEvent.Started(
                        at, JobId.parse(f.text("job")), List.of(f.text("nodes").split(" ", -1)));
            case "environment" ->
                new ClusterEvent.EnvironmentReady(
                        at,
                        Optional.of(f.text("ray")).filter(v -> !v.equals("unknown")),
                        f.text("guarded").equals("yes"),
                        f.text("address"),
                        f.text("dashboardHost"),
                        f.number("dashboard"));
            case "starting" -> new ClusterEvent.NodeStarting(at, f.text("node"), f.role(), f.number("attempt"));
            case "joined" -> new ClusterEvent.NodeJoined(at, f.text("node"), f.role(), f.text("address"));
            case "all-joined" ->
                new ClusterEvent.AllJoined(at, f.number("nodes"), Duration.ofSeconds(f.number("seconds")));
            case "ray-exited" ->
                new ClusterEvent.NodeLeft(
                        at, f.text("node"), f.role(), f.text("joined").equals("yes"), f.text("log"));
            case "published" -> new ClusterEvent.Published(at, f.text("address"), f.number("port"));
            case "publish-failed" -> new ClusterEvent.PublishFailed(at, f.text("cause"));
            case "failed" ->
                new ClusterEvent.Failed(at, f.text("node"), f.text("cause"), f.text("detail"), f.textOr("log", ""));
            case "lease-over" -> new ClusterEvent.LeaseOver(at);
            case "ending" -> new ClusterEvent.Ending(at, f.text("reason"));
            case "ended" -> new ClusterEvent.Finished(at);
            default -> new ClusterEvent.Other(at, f.text("type"));
        };
    }

    private record Fields(JsonNode node) {
        String textOr(String key, String otherwise) {
            JsonNode value = node.get(key);
            return value == null || !value.isString() ? otherwise : value.stringValue();
        }

        String text(String key) {
            JsonNode value = node.get(key);
            if (value == null || !value.isString()) {
                throw new IllegalArgumentException("no text '" + key + "'");
            }
            return value.stringValue();
        }

        int number(String key) {
            return Integer.parseInt(text(key));
        }

        Role role() {
            return Role.valueOf(text("role").toUpperCase(Locale.ROOT));
        }

        Instant at() {
            JsonNode value = node.get("at");
            if (value == null || !value.isNumber()) {
                throw new IllegalArgumentException("no number 'at'");
            }
            BigDecimal seconds = value.decimalValue();
            // up to the year 2286; many more digits would not fit
            if (seconds.precision() - seconds.scale() > 10) {
                throw new IllegalArgumentException("'at' is no time of these days");
            }
            BigDecimal fraction = seconds.remainder(BigDecimal.ONE);
            return Instant.ofEpochSecond(
                    seconds.longValue(), fraction.movePointRight(9).longValue());
        }
    }
}
