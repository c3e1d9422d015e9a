package io.github.slurmray.slurm;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.Shell;
import io.github.slurmray.core.SlurmRayException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Talks to Slurm through its commands on a host. */
final class RemoteSlurmClient implements SlurmClient {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteSlurmClient.class);

    /** So many ids fit on a command line with room to spare. */
    private static final int IDS_PER_COMMAND = 2_000;

    private final Host host;
    private final Scripts scripts;
    private final Timing timing;
    private final JobMemory memory;
    private volatile @Nullable SlurmVersion version;

    RemoteSlurmClient(Host host, Optional<String> commandDirectory, Timing timing) {
        this.host = host;
        this.scripts = new Scripts(commandDirectory);
        this.timing = timing;
        this.memory = new JobMemory(timing.recordsArriveWithin());
    }

    @Override
    public JobId submit(SbatchScript script) {
        SubmissionToken token = SubmissionToken.random();
        JobId job;
        try {
            job = submit(script, token);
        } catch (SubmissionRefusedException | SlurmUnavailableException e) {
            forgetIfPossible(token);
            throw e;
        }
        forgetIfPossible(token);
        return job;
    }

    /** For a token that nobody else knows: once there is an answer, nobody will ask for it. */
    private void forgetIfPossible(SubmissionToken token) {
        try {
            forget(token);
        } catch (RuntimeException e) {
            // whatever it is, such as a host that was closed meanwhile: the answer counts
            LOG.debug("the record of submission {} on {} stays", token, host.name(), e);
        }
    }

    @Override
    public JobId submit(SbatchScript script, SubmissionToken token) {
        Objects.requireNonNull(script, "script");
        Objects.requireNonNull(token, "token");
        return new Submission(host, scripts, Optional.of(script), token, timing)
                .run()
                .orElseThrow();
    }

    @Override
    public void forget(SubmissionToken token) {
        String record = Shell.quote(token.recordDirectory());
        // only what submit.sh has made; a directory that holds anything else stays
        String text = "[ -d " + record + " ] || exit 0\n" + "rm -rf " + record + "/attempt.* " + record
                + "/incoming.* && rmdir " + record + " || exit\n"
                + (token.isInDefaultPlace() ? "rmdir " + SubmissionToken.DEFAULT_PARENTS + " 2>/dev/null || :\n" : "");
        host.run(Command.shell(text).describedAs("forget submission " + token)).orThrow();
    }

    @Override
    public JobState status(JobId job) {
        return Objects.requireNonNull(statuses(List.of(job)).get(job));
    }

    @Override
    public JobState status(JobId job, String name) {
        return Objects.requireNonNull(statuses(Map.of(name, job)).get(name));
    }

    @Override
    public Map<JobId, JobState> statuses(Collection<JobId> jobs) {
        Map<JobId, JobState> states = new LinkedHashMap<>();
        ask(new LinkedHashSet<>(jobs).stream().map(j -> new AskedJob(j, Optional.empty())))
                .forEach((job, state) -> states.put(job.id(), state));
        return states;
    }

    @Override
    public Map<String, JobState> statuses(Map<String, JobId> jobs) {
        Map<String, JobState> states = new LinkedHashMap<>();
        ask(jobs.entrySet().stream().map(j -> new AskedJob(j.getValue(), Optional.of(j.getKey()))))
                .forEach((job, state) -> states.put(job.name().orElseThrow(), state));
        return states;
    }

    private Map<AskedJob, JobState> ask(Stream<AskedJob> jobs) {
        List<AskedJob> all = jobs.toList();
        Map<AskedJob, JobState> states = new LinkedHashMap<>();
        for (int i = 0; i < all.size(); i += IDS_PER_COMMAND) {
            ask(all.subList(i, Math.min(all.size(), i + IDS_PER_COMMAND)), states);
        }
        return states;
    }

    private void ask(List<AskedJob> jobs, Map<AskedJob, JobState> into) {
        Scripts.Framed question = scripts.query(
                jobs.stream().map(j -> j.id().toString()).distinct().collect(Collectors.joining(",")));
        Command command = question.command()
                .describedAs("query " + (jobs.size() == 1 ? "job " + jobs.get(0).id() : jobs.size() + " jobs"));
        Instant now = timing.clock().instant();
        try {
            SlurmAnswer answer = SlurmAnswer.of(Sections.of(host.run(command).orThrow(), question.nonce()));
            jobs.forEach(j -> into.put(j, memory.learn(j, StatusRules.judge(j, answer, now), now)));
        } catch (InterruptedCallException e) {
            throw e;
        } catch (SlurmRayException e) {
            jobs.forEach(j -> into.put(j, memory.learn(j, new StatusRules.Verdict.NotKnown(e), now)));
        } catch (IllegalArgumentException e) {
            ProtocolException cause = new ProtocolException(
                    host.name() + " answered the query of " + jobs.size() + " jobs in a form that can't be understood: "
                            + e.getMessage(),
                    e);
            jobs.forEach(j -> into.put(j, memory.learn(j, new StatusRules.Verdict.NotKnown(cause), now)));
        }
    }

    @Override
    public void cancel(JobId job) {
        scancel(job, "", "cancel");
    }

    @Override
    public void cancel(JobId job, String name) {
        scancel(job, named(name), "cancel");
    }

    private static String named(String name) {
        return "--name=" + Shell.quote(name) + " ";
    }

    @Override
    public void signalBatch(JobId job, String signal) {
        signal(job, signal, "");
    }

    @Override
    public void signalBatch(JobId job, String signal, String name) {
        signal(job, signal, named(name));
    }

    private void signal(JobId job, String signal, String options) {
        if (!signal.matches("[A-Z0-9]{1,10}")) {
            throw new IllegalArgumentException("a signal is a name such as TERM, but was '" + signal + "'");
        }
        scancel(job, "--batch --signal=" + signal + " " + options, "signal");
    }

    private void scancel(JobId job, String options, String verb) {
        String line = "scancel " + options + job;
        CommandResult result = host.run(scripts.plain("exec " + line).describedAs(line));
        String err = result.stderr();
        if (result.ok() || SlurmWords.alreadyOver(err) || SlurmWords.noSuchJob(err)) {
            return;
        }
        int status = result.status().orElse(128);
        if (SlurmWords.noSlurm(status, err)) {
            throw Submission.noSlurm(host, SlurmWords.essence(err));
        }
        if (SlurmWords.notTaken(err) || SlurmWords.perhapsTaken(err)) {
            String words = SlurmWords.essence(err);
            throw new SlurmUnavailableException(
                    host.name() + " couldn't reach Slurm's controller to " + verb + " job " + job + ": " + words
                            + ". Try again later; twice is harmless.",
                    words,
                    Retry.SAFE);
        }
        result.orThrow();
    }

    @Override
    public Optional<JobId> find(SubmissionToken token) {
        Objects.requireNonNull(token, "token");
        return new Submission(host, scripts, Optional.empty(), token, timing).run();
    }

    @Override
    public Accounting accounting(JobId job) {
        Scripts.Framed question = scripts.accounting(job, String.join(",", SacctOutput.FIELDS));
        Command command = question.command().describedAs("sacct -j " + job);
        Sections sections = Sections.of(host.run(command).orThrow(), question.nonce());
        int status = sections.number("sacct.status");
        if (status != 0) {
            String err = sections.text("sacct.err");
            String words = SlurmWords.essence(err);
            if (SlurmWords.noSlurm(status, err)) {
                throw Submission.noSlurm(host, words);
            }
            boolean none = SlurmWords.noAccounting(err);
            throw new SlurmUnavailableException(
                    host.name() + " couldn't fetch the accounting of job " + job + ": " + words
                            + (none
                                    ? ". The site keeps no accounting."
                                    : ". The job itself is not concerned; ask again later."),
                    words,
                    none ? Retry.POINTLESS : Retry.SAFE);
        }
        return new Accounting(job, SacctOutput.parse(sections.text("sacct.out")));
    }

    @Override
    public SlurmVersion version() {
        SlurmVersion known = version;
        if (known != null) {
            return known;
        }
        CommandResult result = host.run(scripts.plain("exec sbatch --version").describedAs("sbatch --version"));
        if (!result.ok()) {
            if (SlurmWords.noSlurm(result.status().orElse(128), result.stderr())) {
                throw Submission.noSlurm(host, SlurmWords.essence(result.stderr()));
            }
            result.orThrow();
        }
        try {
            SlurmVersion asked = SlurmVersion.parse(result.stdout());
            version = asked;
            return asked;
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(host.name() + ": " + e.getMessage(), e);
        }
    }
}
