package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.ClusterEvent.Role;
import io.github.slurmray.slurm.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventCodecTest {
    private static final Instant AT = Instant.parse("2026-11-22T06:04:26.123456Z");

    private static String line(String rest) {
        return "{\"v\":1,\"at\":1795327466.123456,\"node\":\"cn1\"," + rest + "}";
    }

    static Stream<Arguments> events() {
        return Stream.of(
                Arguments.of(
                        "\"type\":\"started\",\"job\":\"4711\",\"restarts\":\"0\",\"nodes\":\"cn1 cn2\"",
                        new ClusterEvent.Started(AT, new JobId(4711), List.of("cn1", "cn2"))),
                Arguments.of(
                        "\"type\":\"environment\",\"ray\":\"2.60.0\",\"guarded\":\"yes\",\"address\":\"10.77.1.1\","
                                + "\"gcs\":\"10000\",\"dashboard\":\"10001\",\"dashboardHost\":\"10.77.1.1\"",
                        new ClusterEvent.EnvironmentReady(
                                AT, Optional.of("2.60.0"), true, "10.77.1.1", "10.77.1.1", 10_001)),
                Arguments.of(
                        "\"type\":\"environment\",\"ray\":\"unknown\",\"guarded\":\"no\",\"address\":\"10.77.1.1\","
                                + "\"gcs\":\"10000\",\"dashboard\":\"10001\",\"dashboardHost\":\"127.0.0.1\"",
                        new ClusterEvent.EnvironmentReady(
                                AT, Optional.empty(), false, "10.77.1.1", "127.0.0.1", 10_001)),
                Arguments.of(
                        "\"type\":\"starting\",\"role\":\"worker\",\"attempt\":\"3\"",
                        new ClusterEvent.NodeStarting(AT, "cn1", Role.WORKER, 3)),
                Arguments.of(
                        "\"type\":\"joined\",\"role\":\"head\",\"address\":\"10.77.1.1\",\"attempt\":\"1\"",
                        new ClusterEvent.NodeJoined(AT, "cn1", Role.HEAD, "10.77.1.1")),
                Arguments.of(
                        "\"type\":\"all-joined\",\"nodes\":\"3\",\"seconds\":\"4\"",
                        new ClusterEvent.AllJoined(AT, 3, Duration.ofSeconds(4))),
                Arguments.of(
                        "\"type\":\"ray-exited\",\"role\":\"worker\",\"joined\":\"no\",\"status\":\"1\",\"log\":\"a\\nb\"",
                        new ClusterEvent.NodeLeft(AT, "cn1", Role.WORKER, false, "a\nb")),
                Arguments.of(
                        "\"type\":\"ray-exited\",\"role\":\"head\",\"joined\":\"yes\",\"status\":\"0\",\"log\":\"\"",
                        new ClusterEvent.NodeLeft(AT, "cn1", Role.HEAD, true, "")),
                Arguments.of(
                        "\"type\":\"published\",\"address\":\"127.0.0.1\",\"port\":\"8280\"",
                        new ClusterEvent.Published(AT, "127.0.0.1", 8280)),
                Arguments.of(
                        "\"type\":\"publish-failed\",\"cause\":\"Connection refused\"",
                        new ClusterEvent.PublishFailed(AT, "Connection refused")),
                Arguments.of(
                        "\"type\":\"failed\",\"cause\":\"setup\",\"detail\":\"this line failed: x\",\"log\":\"no x\"",
                        new ClusterEvent.Failed(AT, "cn1", "setup", "this line failed: x", "no x")),
                Arguments.of(
                        "\"type\":\"failed\",\"cause\":\"node-setup\",\"detail\":\"d\"",
                        new ClusterEvent.Failed(AT, "cn1", "node-setup", "d", "")),
                Arguments.of("\"type\":\"lease-over\",\"seconds\":\"60\"", new ClusterEvent.LeaseOver(AT)),
                Arguments.of("\"type\":\"ending\",\"reason\":\"signal\"", new ClusterEvent.Ending(AT, "signal")),
                Arguments.of("\"type\":\"ended\",\"reason\":\"signal\"", new ClusterEvent.Finished(AT)));
    }

    @ParameterizedTest
    @MethodSource("events")
    void everyEventOfTheJobIsRead(String rest, ClusterEvent event) {
        assertThat(EventCodec.parse(line(rest))).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("events")
    void whatALaterVersionAddsIsIgnored(String rest, ClusterEvent event) {
        assertThat(EventCodec.parse(line("\"more\":{\"a\":[1,null]},\"flag\":true," + rest)))
                .isEqualTo(event);
    }

    @Test
    void anEventOfALaterVersionIsAnotherOne() {
        assertThat(EventCodec.parse(line("\"type\":\"node-drained\",\"role\":\"spare\"")))
                .isEqualTo(new ClusterEvent.Other(AT, "node-drained"));
    }

    @Test
    void textsAreUnicodeAndMayHoldWhatJsonEscapes() {
        ClusterEvent event =
                EventCodec.parse(line("\"type\":\"publish-failed\",\"cause\":\"Zürich 京 😀 \\\"\\\\ \\u00e9\""));
        assertThat(event).isEqualTo(new ClusterEvent.PublishFailed(AT, "Zürich 京 😀 \"\\ é"));
    }

    @ParameterizedTest
    @CsvSource({
        "1795327466.123456, 2026-11-22T06:04:26.123456Z",
        "1795327466.000001, 2026-11-22T06:04:26.000001Z",
        "1795327466.999999, 2026-11-22T06:04:26.999999Z",
        "1795327466.123456789, 2026-11-22T06:04:26.123456789Z",
        "1795327466.1234567894, 2026-11-22T06:04:26.123456789Z",
        "1795327466, 2026-11-22T06:04:26Z",
        "1.795327466e9, 2026-11-22T06:04:26Z",
        "0, 1970-01-01T00:00:00Z",
        "9999999999.999999, 2286-11-20T17:46:39.999999Z",
    })
    void theTimeIsReadToTheNanosecond(String at, Instant instant) {
        assertThat(EventCodec.parse("{\"v\":1,\"at\":" + at + ",\"type\":\"ended\"}"))
                .isEqualTo(new ClusterEvent.Finished(instant));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "slurmstepd: error: something",
                "{",
                "{\"v\":1",
                "[]",
                "7",
                "null",
                "{}",
                "{\"v\":1,\"at\":1,\"node\":\"cn1\"}",
                "{\"v\":1,\"at\":1,\"type\":7}",
                "{\"v\":1,\"type\":\"ended\"}",
                "{\"v\":1,\"at\":\"1\",\"type\":\"ended\"}",
                "{\"v\":1,\"at\":1e999999999,\"type\":\"ended\"}",
                "{\"v\":1,\"at\":123456789012,\"type\":\"ended\"}",
                "{\"v\":1,\"at\":1,\"type\":\"started\",\"job\":\"x\",\"nodes\":\"cn1\"}",
                "{\"v\":1,\"at\":1,\"type\":\"started\",\"job\":\"0\",\"nodes\":\"cn1\"}",
                "{\"v\":1,\"at\":1,\"type\":\"started\",\"job\":\"1\"}",
                "{\"v\":1,\"at\":1,\"type\":\"starting\",\"node\":\"n\",\"role\":\"head\",\"attempt\":\"one\"}",
                "{\"v\":1,\"at\":1,\"type\":\"starting\",\"node\":\"n\",\"role\":\"king\",\"attempt\":\"1\"}",
                "{\"v\":1,\"at\":1,\"type\":\"published\",\"address\":\"a\",\"port\":\"99999999999\"}",
            })
    void aLineThatIsNoEventIsRefusedWithTheLine(String line) {
        assertThatThrownBy(() -> EventCodec.parse(line))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("this is no event: " + line);
    }
}
