package io.github.slurmray.slurm;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.SlurmRayException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * Slurm, as one user sees it from one host: submits jobs, tells their states, cancels them, and fetches their
 * accounting.
 *
 * <p>Safe for use by many threads. Every method blocks for one command on the host as a rule; none polls, but that a
 * submission is asked for again, for a bounded time, while its answer is missing. The client holds no connection and no
 * thread of its own and needs no closing; the host stays the caller's.
 *
 * <p>The user's own defaults for Slurm's commands ({@code SBATCH_*}, {@code SQUEUE_*}, {@code SACCT_*},
 * {@code SCANCEL_*}, {@code SLURM_CLUSTERS}) are not applied: what a script doesn't say isn't asked for, and what the
 * commands print doesn't depend on them.
 */
public interface SlurmClient {
    /**
     * Returns a client with the default settings.
     *
     * @param host a machine with Slurm's commands on its PATH; not closed by the client
     * @return the client
     */
    static SlurmClient over(Host host) {
        return builder(host).build();
    }

    /**
     * Starts a client with settings of its own.
     *
     * @param host a machine with Slurm's commands; not closed by the client
     * @return the builder
     */
    static SlurmClientBuilder builder(Host host) {
        return new SlurmClientBuilder(host);
    }

    /**
     * Submits a job, once: an answer that is lost on the way is asked for again, never the job submitted again.
     *
     * <p>The submission's token is this call's own. Its record is removed as soon as there is an answer, which takes a
     * second command on the host; it stays if the submission is undecided, for the token in the exception, or if the
     * host can't be reached any more.
     *
     * @param script what to submit
     * @return the job
     * @throws SubmissionRefusedException if Slurm refuses it; there is no job
     * @throws SlurmUnavailableException if the controller can't be reached; there is no job
     * @throws SubmissionUndecidedException if it can't be found out whether there is a job; the exception has the token
     *     to ask again with
     * @throws SlurmRayException if the host can't be reached in the first place; there is no job
     * @throws IllegalStateException if the host is closed
     */
    JobId submit(SbatchScript script);

    /**
     * Submits a job, once for this token: whoever asks with the same token, at the same time, later, from another
     * program, gets the same job (or the same refusal).
     *
     * <p>On the host, a small shell script takes the token by making a directory (the record), and there starts
     * {@code sbatch} detached from the connection; whoever comes later reads the record or waits for it. Its files are
     * plain text: {@code attempt.1/job.sh}, {@code owner} (host, process id, its start, time), {@code out}, {@code err}
     * and {@code status}. The job's comment ends in {@code slurmray:<token>}, and the token is in the path of the
     * submitted script, which Slurm keeps. Only where the record of an {@code sbatch} that is known to be dead has no
     * answer is Slurm searched for the token, and only if it answers that there is no such job, a new attempt made.
     *
     * <p>{@code sbatch} copies the environment of its caller into the job, as it does by default; that is the
     * environment of a command over this host, not that of a login shell.
     *
     * @param script what to submit
     * @param token the submission
     * @return the job
     * @throws SubmissionRefusedException if Slurm refuses it, or has refused it under this token; there is no job
     * @throws SlurmUnavailableException if the controller can't be reached; there is no job, and asking again with the
     *     same token tries again
     * @throws SubmissionUndecidedException if it can't be found out (yet) whether there is a job; ask again with the
     *     same token
     * @throws SlurmRayException if the host can't be reached in the first place; nothing was done by this call
     * @throws IllegalArgumentException if the token was used before with another script
     * @throws IllegalStateException if the host is closed
     */
    JobId submit(SbatchScript script, SubmissionToken token);

    /**
     * Removes the record of a submission, and its parents {@code ~/.slurmray/submissions} and {@code ~/.slurmray} if
     * they were made for it and are empty now. Afterwards the token is unused again, so do this only when nobody will
     * ask with it any more. Where there is no record, nothing happens.
     *
     * @param token the submission
     * @throws SlurmRayException if the host can't be reached, or the record can't be removed
     * @throws IllegalStateException if the host is closed
     */
    void forget(SubmissionToken token);

    /**
     * Asks for a job's state. Trouble of any kind is the state {@link JobState.Unknown}, not an exception.
     *
     * @param job the job
     * @return its state
     * @throws InterruptedCallException if the thread was interrupted
     * @throws IllegalStateException if the host is closed
     * @see #statuses(Collection)
     */
    JobState status(JobId job);

    /**
     * Asks for the states of many jobs in one command.
     *
     * <p>The controller is asked first. Only for jobs that it doesn't know (any more), or knows to be over, is the
     * accounting database asked. So a job is {@link JobState.Ended} if
     *
     * <ul>
     *   <li>the controller says so, or
     *   <li>the controller answers that it doesn't know the job, and the database says how it ended, or
     *   <li>the controller answers that it doesn't know the job, and its end isn't recorded: because the site has no
     *       accounting, or because the database answers but has had no end of it for five minutes since this client
     *       first asked ({@link JobState.Outcome#NOT_RECORDED}; until then it is unknown, since records may arrive
     *       late), or
     *   <li>the controller can't be reached, but the database has an end from which Slurm puts no job back into the
     *       queue by itself (completed, cancelled, time limit, out of memory, deadline).
     * </ul>
     *
     * <p>Everything else that is not pending or running is {@link JobState.Unknown}. An array is running if one of its
     * tasks is, pending if none is and one is pending, and ended when all are, with the first outcome other than
     * {@code COMPLETED}.
     *
     * @param jobs the jobs; duplicates are asked for once
     * @return one state for each, in the order given
     * @throws InterruptedCallException if the thread was interrupted
     * @throws IllegalStateException if the host is closed
     */
    Map<JobId, JobState> statuses(Collection<JobId> jobs);

