package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.ConnectionLostException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostUnreachableException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The promise that a job is submitted once, with real shells and processes and a made-up sbatch. */
@Execution(ExecutionMode.CONCURRENT)
class SubmissionTest {
    private static final SbatchScript SCRIPT =
            SbatchScript.builder().jobName("once").line("hostname").build();
    private static final SubmissionToken TOKEN = SubmissionToken.of("token-of-the-test");

    @TempDir
    Path dir;

    private FakeSlurm slurm;

    @BeforeEach
    void start() {
        slurm = new FakeSlurm(dir);
    }

    private static SlurmClient client(Host host) {
        return new RemoteSlurmClient(host, Optional.empty(), new QuickTiming());
    }

    private JobId submit() {
        return client(slurm.host()).submit(SCRIPT, TOKEN);
    }

    @Test
    void aJobCarriesItsTokenBehindItsOwnComment() {
        SbatchScript script = SCRIPT.toBuilder().comment("my own").build();
        assertThat(client(slurm.host()).submit(script, TOKEN)).isEqualTo(new JobId(100));
        assertThat(slurm.comment("100")).isEqualTo("my own slurmray:token-of-the-test");
    }

    @Test
    void theSameTokenIsTheSameJob() {
        assertThat(submit()).isEqualTo(submit());
        assertThat(slurm.jobs()).containsExactly("100");
    }

    @Test
    void aSubmissionIsFoundAgainWithoutSubmitting() {
        JobId job = submit();
        assertThat(client(slurm.host()).find(TOKEN)).contains(job);
        assertThat(slurm.jobs()).containsExactly("100");
    }

    @Test
    void lookingForATokenThatNobodyUsedFindsAndMakesNothing() {
        assertThat(client(slurm.host()).find(TOKEN)).isEmpty();
        assertThat(slurm.jobs()).isEmpty();
        assertThat(slurm.host()
                        .run(Command.of("test", "-e", TOKEN.recordDirectory()))
                        .ok())
                .isFalse();
    }

    @Test
    void otherTokensAreOtherJobs() {
        SlurmClient client = client(slurm.host());
        assertThat(client.submit(SCRIPT)).isNotEqualTo(client.submit(SCRIPT));
    }

