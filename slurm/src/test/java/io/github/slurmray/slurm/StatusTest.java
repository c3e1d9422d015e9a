package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.slurm.JobState.Clears;
import io.github.slurmray.slurm.JobState.Ended;
import io.github.slurmray.slurm.JobState.Outcome;
import io.github.slurmray.slurm.JobState.Pending;
import io.github.slurmray.slurm.JobState.Running;
import io.github.slurmray.slurm.JobState.Unknown;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the words of controller and database mean for a job, and that an error is never an ending. */
class StatusTest {
    private static final JobId JOB = new JobId(5);
    private static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");
    private static final String DOWN = Sample.of("22.05/ctld_down_squeue").stderr();
    private static final String UNKNOWN_JOB =
            Sample.of("22.05/err_squeue_unknown").stderr();
    private static final String DATABASE_DOWN =
            Sample.of("22.05/dbd_down_sacct").stderr();

    private final JobMemory memory = new JobMemory(Duration.ofMinutes(5));
    private final StringBuilder answer = new StringBuilder("Welcome to the cluster\n");

    private StatusTest section(String name, String text) {
        answer.append("\n=n= ").append(name).append('\n').append(text).append('\n');
        return this;
    }

    /** Of jobs that are named train, unless a row says another name at its end. */
    private StatusTest squeue(int status, String err, String... rows) {
        section("squeue.err", err).section("squeue.out", rows(7, rows));
        return section("squeue.status", Integer.toString(status));
    }

    private StatusTest sacct(int status, String err, String... rows) {
        section("sacct.err", err).section("sacct.out", rows(6, rows));
        return section("sacct.status", Integer.toString(status));
    }

    private static String rows(int fields, String... rows) {
        return Stream.of(rows)
                .map(r -> r + (r.chars().filter(c -> c == '|').count() == fields - 1 ? "|train" : ""))
                .collect(Collectors.joining("\n"))
                .replace('|', '\u001f');
    }

    private JobState state() {
        return state(JOB, NOW);
    }

    private JobState state(JobId job, Instant now) {
        return state(job, Optional.empty(), now);
    }

    private JobState named(String name) {
        return state(JOB, Optional.of(name), NOW);
    }

    private JobState state(JobId job, Optional<String> name, Instant now) {
        section("end", "");
        CommandResult result = CommandResult.exited(
                "login", "query", 0, answer.toString().getBytes(StandardCharsets.UTF_8), new byte[0], false);
        answer.setLength(0);
        AskedJob asked = new AskedJob(job, name);
        return memory.learn(asked, StatusRules.judge(asked, SlurmAnswer.of(Sections.of(result, "n")), now), now);
    }

