package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.JobState.Clears;
import io.github.slurmray.slurm.JobState.Ended;
import io.github.slurmray.slurm.JobState.Outcome;
import io.github.slurmray.slurm.JobState.Pending;
import io.github.slurmray.slurm.JobState.Running;
import io.github.slurmray.slurm.JobState.Unknown;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a {@link SlurmClient} promises, whatever Slurm it talks to: a site with a partition of two nodes and fifteen
 * minutes at most, an accounting database, and limits that are enforced at submission.
 */
abstract class SlurmClientContract {
    private final List<JobId> submitted = new ArrayList<>();
    private Host host;
    private SlurmClient client;

    /** Opens a connection as a user of the site. */
    abstract Host open();

    /** An account that the user may charge. */
    abstract String account();

    /** An account that exists and that the user may not charge. */
    abstract String foreignAccount();

    /** The partition. */
    abstract String partition();

    abstract void stopController();

    /** Returns when the controller has been started, not when it answers. */
    abstract void startController();

    abstract void stopDatabase();

    abstract void startDatabase();

    @BeforeEach
    void connect() {
        host = open();
        client = SlurmClient.over(host);
    }

    @AfterEach
    void cancelAndDisconnect() {
        submitted.forEach(client::cancel);
        host.close();
    }

    final SlurmClient client() {
        return client;
    }

    final Host host() {
        return host;
    }

    final SbatchScript.Builder script(String line) {
        return SbatchScript.builder()
                .jobName("contract")
                .account(account())
                .partition(partition())
                .time(WallTime.of(Duration.ofMinutes(5)))
                .nodes(1)
                .ntasksPerNode(1)
                .output("/dev/null")
                .line(line);
    }

    final JobId submit(SbatchScript script) {
        JobId job = client.submit(script);
        submitted.add(job);
        return job;
    }

