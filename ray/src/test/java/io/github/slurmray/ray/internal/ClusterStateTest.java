package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.ClusterEvent.Role;
import io.github.slurmray.ray.Phase;
import io.github.slurmray.ray.PublishState;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterStateTest {
    private static final Instant AT = Instant.parse("2026-11-22T06:00:00Z");
    private static final JobState QUEUED =
            new JobState.Pending("Priority", JobState.Clears.BY_ITSELF, "it waits", Optional.empty());
    private static final JobState RUNNING = new JobState.Running(AT, List.of("cn1"), "RUNNING");
    private static final JobState UNKNOWN =
            new JobState.Unknown(AT, Optional.of(RUNNING), new ProtocolException("no answer", null));
    private static final JobState CANCELLED = new JobState.Ended(
            JobState.Outcome.CANCELLED,
            OptionalInt.empty(),
            OptionalInt.empty(),
            "CANCELLED",
            Optional.empty(),
            Optional.empty());

    private static final ClusterEvent STARTED = new ClusterEvent.Started(AT, new JobId(1), List.of("cn1"));
    private static final ClusterEvent.EnvironmentReady ENVIRONMENT =
            new ClusterEvent.EnvironmentReady(AT, Optional.of("2.60.0"), true, "10.0.0.1", "10.0.0.1", 10_001);
    private static final ClusterEvent STARTING = new ClusterEvent.NodeStarting(AT, "cn1", Role.HEAD, 1);
    private static final ClusterEvent JOINED = new ClusterEvent.NodeJoined(AT, "cn1", Role.HEAD, "10.0.0.1");
    private static final ClusterEvent ALL_JOINED = new ClusterEvent.AllJoined(AT, 1, Duration.ofSeconds(4));
    private static final ClusterEvent READY = new ClusterEvent.Ready(AT);
    private static final ClusterEvent PUBLISHED = new ClusterEvent.Published(AT, "127.0.0.1", 8280);
    private static final ClusterEvent UNPUBLISHED = new ClusterEvent.PublishFailed(AT, "refused");
    private static final ClusterEvent.Failed FAILED = new ClusterEvent.Failed(AT, "cn1", "setup", "no module", "log");
    private static final ClusterEvent LEASE_OVER = new ClusterEvent.LeaseOver(AT);
    private static final ClusterEvent ENDING = new ClusterEvent.Ending(AT, "signal");
    private static final ClusterEvent FINISHED = new ClusterEvent.Finished(AT);
    private static final ClusterEvent TAKEN_OVER = new ClusterEvent.TakenOver(AT);
    private static final ClusterEvent GIVEN_BACK = new ClusterEvent.GivenBack(AT);
    private static final ClusterEvent OTHER = new ClusterEvent.Other(AT, "new");

    private static final List<ClusterEvent> ALL = List.of(
            job(QUEUED),
            job(RUNNING),
            job(UNKNOWN),
            job(CANCELLED),
            STARTED,
            ENVIRONMENT,
            STARTING,
            JOINED,
            ALL_JOINED,
            READY,
            PUBLISHED,
            UNPUBLISHED,
            FAILED,
            left(Role.HEAD, true),
            left(Role.HEAD, false),
            left(Role.WORKER, true),
            left(Role.WORKER, false),
            LEASE_OVER,
            ENDING,
            FINISHED,
            TAKEN_OVER,
            GIVEN_BACK,
            OTHER);

    private static ClusterEvent job(JobState state) {
        return new ClusterEvent.JobChanged(AT, state);
    }

    private static ClusterEvent left(Role role, boolean hadJoined) {
        return new ClusterEvent.NodeLeft(AT, "cn2", role, hadJoined, "last words");
    }

    private static ClusterState after(ClusterEvent... events) {
        ClusterState state = ClusterState.initial(true);
        for (ClusterEvent event : events) {
            state = state.after(event);
        }
        return state;
    }

    @Test
    void aNewClusterIsPendingAndNothingIsKnown() {
        assertThat(ClusterState.initial(false))
                .isEqualTo(new ClusterState(
                        Phase.PENDING,
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        0,
                        new PublishState.NotAsked(),
                        Optional.empty()));
        assertThat(ClusterState.initial(true).publish()).isEqualTo(new PublishState.Trying());
    }

    static Stream<Arguments> phases() {
        return Stream.of(
                Arguments.of(job(QUEUED), Phase.PENDING),
                Arguments.of(job(UNKNOWN), Phase.PENDING),
                Arguments.of(job(RUNNING), Phase.STARTING),
                Arguments.of(job(CANCELLED), Phase.ENDED),
                Arguments.of(STARTED, Phase.STARTING),
                Arguments.of(ENVIRONMENT, Phase.PENDING),
                Arguments.of(STARTING, Phase.PENDING),
                Arguments.of(JOINED, Phase.PENDING),
                Arguments.of(ALL_JOINED, Phase.PENDING),
                Arguments.of(READY, Phase.READY),
                Arguments.of(PUBLISHED, Phase.PENDING),
                Arguments.of(UNPUBLISHED, Phase.PENDING),
                Arguments.of(FAILED, Phase.PENDING),
                Arguments.of(LEASE_OVER, Phase.PENDING),
                Arguments.of(ENDING, Phase.ENDING),
                Arguments.of(FINISHED, Phase.ENDING),
                Arguments.of(TAKEN_OVER, Phase.PENDING),
                Arguments.of(GIVEN_BACK, Phase.PENDING),
                Arguments.of(OTHER, Phase.PENDING));
    }

    @ParameterizedTest
    @MethodSource("phases")
    void eachEventLeadsToItsPhase(ClusterEvent event, Phase phase) {
        assertThat(after(event).phase()).isEqualTo(phase);
    }

    @ParameterizedTest
    @MethodSource("phases")
    void noEventLeadsBack(ClusterEvent event, Phase phase) {
        assertThat(after(STARTED, READY, event).phase()).isGreaterThanOrEqualTo(Phase.READY);
        assertThat(after(ENDING, event).phase()).isGreaterThanOrEqualTo(Phase.ENDING);
        assertThat(after(job(CANCELLED), event).phase()).isEqualTo(Phase.ENDED);
        assertThat(after(STARTED, event).phase())
                .isEqualTo(phase.compareTo(Phase.STARTING) > 0 ? phase : Phase.STARTING);
    }

    @Test
    void onlySlurmsWordEndsACluster() {
        for (ClusterEvent event : ALL) {
            boolean isSlurmsWord = event.equals(job(CANCELLED));
            assertThat(after(event).phase() == Phase.ENDED).as("%s", event).isEqualTo(isSlurmsWord);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261122})
    void inAnyOrderThePhaseOnlyMovesOnAndTheFirstFailureStays(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            ClusterState state = ClusterState.initial(random.nextBoolean());
            List<ClusterEvent> told = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                ClusterEvent event = ALL.get(random.nextInt(ALL.size()));
                told.add(event);
                ClusterState next = state.after(event);
                assertThat(next.phase()).as("seed %d: %s", seed, told).isGreaterThanOrEqualTo(state.phase());
                if (state.failure().isPresent()) {
                    assertThat(next.failure()).as("seed %d: %s", seed, told).isEqualTo(state.failure());
                }
                assertThat(next.allJoined() || !state.allJoined()).isTrue();
                state = next;
            }
        }
    }

    @Test
    void slurmsLastWordIsKept() {
        assertThat(after(job(QUEUED), job(RUNNING)).job()).contains(RUNNING);
        assertThat(after(job(RUNNING), job(UNKNOWN)).job()).contains(UNKNOWN);
        assertThat(after(job(UNKNOWN), STARTED).job()).contains(UNKNOWN);
    }

    @Test
    void theHeadsAddressesAndTheNodesAreKnownOnceTheyWereTold() {
        assertThat(after(STARTED, ENVIRONMENT).environment()).contains(ENVIRONMENT);
        assertThat(after(STARTED, ENVIRONMENT, ALL_JOINED, READY, ENDING).environment())
                .contains(ENVIRONMENT);
        assertThat(after(STARTED, JOINED).allJoined()).isFalse();
        assertThat(after(STARTED, JOINED, ALL_JOINED).allJoined()).isTrue();
    }

    @Test
    void publishingComesAndGoes() {
        assertThat(after(STARTED).publish()).isEqualTo(new PublishState.Trying());
        assertThat(after(UNPUBLISHED).publish()).isEqualTo(new PublishState.Down("refused"));
        assertThat(after(UNPUBLISHED, PUBLISHED).publish()).isEqualTo(new PublishState.Up("127.0.0.1", 8280));
        assertThat(after(PUBLISHED, UNPUBLISHED).publish()).isEqualTo(new PublishState.Down("refused"));
        assertThat(after(UNPUBLISHED).failure()).isEmpty();
    }

    @Test
    void aClusterDoesNotOutliveItsHead() {
        assertThat(after(STARTED, READY, left(Role.HEAD, true)).failure())
                .contains(new ClusterEvent.Failed(
                        AT, "cn2", "head-died", "Ray on cn2 ended after it had joined", "last words"));
        assertThat(after(STARTED, left(Role.HEAD, false))
                        .failure()
                        .orElseThrow()
                        .detail())
                .isEqualTo("Ray on cn2 ended before it had joined");
    }

    @Test
    void aClusterCanLoseAWorkerButNotGoWithoutOneThatNeverCame() {
        assertThat(after(STARTED, ALL_JOINED, READY, left(Role.WORKER, true)).failure())
                .isEmpty();
        assertThat(after(STARTED, left(Role.WORKER, false)).failure())
                .contains(new ClusterEvent.Failed(
                        AT, "cn2", "worker-died", "Ray on cn2 ended before it had joined", "last words"));
    }

    @Test
    void whenTheClusterEndsItsNodesMayLeave() {
        for (Role role : Role.values()) {
            assertThat(after(STARTED, ENDING, left(role, true), left(role, false))
                            .failure())
                    .isEmpty();
        }
    }

    @Test
    void theFirstFailureIsTheCause() {
        assertThat(after(STARTED, FAILED, left(Role.HEAD, false)).failure()).contains(FAILED);
        assertThat(after(STARTED, left(Role.HEAD, false), FAILED)
                        .failure()
                        .orElseThrow()
                        .cause())
                .isEqualTo("head-died");
        assertThat(after(STARTED, FAILED, ENDING, FINISHED, job(CANCELLED)).failure())
                .contains(FAILED);
    }
}
