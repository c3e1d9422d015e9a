package io.github.slurmray.ray;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.ray.ClusterEvent.Role;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClusterEventTest {
    private static final Instant AT = Instant.parse("2026-11-22T06:00:00Z");

    static Stream<Arguments> events() {
        return Stream.of(
                Arguments.of(
                        new ClusterEvent.JobChanged(
                                AT,
                                new JobState.Pending(
                                        "Priority", JobState.Clears.BY_ITSELF, "others come first", Optional.empty())),
                        "job state: pending (Priority: others come first)"),
                Arguments.of(
                        new ClusterEvent.JobChanged(
                                AT,
                                new JobState.Unknown(
                                        AT, Optional.empty(), new ProtocolException("no answer\n  at all\n", null))),
                        "job state: unknown since 2026-11-22T06:00:00Z (no answer; at all; )"),
                Arguments.of(
                        new ClusterEvent.Started(AT, new JobId(4711), List.of("cn1", "cn2", "cn3")),
                        "job 4711 runs on cn[1-3]"),
                Arguments.of(
                        new ClusterEvent.EnvironmentReady(
                                AT, Optional.of("2.60.0"), true, "10.0.0.1", "10.0.0.1", 10_001),
                        "Ray 2.60.0 was found, guarded by a token"),
                Arguments.of(
                        new ClusterEvent.EnvironmentReady(AT, Optional.empty(), false, "10.0.0.1", "127.0.0.1", 10_001),
                        "Ray of unknown version was found, without a token"),
                Arguments.of(new ClusterEvent.NodeStarting(AT, "cn1", Role.HEAD, 1), "node cn1 is starting Ray (head)"),
                Arguments.of(
                        new ClusterEvent.NodeStarting(AT, "cn2", Role.WORKER, 2),
                        "node cn2 is starting Ray (worker), attempt 2"),
                Arguments.of(
                        new ClusterEvent.NodeJoined(AT, "cn2", Role.WORKER, "10.0.0.2"),
                        "node cn2 has joined (worker)"),
                Arguments.of(new ClusterEvent.AllJoined(AT, 3, Duration.ofSeconds(4)), "all 3 nodes joined after 4 s"),
                Arguments.of(
                        new ClusterEvent.AllJoined(AT, 1, Duration.ofSeconds(4)), "the only node joined after 4 s"),
                Arguments.of(
                        new ClusterEvent.NodeLeft(AT, "cn2", Role.WORKER, true, "last\nwords"),
                        "Ray has ended on node cn2 (worker)"),
                Arguments.of(
                        new ClusterEvent.NodeLeft(AT, "cn1", Role.HEAD, false, "last\nwords"),
                        "Ray has ended on node cn1 (head) before it had joined"),
                Arguments.of(
                        new ClusterEvent.Published(AT, "127.0.0.1", 8280),
                        "the dashboard is published at 127.0.0.1:8280 of the cloud VM"),
                Arguments.of(
                        new ClusterEvent.PublishFailed(AT, "Connection refused\n"),
                        "the dashboard isn't published: Connection refused"),
                Arguments.of(new ClusterEvent.Ready(AT), "the cluster is ready"),
                Arguments.of(
                        new ClusterEvent.Failed(AT, "cn1", "setup", "this line failed: a\nb", "a log"),
                        "the cluster has failed: this line failed: a; b [setup, on cn1]"),
                Arguments.of(new ClusterEvent.LeaseOver(AT), "nobody has renewed the lease, so the job ends itself"),
                Arguments.of(new ClusterEvent.Ending(AT, "signal"), "the job is ending (signal)"),
                Arguments.of(new ClusterEvent.Finished(AT), "the job has done its last work"),
                Arguments.of(new ClusterEvent.TakenOver(AT), "another handle has taken the cluster over"),
                Arguments.of(new ClusterEvent.GivenBack(AT), "the cluster is this handle's again"),
                Arguments.of(new ClusterEvent.Other(AT, "node-drained"), "the job says: node-drained"));
    }

    @ParameterizedTest
    @MethodSource("events")
    void everyEventIsDescribedInOneLine(ClusterEvent event, String line) {
        assertThat(event.describe()).isEqualTo(line).doesNotContain("\n");
    }

    @Test
    void noKindIsLeftOut() {
        assertThat(events().<Class<?>>map(
                                a -> Objects.requireNonNull(a.get()[0]).getClass())
                        .distinct())
                .containsExactlyInAnyOrder(ClusterEvent.class.getPermittedSubclasses());
    }
}
