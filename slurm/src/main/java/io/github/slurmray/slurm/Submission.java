package io.github.slurmray.slurm;

import io.github.slurmray.core.Backoff;
import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.CommandTimeoutException;
import io.github.slurmray.core.ConnectionLostException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostUnreachableException;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.Shell;
import io.github.slurmray.core.SlurmRayException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of submit: asks the record of a submission until it says how the submission ended, and has a new attempt
 * made only when the earlier ones are known to have left no job. Used by one thread, once.
 *
 * <p>Making an attempt after number n is asked for in the words "n and all before are over"; on the host, one caller
 * only can do so, so two clients that come to the same conclusion make one attempt.
 */
final class Submission {
    private static final Logger LOG = LoggerFactory.getLogger(Submission.class);
    private static final int KILLED = 128;

    /** What a question may take over its wait on the host: a shell, and a file system that may be slow. */
    private static final Duration COMMAND_MARGIN = Duration.ofSeconds(20);

    private static final Duration SEARCH_TIMEOUT = Duration.ofSeconds(60);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(2));

    private final Host host;
    private final Scripts scripts;
    private final Optional<SbatchScript> script;
    private final SubmissionToken token;
    private final Timing timing;

    private int after;
    private int troubles;
    private OptionalLong firstFailure = OptionalLong.empty();
    private OptionalLong firstTrouble = OptionalLong.empty();
    private long silentSince;
    private int silentAttempt;

    /** What one answer of the record comes to. */
    private sealed interface Step {
        /** This is the job. */
        record Job(JobId id) implements Step {}

        /** There is none, and none is to be made. */
        record NoJob() implements Step {}

        /** It isn't decided yet. */
        record AskAgain() implements Step {}
    }

    /** Without a script, only looks. */
    Submission(Host host, Scripts scripts, Optional<SbatchScript> script, SubmissionToken token, Timing timing) {
        this.host = host;
        this.scripts = scripts;
        this.script = script;
        this.token = token;
        this.timing = timing;
    }

    /** Asks until it is decided; what comes back is never empty if there is a script to submit. */
    Optional<JobId> run() {
        String doubt = ""; // why sbatch may have been started without our hearing of it; empty: it wasn't
        while (true) {
            SubmissionReport report;
            try {
                report = ask();
            } catch (ConnectionLostException | CommandTimeoutException e) {
                doubt = e instanceof ConnectionLostException
                        ? "the connection broke before the answer came"
                        : "the answer didn't come in time";
                pause(doubt, e);
                continue;
            } catch (InterruptedCallException e) {
                throw undecided("the thread was interrupted before the answer came", e);
            } catch (HostUnreachableException e) {
                if (doubt.isEmpty()) {
                    throw e;
                }
                pause(doubt + ", and the host can't be reached again", e);
                continue;
            } catch (SlurmRayException e) {
                if (!doubt.isEmpty()) {
                    throw undecided(doubt + ", and then: " + e.getMessage(), e);
                }
                if (!mayHaveStarted(e)) {
                    throw e;
                }
                doubt = e instanceof ProtocolException
                        ? "the answer came garbled"
                        : "the command on the host was killed before its answer came";
                pause(doubt, e);
                continue;
            }
            Step step = decide(report);
            if (step instanceof Step.Job job) {
                LOG.debug("submission {} on {} is job {}", token, host.name(), job.id());
                return Optional.of(job.id());
            } else if (step instanceof Step.NoJob) {
                return Optional.empty();
            }
        }
    }

    /** What waits for sbatch on the host may be killed, or its answer cut, while sbatch itself goes on. */
    private static boolean mayHaveStarted(SlurmRayException e) {
        if (e instanceof CommandFailedException failed) {
            // the script's own refusals end with 1; a shell that was killed, by a signal or with 128 and its number
            return failed.result().status().orElse(KILLED) >= KILLED;
        }
        return e instanceof ProtocolException;
    }

    private SubmissionReport ask() {
        long wait = timing.waitOnHost().toSeconds();
        Scripts.Framed question;
        Command command;
        if (script.isPresent()) {
            byte[] text = script.get().text().getBytes(StandardCharsets.UTF_8);
            question = scripts.submit(token.recordDirectory(), after, text.length, wait, comment(script.get(), token));
            command = question.command().describedAs("submit " + token).withStdin(text);
        } else {
            question = scripts.look(token.recordDirectory(), wait);
            command = question.command().describedAs("look for submission " + token);
        }
        return SubmissionReport.of(Sections.of(
                host.run(command.withTimeout(timing.waitOnHost().plus(COMMAND_MARGIN)))
                        .orThrow(),
                question.nonce()));
    }

    /** The script's own comment, and the token for {@link TokenSearch}. */
    static String comment(SbatchScript script, SubmissionToken token) {
        return script.comment().map(c -> c + " ").orElse("") + TokenSearch.mark(token);
    }

    private Step decide(SubmissionReport report) {
        switch (report.state()) {
            case OTHER_SCRIPT ->
                throw new IllegalArgumentException("token " + token + " was used before, for another"
                        + " script (see " + token.recordDirectory() + " on " + host.name()
                        + "): make a new token for a new job");
            case NONE -> {
                return new Step.NoJob();
            }
            case FOUND -> {
                return new Step.Job(report.found().orElseThrow());
            }
            case OVER -> {
                return decide(report, report.end().orElseThrow());
            }
            case STARTING, RUNNING, ELSEWHERE -> {
                pause("sbatch has not answered yet (" + describe(report) + ")", null);
                return new Step.AskAgain();
            }
            case DEAD, ABANDONED -> {
                return search(report, "sbatch ended without an answer (" + describe(report) + ")");
            }
        }
        throw new AssertionError(report.state());
    }

    private Step decide(SubmissionReport report, SbatchEnd end) {
        if (end instanceof SbatchEnd.Accepted accepted) {
            return new Step.Job(accepted.job());
        }
        if (end instanceof SbatchEnd.Refused refused) {
            if (script.isEmpty()) {
                return new Step.NoJob();
            }
            throw Refusals.of(host.name(), refused.words(), script.get());
        }
        if (end instanceof SbatchEnd.Undecided undecided) {
            return search(report, undecided.words());
        }
        if (script.isEmpty()) {
            return new Step.NoJob();
        }
        // there is no job: an attempt of an earlier call is made good at once, one of this call after a pause
        String words =
                end instanceof SbatchEnd.NotTaken notTaken ? notTaken.words() : ((SbatchEnd.NoSlurm) end).words();
        if (!report.started()) {
            after = report.attempt();
            return new Step.AskAgain();
        }
        if (end instanceof SbatchEnd.NoSlurm) {
            throw noSlurm(host, words);
        }
        goOnAfter(report.attempt(), words);
        rest();
        return new Step.AskAgain();
    }

    /**
     * Lets a new attempt be made, since there is no job from those up to this one; its own troubles are counted anew.
     *
     * @throws SlurmUnavailableException if that has gone on for long enough
     */
    private void goOnAfter(int attempt, String words) {
        if (firstFailure.isEmpty()) {
            firstFailure = OptionalLong.of(timing.nanos());
        }
        if (timing.nanos() - firstFailure.getAsLong() >= timing.patience().toNanos()) {
            throw noController(words);
        }
        firstTrouble = OptionalLong.empty();
        after = attempt;
    }

    private SlurmUnavailableException noController(String words) {
        return new SlurmUnavailableException(
                host.name() + " couldn't get an answer from Slurm's controller for "
                        + timing.patience().toSeconds() + " s, and there is no job: " + words
                        + ". Submit again later (with token " + token + " or a new one).",
                words,
                Retry.SAFE);
    }

    static SlurmUnavailableException noSlurm(Host host, String words) {
        String what = SlurmWords.noConfiguration(words)
                ? "'s Slurm commands on the PATH belong to no cluster, since there is no slurm.conf"
                : " has no Slurm commands on the PATH of a command that a program runs there";
        return new SlurmUnavailableException(
                host.name() + what + ": " + words
                        + ". Take a login node of the cluster, or name the directory of the right commands with"
                        + " SlurmClient.builder(host).commandDirectory(…).",
                words,
                Retry.POINTLESS);
    }

    /** Looks for the job of an attempt that left no answer. */
    private Step search(SubmissionReport report, String why) {
        if (silentAttempt != report.attempt()) {
            silentAttempt = report.attempt();
            silentSince = timing.nanos();
        }
        long ageMinutes = report.ageSeconds().orElse(7 * 86_400L) / 60;
        Scripts.Framed question = scripts.search(ageMinutes + 60);
        TokenSearch search;
        // read first: a request that arrived before then is settled when the search is made
        boolean settled = timing.nanos() - silentSince >= timing.settle().toNanos();
        try {
            Command command = question.command()
                    .describedAs("search for submission " + token)
                    .withTimeout(SEARCH_TIMEOUT);
            search = TokenSearch.of(
                    Sections.of(host.run(command).orThrow(), question.nonce()), token, report.ageSeconds());
        } catch (InterruptedCallException e) {
            throw undecided(why + ", and the thread was interrupted while Slurm was searched", e);
        } catch (SlurmRayException e) {
            pause(why + ", and Slurm couldn't be searched for the job", e);
            return new Step.AskAgain();
        }
        if (search.jobs().size() > 1) {
            throw undecided(
                    why + ", and several jobs carry the token: " + search.jobs() + "; cancel all but one", null);
        }
        if (!search.jobs().isEmpty()) {
            JobId job = search.jobs().iterator().next();
            LOG.info("submission {} on {}: {}; its job {} was found in Slurm", token, host.name(), why, job);
            remember(report.attempt(), job);
            return new Step.Job(job);
        }
        if (!search.complete()) {
            pause(why + ", and Slurm couldn't be searched for the job: " + search.trouble(), null);
        } else if (!settled) {
            pause(why + ", and Slurm doesn't know the job so far", null);
        } else {
            LOG.info(
                    "submission {} on {}: {}; Slurm has no such job, so it is submitted again",
                    token,
                    host.name(),
                    why);
            if (script.isEmpty()) {
                return new Step.NoJob();
            }
            goOnAfter(report.attempt(), why);
        }
        return new Step.AskAgain();
    }

    /** Writes the finding down, since Slurm forgets. If that fails, whoever asks next searches again. */
    private void remember(int attempt, JobId job) {
        String file = token.recordDirectory() + "/attempt." + attempt + "/found";
        String name = Shell.quote(file);
        try {
            host.run(Command.shell("echo " + job + " >" + name + ".new && mv -f " + name + ".new " + name)
                            .describedAs("write " + file))
                    .orThrow();
        } catch (SlurmRayException e) {
            LOG.debug("the record of submission {} couldn't be completed", token, e);
        }
    }

    private static String describe(SubmissionReport report) {
        return "attempt " + report.attempt() + (report.owner().isEmpty() ? "" : ", host and process " + report.owner())
                + report.ageSeconds().map(s -> ", " + s + " s ago").orElse("");
    }

    private void pause(String trouble, @Nullable SlurmRayException cause) {
        if (firstTrouble.isEmpty()) {
            firstTrouble = OptionalLong.of(timing.nanos());
        }
        if (timing.nanos() - firstTrouble.getAsLong() >= timing.patience().toNanos()) {
            throw undecided(trouble, cause);
        }
        LOG.debug("submission {} on {}: {}; asking again", token, host.name(), trouble, cause);
        rest();
    }

    private void rest() {
        troubles++;
        try {
            timing.sleep(
                    BACKOFF.delay(troubles, () -> ThreadLocalRandom.current().nextDouble()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw undecided("the thread was interrupted before the answer came", null);
        }
    }

    private SubmissionUndecidedException undecided(String trouble, @Nullable Throwable cause) {
        return new SubmissionUndecidedException(
                "it isn't known whether " + host.name() + " has taken the job of submission " + token + ": " + trouble
                        + ". Submit the same script again with this token: it finds the job if there is one. The record"
                        + " is in " + token.recordDirectory() + " there.",
                token,
                cause);
    }
}