    @Test
    void aRunningJobHasItsNodesAndItsStart() {
        squeue(0, "", "5|5|RUNNING|1795325636|1795325936|cn[1-2]|None");
        assertThat(state()).isEqualTo(new Running(Instant.ofEpochSecond(1795325636), List.of("cn1", "cn2"), "RUNNING"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONFIGURING", "COMPLETING", "SUSPENDED", "STAGE_OUT", "SIGNALING", "SOMETHING_NEW"})
    void otherWordsThanTheKnownEndsAreNoEnd(String word) {
        squeue(0, "", "5|5|" + word + "|1795325636|1795325936|cn1|None");
        assertThat(state())
                .isInstanceOfSatisfying(
                        Running.class, r -> assertThat(r.phase()).isEqualTo(word));
    }

    @Test
    void aPendingJobSaysWhyAndWhenItMayStart() {
        squeue(0, "", "5|5|PENDING|1795325636|N/A||PartitionTimeLimit");
        assertThat(state()).isInstanceOfSatisfying(Pending.class, p -> {
            assertThat(p.reason()).isEqualTo("PartitionTimeLimit");
            assertThat(p.clears()).isEqualTo(Clears.NEVER);
            assertThat(p.explanation()).contains("sinfo");
            assertThat(p.estimatedStart()).contains(Instant.ofEpochSecond(1795325636));
        });
    }

    @Test
    void aRequeuedJobIsNotEndedWhateverTheDatabaseSays() {
        squeue(0, "", "5|5|PENDING|N/A|N/A||BeginTime");
        sacct(0, "", "5|5|NODE_FAIL|0:0|1795325636|1795325640");
        assertThat(state()).isInstanceOf(Pending.class);
    }

    @ParameterizedTest
    @CsvSource({
        "COMPLETED,0:0,COMPLETED,0,",
        "FAILED,3:0,FAILED,3,",
        "CANCELLED by 5001,0:0,CANCELLED,0,",
        "TIMEOUT,0:0,TIMEOUT,0,",
        "OUT_OF_MEMORY,0:125,OUT_OF_MEMORY,0,125",
        "NODE_FAIL,1:0,NODE_FAIL,1,",
        "PREEMPTED,0:0,PREEMPTED,0,",
        "DEADLINE,0:0,DEADLINE,0,",
        "BOOT_FAIL,0:0,BOOT_FAIL,0,"
    })
    void theDatabaseTellsTheEndOfAJobThatTheControllerHasForgotten(
            String word, String code, Outcome outcome, int exit, Integer signal) {
        squeue(1, UNKNOWN_JOB).sacct(0, "", "5|5|" + word + "|" + code + "|1795325636|1795325640");
        assertThat(state()).isInstanceOfSatisfying(Ended.class, e -> {
            assertThat(e.outcome()).isEqualTo(outcome);
            assertThat(e.exitCode()).hasValue(exit);
            assertThat(e.signal()).isEqualTo(signal == null ? OptionalInt.empty() : OptionalInt.of(signal));
            assertThat(e.slurmState()).isEqualTo(word);
            assertThat(e.start()).contains(Instant.ofEpochSecond(1795325636));
            assertThat(e.end()).contains(Instant.ofEpochSecond(1795325640));
        });
    }

    @Test
    void anEndThatTheDatabaseHasNotHeardOfHasTheControllersExitCode() {
        squeue(0, "", "5|5|FAILED|1795325636|1795325640|cn1|NonZeroExitCode");
        sacct(0, "", "5|5|RUNNING|0:0|1795325636|Unknown").section("exit.5", "3:0");
        assertThat(state()).isInstanceOfSatisfying(Ended.class, e -> {
            assertThat(e.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(e.exitCode()).hasValue(3);
            assertThat(e.end()).contains(Instant.ofEpochSecond(1795325640));
        });
    }

    @Test
    void theDatabasesDownTimeDoesNotHideTheControllersWord() {
        squeue(0, "", "5|5|COMPLETED|1795325636|1795325640|cn1|None").sacct(1, DATABASE_DOWN);
        assertThat(state())
                .isInstanceOfSatisfying(
                        Ended.class, e -> assertThat(e.exitCode()).hasValue(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"22.05/ctld_down_squeue", "24.11/ctld_down_squeue", "22.05/munge_down_squeue"})
    void withoutTheControllerARunningJobIsUnknown(String sample) {
        squeue(1, Sample.of(sample).stderr()).sacct(0, "", "5|5|RUNNING|0:0|1795325636|Unknown");
        assertThat(state()).isInstanceOfSatisfying(Unknown.class, u -> {
            assertThat(u.since()).isEqualTo(NOW);
            assertThat(u.lastKnown()).isEmpty();
            assertThat(u.cause()).isInstanceOf(SlurmUnavailableException.class);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "FAILED"})
    void withoutTheControllerAnEndThatMayBeRequeuedIsUnknown(String word) {
        squeue(1, DOWN).sacct(0, "", "5|5|" + word + "|0:0|1795325636|1795325640");
        assertThat(state()).isInstanceOf(Unknown.class);
    }

    @Test
    void withoutTheControllerACompletedJobIsCompleted() {
        squeue(1, DOWN).sacct(0, "", "5|5|COMPLETED|0:0|1795325636|1795325640");
        assertThat(state()).isInstanceOf(Ended.class);
    }

    @Test
    void withoutBothAJobIsUnknown() {
        squeue(1, DOWN).sacct(1, DATABASE_DOWN);
        assertThat(state()).isInstanceOf(Unknown.class);
    }

    @Test
    void withoutTheDatabaseAForgottenJobIsUnknown() {
        squeue(1, UNKNOWN_JOB).sacct(1, DATABASE_DOWN);
        assertThat(state())
                .isInstanceOfSatisfying(
                        Unknown.class, u -> assertThat(u.cause()).hasMessageContaining("Connection refused"));
    }

    @Test
    void withoutAnyAccountingAForgottenJobHasEndedUnrecorded() {
        squeue(1, UNKNOWN_JOB).sacct(1, "Slurm accounting storage is disabled\n");
        assertThat(state())
                .isInstanceOfSatisfying(
                        Ended.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_RECORDED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5|5|RUNNING|0:0|1795325636|Unknown", "5|5|PENDING|0:0|Unknown|Unknown"})
    void recordsAreGivenTimeToArrive(String row) {
        squeue(1, UNKNOWN_JOB).sacct(0, "", row);
        assertThat(state(JOB, NOW)).isInstanceOf(Unknown.class);
        squeue(1, DOWN).sacct(0, "", row);
        assertThat(state(JOB, NOW.plusSeconds(100))).isInstanceOf(Unknown.class);
        squeue(1, UNKNOWN_JOB).sacct(0, "", row);
        assertThat(state(JOB, NOW.plusSeconds(299)))
                .isInstanceOfSatisfying(
                        Unknown.class, u -> assertThat(u.since()).isEqualTo(NOW));
        squeue(1, UNKNOWN_JOB).sacct(0, "", row);
        assertThat(state(JOB, NOW.plusSeconds(300)))
                .isInstanceOfSatisfying(
                        Ended.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_RECORDED));
        squeue(1, UNKNOWN_JOB).sacct(0, "", "5|5|FAILED|1:0|1795325636|1795325640");
        assertThat(state(JOB, NOW.plusSeconds(900)))
                .isInstanceOfSatisfying(
                        Ended.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.FAILED));
    }

    @Test
    void theUnknownRemembersSinceWhenAndWhatWasKnown() {
        squeue(0, "", "5|5|RUNNING|1795325636|1795325936|cn1|None");
        JobState running = state(JOB, NOW);
        squeue(1, DOWN).sacct(1, DATABASE_DOWN);
        state(JOB, NOW.plusSeconds(10));
        squeue(1, DOWN).sacct(1, DATABASE_DOWN);
        assertThat(state(JOB, NOW.plusSeconds(20))).isInstanceOfSatisfying(Unknown.class, u -> {
            assertThat(u.since()).isEqualTo(NOW.plusSeconds(10));
            assertThat(u.lastKnown()).contains(running);
        });
        squeue(0, "", "5|5|RUNNING|1795325636|1795325936|cn1|None");
        assertThat(state(JOB, NOW.plusSeconds(30))).isEqualTo(running);
    }

    @Test
    void anArrayLivesAsLongAsOneOfItsTasks() {
        squeue(0, "", "5_[2-3%2]|5|PENDING|N/A|N/A||JobArrayTaskLimit", "5_1|7|RUNNING|1795325636|N/A|cn2|None");
        assertThat(state())
                .isInstanceOfSatisfying(
                        Running.class, r -> assertThat(r.nodes()).containsExactly("cn2"));
        squeue(0, "", "5_3|5|PENDING|N/A|N/A||Priority", "5_1|7|FAILED|1795325636|1795325640|cn2|NonZeroExitCode");
        assertThat(state()).isInstanceOf(Pending.class);
        squeue(0, "", "5_1|7|FAILED|1795325636|1795325640|cn2|NonZeroExitCode");
        sacct(0, "", "5_0|6|COMPLETED|0:0|1|2", "5_1|7|FAILED|9:0|1|2", "5_3|5|COMPLETED|0:0|1|2");
        assertThat(state()).isInstanceOfSatisfying(Ended.class, e -> {
            assertThat(e.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(e.exitCode()).hasValue(9);
        });
    }

    @Test
    void aTaskOfAnArrayCanBeAskedForByItsOwnId() {
        squeue(0, "", "5_0|6|RUNNING|1795325636|N/A|cn1|None");
        assertThat(state(new JobId(6), NOW)).isInstanceOf(Running.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "slurm_load_jobs error: Invalid job id specified", // on the wrong stream
                "5|5|RUNNING",
                "five|5|RUNNING|1|2|cn1|None",
                "5|5||1|2|cn1|None"
            })
    void whatCannotBeUnderstoodIsNoAnswer(String row) {
        squeue(0, "", row);
        Assertions.assertThatThrownBy(this::state).isInstanceOf(ProtocolException.class);
    }

    // ---------------------------------------------------------------- whose id it is

    private static void assertAnother(JobState state, String name) {
        assertThat(state)
                .isInstanceOfSatisfying(
                        Unknown.class,
                        u -> assertThat(u.cause())
                                .hasMessageContainingAll("job 5", "'" + name + "'", "'train'", "login node")
                                .extracting(c -> ((SlurmUnavailableException) c).retry())
                                .isEqualTo(Retry.POINTLESS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RUNNING", "PENDING", "COMPLETED", "FAILED"})
    void anotherJobOfThisIdSaysNothingAboutTheOneThatIsMeant(String word) {
        String row = "5|5|" + word + "|1795325636|1795325936|cn1|None|";
        squeue(0, "", row + "strange|r").sacct(0, "", "5|5|COMPLETED|0:0|1795325636|1795325640|train");
        assertAnother(named("train"), "strange|r".replace('|', '\u001f'));
        squeue(0, "", row + "train");
        assertThat(named("train")).isNotInstanceOf(Unknown.class);
        squeue(0, "", row + "stranger");
        assertThat(state()).as("whatever its name").isNotInstanceOf(Unknown.class);
    }

    @Test
    void aRecordOfAnotherJobIsNoEndOfTheOneThatIsMeant() {
        String row = "5|5|COMPLETED|0:0|1795325636|1795325640|";
        squeue(1, UNKNOWN_JOB).sacct(0, "", row + "stranger");
        assertAnother(named("train"), "stranger");
        squeue(1, DOWN).sacct(0, "", row + "stranger");
        assertAnother(named("train"), "stranger");
        squeue(1, UNKNOWN_JOB).sacct(0, "", row + "train");
        assertThat(named("train")).isInstanceOf(Ended.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "allocation"})
    void aRecordWhoseNameHasNotArrivedIsWaitedForUnlessTheControllerKnowsTheJob(String nameless) {
        String row = "5|5|FAILED|3:0|1795325636|1795325640|" + nameless;
        squeue(1, UNKNOWN_JOB).sacct(0, "", row);
        assertThat(named("train"))
                .isInstanceOfSatisfying(
                        Unknown.class, u -> assertThat(u.cause()).hasMessageContaining("may arrive late"));
        squeue(0, "", "5|5|FAILED|1795325636|1795325640|cn1|NonZeroExitCode|train")
                .sacct(0, "", row);
        assertThat(named("train"))
                .isInstanceOfSatisfying(
                        Ended.class, e -> assertThat(e.exitCode()).hasValue(3));
    }

    @Test
    void anAnswerWithoutItsEndIsNoAnswer() {
        squeue(0, "", "5|5|COMPLETED|1|2|cn1|None");
        CommandResult cut = CommandResult.exited(
                "login", "query", 0, answer.toString().getBytes(StandardCharsets.UTF_8), new byte[0], false);
        Assertions.assertThatThrownBy(() -> Sections.of(cut, "n")).isInstanceOf(ProtocolException.class);
    }
}