    static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(300));
    }

    final Ended end(JobId job) {
        return (Ended) soon().until(() -> client.status(job), JobState::isEnded);
    }

    final Running running(JobId job) {
        return (Running) soon().until(
                        () -> client.status(job),
                        s -> s instanceof Running r && r.phase().equals("RUNNING"));
    }

    /** Submits a job whose script ends with this status when it gets SIGTERM, and waits until it handles it. */
    private JobId exitsAtTerm(int status) {
        String ready = "ready-" + UUID.randomUUID();
        JobId job = submit(script("trap 'exit " + status + "' TERM; touch ~/" + ready + "; sleep 300 & wait")
                .build());
        soon().until(() -> host.run(Command.of("rm", ready)).ok());
        return job;
    }

    @Test
    void aJobGoesThroughItsStatesToItsEnd() {
        JobId job = submit(script("sleep 2").build());
        Running running = running(job);
        assertThat(running.nodes()).hasSize(1);
        assertThat(Duration.between(running.since(), Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
        Ended ended = end(job);
        assertThat(ended.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(ended.exitCode()).hasValue(0);
        assertThat(ended.signal()).isEmpty();
        assertThat(ended.start()).isPresent();
        assertThat(ended.end()).isPresent();
    }

    @Test
    void aFailedJobHasItsExitCode() {
        Ended ended = end(submit(script("exit 3").build()));
        assertThat(ended.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ended.exitCode()).hasValue(3);
    }

    @Test
    void aSignalToTheBatchShellLetsTheScriptEndInOrder() {
        JobId job = exitsAtTerm(0);
        client.signalBatch(job, "TERM");
        assertThat(end(job).outcome()).isEqualTo(Outcome.COMPLETED);
        client.signalBatch(job, "TERM");
    }

    @Test
    void theJobOfATokenIsFoundWithoutSubmitting() {
        SubmissionToken token = SubmissionToken.random();
        assertThat(client.find(token)).isEmpty();
        JobId job = client.submit(script("sleep 30").build(), token);
        submitted.add(job);
        assertThat(client.find(token)).contains(job);
    }

    private SubmissionRefusedException refusal(SbatchScript script) {
        SubmissionRefusedException e =
                catchThrowableOfType(SubmissionRefusedException.class, () -> client.submit(script));
        assertThat(e).isNotNull();
        assertThat(e.retry()).isEqualTo(Retry.POINTLESS);
        assertThat(e).hasMessageContaining(e.slurmSays()).hasMessageContaining(host.name());
        return e;
    }

    @Test
    void anUnknownPartitionIsRefusedInSlurmsWords() {
        SubmissionRefusedException e =
                refusal(script("date").partition("nosuch").build());
        assertThat(e.slurmSays()).contains("nvalid partition");
        assertThat(e.option()).contains("partition");
        assertThat(e.value()).contains("nosuch");
    }

    @Test
    void anUnknownAndAForeignAccountAreRefusedInSlurmsWords() {
        for (String account : List.of("project_nosuch", foreignAccount())) {
            SubmissionRefusedException e =
                    refusal(script("date").account(account).build());
            assertThat(e.slurmSays()).contains("Invalid account or account/partition combination");
            assertThat(e.option()).contains("account");
            assertThat(e.value()).contains(account);
        }
    }

    @Test
    void aTimeOverTheLimitIsRefusedInSlurmsWords() {
        SubmissionRefusedException e =
                refusal(script("date").time(WallTime.of(Duration.ofHours(1))).build());
        assertThat(e.slurmSays()).contains("time limit is invalid");
        assertThat(e.option()).contains("time");
        assertThat(e.value()).contains("01:00:00");
    }

    @Test
    void tooManyNodesAreRefusedInSlurmsWords() {
        SubmissionRefusedException e = refusal(script("date").nodes(3).build());
        assertThat(e.slurmSays()).contains("Node count specification invalid");
        assertThat(e.option()).contains("nodes");
        assertThat(e.value()).contains("3");
    }

    @Test
    void aCancelledJobIsCancelledAndCancellingAgainIsHarmless() {
        JobId job = submit(script("sleep 300").build());
        running(job);
        client.cancel(job);
        client.cancel(job);
        assertThat(end(job).outcome()).isEqualTo(Outcome.CANCELLED);
        client.cancel(job);
    }

    @Test
    void aJobOfAnotherNameIsNeitherSignalledNorCancelledNorTakenForTheOneThatIsMeant() {
        JobId job = exitsAtTerm(3);

        client.signalBatch(job, "TERM", "another");
        client.cancel(job, "another");

        assertThat(client.status(job, "another"))
                .isInstanceOfSatisfying(
                        Unknown.class, u -> assertThat(u.cause()).hasMessageContainingAll("'contract'", "'another'"));
        assertThat(client.status(job, "contract")).isInstanceOf(Running.class);
        client.cancel(job, "contract");
        assertThat(end(job).outcome()).isEqualTo(Outcome.CANCELLED);
        client.cancel(job, "contract");
        soon().until(() -> client.status(job, "contract"), JobState::isEnded);
        assertThat(client.status(job, "another")).isInstanceOf(Unknown.class);
        client.cancel(new JobId(99_999_999), "contract");
    }

    @Test
    void aJobOfThisNameGetsItsSignal() {
        JobId job = exitsAtTerm(3);
        client.signalBatch(job, "TERM", "contract");
        assertThat(end(job).exitCode()).hasValue(3);
    }

    @Test
    void cancellingAJobThatSlurmDoesNotKnowIsHarmless() {
        client.cancel(new JobId(99_999_999));
    }

    @Test
    void aJobThatNobodyKnowsIsNotCalledEnded() {
        assertThat(client.status(new JobId(99_999_999))).isInstanceOf(Unknown.class);
    }

    @Test
    void aHeldJobSaysThatSomebodyMustLetItGo() {
        JobId job = submit(script("date").option("hold").build());
        assertThat(client.status(job)).isInstanceOfSatisfying(Pending.class, p -> {
            assertThat(p.reason()).isEqualTo("JobHeldUser");
            assertThat(p.clears()).isEqualTo(Clears.BY_SOMEBODY);
            assertThat(p.explanation()).contains("scontrol release");
        });
    }

    @Test
    void aDependencyThatCannotBeFulfilledAnyMoreIsSaidToBeSo() {
        JobId failing = submit(script("exit 1").option("begin", "now+1").build());
        JobId later =
                submit(script("date").dependency(Dependency.afterOk(failing)).build());
        soon().until(() -> client.status(later), s -> s instanceof Pending p && p.clears() == Clears.NEVER);
    }

    @Test
    void oneTokenIsOneJob() {
        SubmissionToken token = SubmissionToken.random();
        SbatchScript script = script("sleep 60").comment("of the contract").build();
        JobId job = client.submit(script, token);
        submitted.add(job);
        try (Host other = open()) {
            assertThat(SlurmClient.over(other).submit(script, token)).isEqualTo(job);
        }
        assertThat(host.run(Command.shell("squeue -h -o %k -j " + job)).stdout().strip())
                .isEqualTo("of the contract slurmray:" + token);
        client.forget(token);
    }

    @Test
    void manyJobsAreAskedForInOneCommand() {
        Map<JobId, Class<? extends JobState>> expected = new LinkedHashMap<>();
        JobId failed = submit(script("exit 1").build());
        JobId held = submit(script("date").option("hold").build());
        end(failed);
        expected.put(failed, Ended.class);
        expected.put(new JobId(99_999_999), Unknown.class);
        expected.put(held, Pending.class);
        AtomicInteger commands = new AtomicInteger();
        Host counting = new WrappedHost(host, (h, c) -> {
            commands.incrementAndGet();
            return h.run(c);
        });
        Map<JobId, JobState> states = SlurmClient.over(counting).statuses(expected.keySet());
        assertThat(commands).hasValue(1);
        assertThat(List.copyOf(states.keySet())).isEqualTo(List.copyOf(expected.keySet()));
        expected.forEach((job, type) -> assertThat(states.get(job)).isInstanceOf(type));
    }

    @Test
    void anArrayEndsWithItsLastTaskAndSaysThatOneFailed() {
        JobId array =
                submit(script("sleep 1; exit $SLURM_ARRAY_TASK_ID").array("0-2").build());
        Ended ended = end(array);
        assertThat(ended.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ended.exitCode().orElseThrow()).isBetween(1, 2);
        soon().untilAsserted(() -> assertThat(
                        client.accounting(array).rows().stream().filter(r -> !r.isStep()))
                .hasSize(3));
    }

    @Test
    void theAccountingHasTheJobAndItsSteps() {
        JobId job = submit(script("srun --overlap -n1 sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'")
                .build());
        end(job);
        Accounting accounting = soon().until(
                        () -> client.accounting(job),
                        a -> a.steps().size() >= 2
                                && a.jobRow().orElseThrow().jobName().equals("contract")
                                && a.rows().stream().allMatch(r -> r.end().isPresent()));
        AccountingRow row = accounting.jobRow().orElseThrow();
        assertThat(row.jobId()).isEqualTo(job.toString());
        assertThat(row.jobName()).isEqualTo("contract");
        assertThat(row.account()).isEqualTo(account());
        assertThat(row.partition()).isEqualTo(partition());
        assertThat(row.state()).isEqualTo("COMPLETED");
        assertThat(row.timeLimit()).contains(Duration.ofMinutes(5));
        assertThat(row.allocNodes()).hasValue(1);
        assertThat(row.submit()).isPresent();
        assertThat(row.planned()).isPresent();
        assertThat(row.plannedCpu()).isPresent();
        assertThat(row.nodes()).hasSize(1);
        assertThat(row.allocTres()).containsEntry("node", "1");
        assertThat(row.exitCode()).hasValue(0);
        assertThat(accounting.steps()).extracting(AccountingRow::jobId).contains(job + ".batch", job + ".0");
        assertThat(accounting.table()).contains("Elapsed").contains(job + ".batch");
        assertThat(accounting.table().lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(120));
        assertThat(accounting.wideTable()).contains("PlannedCPU").contains(job + ".batch");
    }

    @Test
    void theAccountingOfAJobThatNobodyKnowsIsEmpty() {
        assertThat(client.accounting(new JobId(99_999_999)).rows()).isEmpty();
    }

    @Test
    void theVersionIsKnown() {
        assertThat(client.version()).isGreaterThanOrEqualTo(new SlurmVersion(22, 5, 0));
        assertThat(client.version()).isSameAs(client.version());
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 20261122})
    void valuesArriveAsTheyWereSet(long seed) {
        Random random = new Random(seed);
        String alphabet = "ab \\\\\"\"''##:=$`!*?~;&|<>()[]{}%,@^";
        Map<JobId, String> names = new LinkedHashMap<>();
        for (int i = 0; i < 8; i++) {
            StringBuilder name = new StringBuilder("n");
            for (int n = random.nextInt(14); n > 0; n--) {
                name.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            name.append('n');
            names.put(
                    submit(script("date")
                            .jobName(name.toString())
                            .option("hold")
                            .build()),
                    name.toString());
        }
        names.forEach((job, name) -> assertThat(
                        host.run(Command.shell("squeue -h -o %j -j " + job)).stdout())
                .as("seed %d", seed)
                .isEqualTo(name + "\n"));
    }

    @Test
    @Tag("fault")
    void aSubmissionOutlastsAControllerThatIsAwayForAMoment() {
        stopController();
        CompletableFuture<JobId> answer;
        long back;
        try {
            answer = CompletableFuture.supplyAsync(
                    () -> client.submit(script("sleep 30").build()));
            Awaitility.await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
            assertThat(answer).isNotDone();
        } finally {
            startController();
            back = System.nanoTime();
        }
        JobId job = answer.join();
        submitted.add(job);
        assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(10));
        assertThat(client.status(job)).isNotInstanceOf(Unknown.class);
    }

    @Test
    @Tag("fault")
    void withoutTheControllerAPendingJobIsUnknownAndRightAgainSoonAfter() {
        JobId job = submit(script("date").option("hold").build());
        JobState pending = client.status(job);
        assertThat(pending).isInstanceOf(Pending.class);
        stopController();
        try {
            Unknown first = (Unknown) client.status(job);
            assertThat(first.lastKnown()).contains(pending);
            assertThat(first.cause()).hasMessageContaining("Unable to contact slurm controller");
            assertThat(client.status(job))
                    .isInstanceOfSatisfying(
                            Unknown.class, u -> assertThat(u.since()).isEqualTo(first.since()));
            assertThatThrownBy(() -> client.cancel(job)).isInstanceOf(SlurmUnavailableException.class);
        } finally {
            startController();
        }
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> client.status(job) instanceof Pending);
    }

    @Test
    @Tag("fault")
    void withoutTheDatabaseTheControllersWordIsEnoughAndAccountingSaysWhatIsMissing() {
        stopDatabase();
        try {
            JobId job = submit(script("sleep 1; exit 4").build());
            assertThat(client.status(job)).isNotInstanceOfAny(Unknown.class, Ended.class);
            Ended ended = end(job);
            assertThat(ended.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(ended.exitCode()).hasValue(4);
            assertThatThrownBy(() -> client.accounting(job))
                    .isInstanceOfSatisfying(
                            SlurmUnavailableException.class,
                            e -> assertThat(e.retry()).isEqualTo(Retry.SAFE))
                    .hasMessageContaining("database");
        } finally {
            startDatabase();
        }
    }
}
