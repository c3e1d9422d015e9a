package io.github.slurmray.slurm;

import io.github.slurmray.core.ProtocolException;
import java.util.Locale;
import java.util.Optional;

/**
 * What the record of a submission says, as submit.sh reports it.
 *
 * @param state how the newest attempt stands
 * @param attempt its number
 * @param started whether this call has started it
 * @param owner the host and process of its sbatch, empty text if not known yet
 * @param ageSeconds how long ago it began, if known
 * @param found the job, if it had to be looked for
 * @param end what sbatch's answer means, if it has ended
 */
record SubmissionReport(
        State state,
        int attempt,
        boolean started,
        String owner,
        Optional<Long> ageSeconds,
        Optional<JobId> found,
        Optional<SbatchEnd> end) {
    enum State {
        /** Nobody has made an attempt, and this call was only to look. */
        NONE,
        /** The record is of another script. */
        OTHER_SCRIPT,
        /** Its process hasn't written down who it is. */
        STARTING,
        /** Neither has it done so for minutes. */
        ABANDONED,
        /** sbatch runs on this host. */
        RUNNING,
        /** sbatch is gone, or was started on another host so long ago that it must be, and its answer isn't there. */
        DEAD,
        /** sbatch was started on another host some minutes ago at most, and its answer isn't there. */
        ELSEWHERE,
        /** sbatch has ended, and its answer is there. */
        OVER,
        /** Its job was found in Slurm. */
        FOUND
    }

    static SubmissionReport of(Sections sections) {
        State state;
        try {
            state = State.valueOf(
                    sections.text("state").toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("the record's state is '" + sections.text("state") + "'", e);
        }
        return new SubmissionReport(
                state,
                sections.number("attempt"),
                sections.text("started").equals("yes"),
                sections.text("owner"),
                sections.optionalNumber("age"),
                state == State.FOUND ? Optional.of(jobId(sections.text("found"))) : Optional.empty(),
                state == State.OVER ? Optional.of(end(sections)) : Optional.empty());
    }

    private static JobId jobId(String text) {
        try {
            return JobId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("the record of a found job holds '" + text + "'", e);
        }
    }

    private static SbatchEnd end(Sections sections) {
        String status = sections.text("status").split(" ", 2)[0];
        if (!status.matches("\\d{1,3}")) {
            throw new ProtocolException("the record of sbatch's status holds '" + status + "'", null);
        }
        return SbatchEnd.of(Integer.parseInt(status), sections.text("out"), sections.text("err"));
    }
}