    @Test
    void theRecordCanBeReadByItsUserOnly() throws IOException {
        submit();
        Path record = slurm.record(TOKEN);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(record)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(record.getParent())))
                .isEqualTo("rwx------");
        assertThat(FakeSlurm.read(record.resolve("attempt.1/job.sh")) + "\n").isEqualTo(SCRIPT.text());
        assertThat(FakeSlurm.read(record.resolve("attempt.1/out"))).isEqualTo("100");
        try (var files = Files.list(record)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void twentyProgramsWithOneTokenMakeOneJob() throws Exception {
        slurm.sbatch("sleep 0.3; accept; answer");
        int programs = 20;
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(programs);
        List<Future<JobId>> answers = new ArrayList<>();
        for (int i = 0; i < programs; i++) {
            answers.add(threads.submit(() -> {
                go.await();
                return submit();
            }));
        }
        go.countDown();
        Set<JobId> jobs = new TreeSet<>();
        for (Future<JobId> answer : answers) {
            jobs.add(answer.get());
        }
        threads.shutdown();
        assertThat(jobs).containsExactly(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
    }

    @Test
    void anAnswerThatIsLostIsAskedForAgain() {
        AtomicInteger calls = new AtomicInteger();
        Host host = new WrappedHost(slurm.host(), (h, c) -> {
            var result = h.run(c);
            if (calls.getAndIncrement() == 0) {
                throw new ConnectionLostException("cut before the answer", null);
            }
            return result;
        });
        assertThat(client(host).submit(SCRIPT, TOKEN)).isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
        assertThat(calls).hasValue(2);
    }

    /**
     * The command, whose shell and all of its process group are killed once sbatch has been begun; its status says so.
     */
    private Command killedWhileSbatchRuns(Command command) {
        return Command.shell("exec 4<&0\nsetsid sh -c " + Shell.quote(command.text()) + " <&4 & p=$!\n"
                        + "while ! [ -e " + slurm.record(TOKEN) + "/attempt.1/owner ]; do :; done\n"
                        + "kill -9 -$p\nwait $p\nexit 137")
                .withStdin(command.stdin())
                .withTimeout(Duration.ofSeconds(20));
    }

    @Test
    void aConnectionCutWhileSbatchRunsDoesNotEndSbatch() {
        slurm.sbatch("sleep 1; accept; answer");
        AtomicInteger calls = new AtomicInteger();
        Host host = new WrappedHost(slurm.host(), (h, c) -> {
            if (calls.getAndIncrement() == 0) {
                // as sshd does it to the session of a connection that broke
                h.run(killedWhileSbatchRuns(c));
                throw new ConnectionLostException("cut while sbatch ran", null);
            }
            return h.run(c);
        });
        assertThat(client(host).submit(SCRIPT, TOKEN)).isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
        assertThat(slurm.record(TOKEN).resolve("attempt.2")).doesNotExist();
    }

    @Test
    void aCommandThatIsKilledOnTheHostDoesNotHideTheJobThatItsSbatchMakes() {
        slurm.sbatch("sleep 1; accept; answer");
        AtomicInteger calls = new AtomicInteger();
        Host host = new WrappedHost(slurm.host(), (h, c) -> {
            if (calls.getAndIncrement() == 0) {
                // as by an out-of-memory killer or a reaper of long processes on the login node; the connection holds
                return h.run(killedWhileSbatchRuns(c));
            }
            return h.run(c);
        });
        assertThat(client(host).submit(SCRIPT, TOKEN)).isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
    }

    @Test
    void anAnswerThatComesCutDoesNotHideTheJob() {
        AtomicInteger calls = new AtomicInteger();
        Host host = new WrappedHost(slurm.host(), (h, c) -> {
            CommandResult result = h.run(c);
            return calls.getAndIncrement() == 0 ? h.run(Command.of("echo", "half an answ")) : result;
        });
        assertThat(client(host).submit(SCRIPT, TOKEN)).isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
    }

    @Test
    void aScriptThatArrivesCutStartsNothing() {
        Host host = new WrappedHost(slurm.host(), (h, c) -> h.run(c.withStdin("#!/bin/ba")));
        assertThatThrownBy(() -> client(host).submit(SCRIPT, TOKEN))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("arrived cut");
        assertThat(slurm.record(TOKEN)).isEmptyDirectory();
        assertThat(submit()).isEqualTo(new JobId(100));
    }

    @Test
    void aHostThatCannotBeReachedIsSaidAtOnceAndNothingIsUnknown() {
        Host host = new WrappedHost(slurm.host(), (h, c) -> {
            throw new HostUnreachableException("no route", null);
        });
        assertThatThrownBy(() -> client(host).submit(SCRIPT, TOKEN)).isInstanceOf(HostUnreachableException.class);
    }

    @Test
    void aConnectionThatStaysAwayLeavesTheSubmissionUndecidedWithItsToken() {
        AtomicInteger calls = new AtomicInteger();
        Host host = new WrappedHost(slurm.host(), (h, c) -> {
            if (calls.getAndIncrement() == 0) {
                h.run(c);
                throw new ConnectionLostException("cut", null);
            }
            throw new HostUnreachableException("no route", null);
        });
        SubmissionUndecidedException e = catchThrowableOfType(
                SubmissionUndecidedException.class, () -> client(host).submit(SCRIPT, TOKEN));
        assertThat(e.token()).isEqualTo(TOKEN);
        assertThat(e.retry()).isEqualTo(Retry.UNKNOWN_EFFECT);
        assertThat(e).hasMessageContaining(TOKEN.id()).hasMessageContaining(TOKEN.recordDirectory());
        assertThat(submit()).isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
    }

    @Test
    void whyItIsUndecidedIsWhatHappenedFirst() {
        for (boolean cut : new boolean[] {true, false}) {
            AtomicInteger calls = new AtomicInteger();
            Host host = new WrappedHost(slurm.host(), (h, c) -> {
                if (calls.getAndIncrement() > 0) {
                    throw new HostUnreachableException("no route", null);
                } else if (cut) {
                    throw new ConnectionLostException("cut", null);
                }
                return h.run(Command.shell("kill -9 $$"));
            });
            SubmissionUndecidedException e = catchThrowableOfType(
                    SubmissionUndecidedException.class, () -> client(host).submit(SCRIPT, TOKEN));
            assertThat(e)
                    .hasMessageContaining(
                            cut ? "the connection broke before" : "the command on the host was killed before")
                    .hasMessageContaining("can't be reached again");
        }
    }

    @Test
    void aRefusalIsGivenAgainWithoutAskingSlurmAgain() {
        slurm.sbatch("echo 'sbatch: error: Batch job submission failed: Invalid qos specification' >&2; exit 1");
        SbatchScript script = SCRIPT.toBuilder().option("qos", "gold").build();
        SubmissionRefusedException first = catchThrowableOfType(
                SubmissionRefusedException.class, () -> client(slurm.host()).submit(script, TOKEN));
        assertThat(first.slurmSays()).isEqualTo("Invalid qos specification");
        assertThat(first.option()).contains("qos");
        assertThat(first.value()).contains("gold");
        slurm.sbatch("accept; answer");
        SubmissionRefusedException second = catchThrowableOfType(
                SubmissionRefusedException.class, () -> client(slurm.host()).submit(script, TOKEN));
        assertThat(second).hasMessage(first.getMessage());
        assertThat(slurm.jobs()).isEmpty();
    }

    @Test
    void aControllerThatComesBackIsAskedAgainUnderTheSameToken() {
        slurm.sbatch("if [ -e \"$JOBS/../back\" ]; then accept; answer; else touch \"$JOBS/../back\"\n"
                + "echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)'"
                + " >&2; exit 1; fi");
        assertThat(submit()).isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
        assertThat(submit()).isEqualTo(new JobId(100));
    }

    @Test
    void aControllerThatStaysAwayMeansThereIsNoJobAndTheTokenStaysGood() {
        slurm.sbatch("echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller"
                + " (connect failure)' >&2; exit 1");
        SlurmUnavailableException e = catchThrowableOfType(SlurmUnavailableException.class, () -> submit());
        assertThat(e.retry()).isEqualTo(Retry.SAFE);
        assertThat(e.slurmSays()).isEqualTo("Unable to contact slurm controller (connect failure)");
        slurm.sbatch("accept; answer");
        assertThat(submit()).isEqualTo(new JobId(100));
    }

    @Test
    void withoutSbatchOnThePathItIsSaidWhatToDoAndTheTokenStaysGood() {
        slurm.program("sbatch", "echo 'sh: 1: sbatch: not found' >&2; exit 127");
        assertThatThrownBy(this::submit)
                .isInstanceOf(SlurmUnavailableException.class)
                .hasMessageContaining("commandDirectory");
        slurm.sbatch("accept; answer");
        assertThat(submit()).isEqualTo(new JobId(100));
    }

    @Test
    void anSbatchThatBelongsToNoClusterIsSaidAtOnce() {
        slurm.program("sbatch", """
                echo 'sbatch: error: resolve_ctls_from_dns_srv: res_nsearch error: Unknown host' >&2
                echo 'sbatch: error: fetch_config: DNS SRV lookup failed' >&2
                echo 'sbatch: error: _establish_config_source: failed to fetch config' >&2
                echo 'sbatch: fatal: Could not establish a configuration source' >&2
                exit 1""");
        assertThatThrownBy(this::submit)
                .isInstanceOfSatisfying(
                        SlurmUnavailableException.class,
                        e -> assertThat(e.retry()).isEqualTo(Retry.POINTLESS))
                .hasMessageContaining("PATH")
                .hasMessageContaining("slurm.conf")
                .hasMessageContaining("commandDirectory(…)");
        assertThat(slurm.record(TOKEN).resolve("attempt.2")).doesNotExist();
    }

    @Test
    void aSubmissionWithoutATokenOfTheCallersLeavesNothing() {
        client(slurm.host()).submit(SCRIPT);
        assertThat(slurm.home()).isEmptyDirectory();

        slurm.sbatch("echo 'sbatch: error: Batch job submission failed: Invalid qos specification' >&2; exit 1");
        assertThatThrownBy(() -> client(slurm.host()).submit(SCRIPT)).isInstanceOf(SubmissionRefusedException.class);
        assertThat(slurm.home()).isEmptyDirectory();

        slurm.sbatch("echo 'sbatch: error: Unable to contact slurm controller (connect failure)' >&2; exit 1");
        assertThatThrownBy(() -> client(slurm.host()).submit(SCRIPT)).isInstanceOf(SlurmUnavailableException.class);
        assertThat(slurm.home()).isEmptyDirectory();
    }

    @Test
    void anUndecidedSubmissionKeepsItsRecordForTheTokenInTheException() {
        AtomicInteger calls = new AtomicInteger();
        Host host = new WrappedHost(slurm.host(), (h, c) -> {
            if (calls.getAndIncrement() == 0) {
                h.run(c);
                throw new ConnectionLostException("cut", null);
            }
            throw new HostUnreachableException("no route", null);
        });
        SubmissionUndecidedException e = catchThrowableOfType(
                SubmissionUndecidedException.class, () -> client(host).submit(SCRIPT));
        assertThat(client(slurm.host()).find(e.token())).contains(new JobId(100));
    }

    @Test
    void aRecordThatCannotBeRemovedCostsNoJob() {
        Host host = new WrappedHost(slurm.host(), (h, c) -> {
            if (c.toString().startsWith("forget")) {
                throw new ConnectionLostException("cut", null);
            }
            return h.run(c);
        });
        assertThat(client(host).submit(SCRIPT)).isEqualTo(new JobId(100));
        assertThat(slurm.home().resolve(".slurmray/submissions")).isNotEmptyDirectory();
    }

    @Test
    void forgettingLeavesWhatIsNotItsOwn() throws IOException {
        SubmissionToken elsewhere = TOKEN.in("mine/record");
        client(slurm.host()).submit(SCRIPT, elsewhere);
        client(slurm.host()).forget(elsewhere);
        assertThat(slurm.home().resolve("mine")).isEmptyDirectory();

        Path cluster = Files.createDirectories(slurm.home().resolve(".slurmray/ray-1"));
        client(slurm.host()).submit(SCRIPT);
        assertThat(cluster).isDirectory();
        assertThat(slurm.home().resolve(".slurmray/submissions")).doesNotExist();
    }

    @Test
    void manySubmissionsAtOnceDoNotDisturbEachOtherByTidyingUp() throws Exception {
        int programs = 8;
        ExecutorService threads = Executors.newFixedThreadPool(programs);
        List<Future<JobId>> answers = new ArrayList<>();
        for (int i = 0; i < 5 * programs; i++) {
            answers.add(threads.submit(() -> client(slurm.host()).submit(SCRIPT)));
        }
        Set<JobId> jobs = new TreeSet<>();
        for (Future<JobId> answer : answers) {
            jobs.add(answer.get());
        }
        threads.shutdown();
        assertThat(jobs).hasSize(5 * programs);
        assertThat(slurm.jobs()).hasSize(5 * programs);
        assertThat(slurm.home()).isEmptyDirectory();
    }

    @Test
    void anSbatchKilledBeforeItsRequestIsMadeGood() {
        slurm.sbatch("[ -e \"$JOBS/../once\" ] || { touch \"$JOBS/../once\"; kill -9 0; }; accept; answer");
        assertThat(submit()).isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
        assertThat(slurm.record(TOKEN).resolve("attempt.2")).isDirectory();
    }

    @Test
    void anSbatchKilledAfterItsRequestIsFoundInTheQueue() {
        slurm.sbatch("accept; kill -9 0");
        assertThat(submit()).isEqualTo(new JobId(100));
        slurm.squeue("exit 0");
        assertThat(submit())
                .as("from the record, now that the queue has forgotten it")
                .isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
    }

    @Test
    void aJobThatHasEndedMeanwhileIsFoundInTheDatabase() {
        slurm.sbatch("accept; kill -9 0");
        slurm.squeue("exit 0");
        slurm.sacct("printf '99\\037\\037sbatch --comment=slurmray:token-of-the-test-2 x\\n"
                + "100\\037\\037sbatch --parsable --comment=slurmray:token-of-the-test /x/job.sh\\n'");
        assertThat(submit()).isEqualTo(new JobId(100));
    }

    @Test
    void aRequestThatTheControllerAnswersLateIsNotMadeTwice() {
        // the job turns up in the queue only some searches after sbatch has died
        slurm.sbatch("accept; kill -9 0");
        slurm.squeue("n=$(cat \"$JOBS/../n\" 2>/dev/null || echo 0); echo $((n + 1)) >\"$JOBS/../n\"\n"
                + "[ \"$n\" -lt 5 ] || printf '100\\037slurmray:token-of-the-test\\n'");
        assertThat(submit()).isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
    }

    @Test
    void anAnswerThatTimesOutMayStillHaveMadeAJob() {
        slurm.sbatch(
                "accept; echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation'"
                        + " >&2; exit 1");
        assertThat(submit()).isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
    }

    @Test
    void aSearchThatSlurmDoesNotAnswerDecidesNothing() {
        slurm.sbatch("accept; kill -9 0");
        slurm.squeue("echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; exit 1");
        assertThatThrownBy(this::submit)
                .isInstanceOf(SubmissionUndecidedException.class)
                .hasMessageContaining("Unable to contact slurm controller");
        assertThat(slurm.jobs()).containsExactly("100");
    }

    @Test
    void withoutTheDatabaseTheControllerDecidesAsLongAsItForgetsNothing() {
        slurm.sbatch("[ -e \"$JOBS/../once\" ] || { touch \"$JOBS/../once\"; kill -9 0; }; accept; answer");
        slurm.sacct("echo 'sacct: error: Problem talking to the database: Connection refused' >&2; exit 1");
        assertThat(submit()).isEqualTo(new JobId(100));
    }

    @Test
    void withoutTheDatabaseAnOldSubmissionIsUndecided() {
        slurm.sbatch("accept; kill -9 0");
        slurm.squeue("exit 0");
        slurm.sacct("echo 'sacct: error: Problem talking to the database: Connection refused' >&2; exit 1");
        slurm.program("scontrol", "echo 'MinJobAge               = 2 sec'");
        assertThatThrownBy(this::submit)
                .isInstanceOf(SubmissionUndecidedException.class)
                .hasMessageContaining("Problem talking to the database");
        assertThat(slurm.jobs()).containsExactly("100");
    }

    @Test
    void severalJobsOfOneTokenAreNotDecidedByChance() {
        slurm.sbatch("accept; accept; kill -9 0");
        assertThatThrownBy(this::submit)
                .isInstanceOf(SubmissionUndecidedException.class)
                .hasMessageContaining("100, 101");
    }

    @Test
    void anSbatchWhoseWatcherIsKilledIsStillWaitedFor() {
        // the shell that would write down the answer is gone, sbatch itself goes on and then submits
        slurm.sbatch("kill -9 $PPID; sleep 1; accept; answer");
        assertThat(submit()).isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
        assertThat(slurm.record(TOKEN).resolve("attempt.2")).doesNotExist();
    }

    @Test
    void anSbatchOnAnotherLoginNodeIsLeftItsTime() throws IOException {
        attemptOf("login-7 4711 99 " + Instant.now().minusSeconds(60).getEpochSecond());
        assertThatThrownBy(this::submit)
                .isInstanceOf(SubmissionUndecidedException.class)
                .hasMessageContaining("login-7 4711");
        assertThat(slurm.jobs()).isEmpty();
    }

    @Test
    void anSbatchOnAnotherLoginNodeThatMustBeOverIsMadeGood() throws IOException {
        attemptOf("login-7 4711 99 " + Instant.now().minus(Duration.ofHours(3)).getEpochSecond());
        assertThat(submit()).isEqualTo(new JobId(100));
    }

    @Test
    void aProcessIdThatAnotherProcessHasNowIsNotTakenForSbatch() throws IOException {
        String host = new ProcessBuilder("uname", "-n").start().inputReader().readLine();
        attemptOf(host + " " + ProcessHandle.current().pid() + " 1 "
                + Instant.now().minusSeconds(60).getEpochSecond());
        assertThat(submit()).isEqualTo(new JobId(100));
    }

    private void attemptOf(String owner) throws IOException {
        Path attempt = slurm.record(TOKEN).resolve("attempt.1");
        Files.createDirectories(attempt);
        Files.writeString(attempt.resolve("job.sh"), SCRIPT.text());
        Files.writeString(attempt.resolve("owner"), owner + "\n");
    }

    @Test
    void aTokenIsForOneScript() {
        submit();
        assertThatThrownBy(() -> client(slurm.host())
                        .submit(SCRIPT.toBuilder().line("date").build(), TOKEN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another script");
    }

    @Test
    void anotherRecordDirectoryIsMadeWithItsParents() {
        SubmissionToken token = TOKEN.in("run dir/it's/record");
        assertThat(client(slurm.host()).submit(SCRIPT, token)).isEqualTo(new JobId(100));
        assertThat(slurm.home().resolve("run dir/it's/record/attempt.1/status")).exists();
    }

    @Test
    void aRecordDirectoryThatCannotBeMadeStartsNothing() throws IOException {
        Files.writeString(slurm.home().resolve("file"), "");
        assertThatThrownBy(() -> client(slurm.host()).submit(SCRIPT, TOKEN.in("file/record")))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("home/file");
        assertThat(slurm.jobs()).isEmpty();
    }

    @Test
    void theUsersPresetsForSbatchAreNotApplied() {
        slurm.sbatch("comment=\"$(env | grep -E '^(SBATCH_|SLURM_CLUSTERS|SLURM_CONF|FOO)' | sort | tr '\\n' ' ')"
                + "$(umask)\"; accept; answer");
        client(slurm.host(Map.of(
                        "SBATCH_PARTITION",
                        "gold",
                        "SLURM_CLUSTERS",
                        "other",
                        "SLURM_CONF",
                        "/etc/s.conf",
                        "FOO",
                        "bar\nSBATCH_X=1")))
                .submit(SCRIPT, TOKEN);
        assertThat(slurm.comment("100"))
                .startsWith("FOO=bar")
                .contains("SLURM_CONF=/etc/s.conf")
                .doesNotContain("gold", "other");
    }

    @Test
    void theJobGetsTheUsersOwnUmask() {
        slurm.sbatch("comment=$(umask); accept; answer");
        submit();
        assertThat(slurm.comment("100")).isNotEqualTo("0077");
    }

    @Test
    void warningsOfTheSiteDoNotHideTheAnswer() {
        slurm.sbatch("accept; echo Welcome; echo \"$id;cluster\"; echo 'sbatch: your quota is low' >&2");
        assertThat(submit()).isEqualTo(new JobId(100));
    }

    @Test
    void aForgottenTokenIsUnusedAgain() {
        SlurmClient client = client(slurm.host());
        JobId first = client.submit(SCRIPT, TOKEN);
        client.forget(TOKEN);
        client.forget(TOKEN);
        assertThat(slurm.record(TOKEN)).doesNotExist();
        assertThat(client.submit(SCRIPT, TOKEN)).isNotEqualTo(first);
    }

    @Test
    void anInterruptLeavesTheTokenToAskAgainWith() throws Exception {
        slurm.sbatch("sleep 1; accept; answer");
        List<Throwable> thrown = new ArrayList<>();
        Thread thread = new Thread(() -> {
            try {
                submit();
            } catch (SubmissionUndecidedException e) {
                thrown.add(e);
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
            }
        });
        thread.start();
        Awaitility.await().until(() -> Files.exists(slurm.record(TOKEN).resolve("attempt.1/owner")));
        thread.interrupt();
        thread.join();
        assertThat(thrown).hasSize(1);
        assertThat(submit()).isEqualTo(new JobId(100));
        assertThat(slurm.jobs()).containsExactly("100");
    }
}