    /**
     * Asks for a job's state, and makes sure that it is that job: see {@link #statuses(Map)}.
     *
     * @param job the job
     * @param name its name
     * @return its state
     * @throws InterruptedCallException if the thread was interrupted
     * @throws IllegalStateException if the host is closed
     */
    JobState status(JobId job, String name);

    /**
     * Asks for the states of many jobs in one command, as {@link #statuses(Collection)} does, and makes sure that they
     * are those jobs. An id says which job is meant within one Slurm cluster only; whoever has it from a file in a home
     * directory that several share may be asking the wrong one. A job that has another name is {@link JobState.Unknown}
     * then, with a cause that says so and whose {@link SlurmRayException#retry()} is
     * {@link io.github.slurmray.core.Retry#POINTLESS}.
     *
     * @param jobs the jobs by the names that they were submitted with
     * @return one state for each name, in the order given
     * @throws InterruptedCallException if the thread was interrupted
     * @throws IllegalStateException if the host is closed
     */
    Map<String, JobState> statuses(Map<String, JobId> jobs);

    /**
     * Cancels a job. A job that is over, or that Slurm doesn't know, is no error; twice is harmless.
     *
     * @param job the job
     * @throws SlurmUnavailableException if the controller can't be reached; the job goes on
     * @throws SlurmRayException if the host can't be reached, or Slurm refuses (another user's job)
     * @throws IllegalStateException if the host is closed
     */
    void cancel(JobId job);

    /**
     * Cancels a job if it has this name: like {@link #cancel(JobId)}, but another job that has its id goes on.
     *
     * @param job the job
     * @param name the name that it was submitted with
     * @throws SlurmUnavailableException if the controller can't be reached; the job goes on
     * @throws SlurmRayException if the host can't be reached, or Slurm refuses (another user's job)
     * @throws IllegalStateException if the host is closed
     */
    void cancel(JobId job, String name);

    /**
     * Sends a signal to a running job's batch shell, and to nothing else of the job. A script that handles it can end
     * in order. A job that is over, or that Slurm doesn't know, is no error. A job runs for Slurm a moment before its
     * shell does: a signal that comes in that moment may end the job, or be lost (seen with Slurm 22.05 and 24.11).
     *
     * @param job the job
     * @param signal the signal's name without SIG, such as {@code TERM}
     * @throws IllegalArgumentException if the name isn't one
     * @throws SlurmUnavailableException if the controller can't be reached; nothing was sent
     * @throws SlurmRayException if the host can't be reached, or Slurm refuses (another user's job)
     * @throws IllegalStateException if the host is closed
     */
    void signalBatch(JobId job, String signal);

    /**
     * Sends a signal to a running job's batch shell if the job has this name: like {@link #signalBatch(JobId, String)},
     * but another job that has its id gets none.
     *
     * @param job the job
     * @param signal the signal's name without SIG, such as {@code TERM}
     * @param name the name that the job was submitted with
     * @throws IllegalArgumentException if the signal's name isn't one
     * @throws SlurmUnavailableException if the controller can't be reached; nothing was sent
     * @throws SlurmRayException if the host can't be reached, or Slurm refuses (another user's job)
     * @throws IllegalStateException if the host is closed
     */
    void signalBatch(JobId job, String signal, String name);

    /**
     * Looks for the job of a submission, without submitting anything.
     *
     * @param token the submission
     * @return its job; empty if nobody has submitted with this token, or Slurm refused it
     * @throws SubmissionUndecidedException if it can't be found out (yet) whether there is a job
     * @throws SlurmRayException if the host can't be reached
     * @throws IllegalStateException if the host is closed
     */
    Optional<JobId> find(SubmissionToken token);

    /**
     * Fetches what the accounting database has on a job and its steps. Rows, and values in them, may arrive some
     * seconds late: that of a job that has just ended may lack its name or its end.
     *
     * @param job the job
     * @return the rows; none if the database doesn't know the job
     * @throws SlurmUnavailableException if the database can't be reached, or the site has none
     * @throws SlurmRayException if the host can't be reached, or the answer can't be understood
     * @throws IllegalStateException if the host is closed
     */
    Accounting accounting(JobId job);

    /**
     * Asks for the version of Slurm's commands on the host, once; later calls return the same answer.
     *
     * @return the version
     * @throws SlurmUnavailableException if the host has no Slurm commands
     * @throws SlurmRayException if the host can't be reached, or the answer can't be understood
     * @throws IllegalStateException if the host is closed
     */
    SlurmVersion version();
}
