package io.github.slurmray.ray.internal;

import io.github.slurmray.ray.ClusterId;
import io.github.slurmray.slurm.JobId;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a run directory says of its cluster: a line of {@code clusters.sh}.
 *
 * @param id the cluster
 * @param age how long ago it was prepared, by the host's clock
 * @param quiet how long ago the job or a handle last wrote into it
 * @param submission what the record of its submission says
 * @param job its job, if the submission was accepted
 * @param ended whether the job has written that it ended
 * @param detached whether it needs no lease
 * @param whole whether it was prepared to the end, and its removal has not begun: if not, it has no key on a VM
 * @param plan the text of its plan, as far as it is there
 */
record RunRecord(
        ClusterId id,
        Duration age,
        Duration quiet,
        Submission submission,
        Optional<JobId> job,
        boolean ended,
        boolean detached,
        boolean whole,
        String plan) {
    private static final Pattern LINE = Pattern.compile(
            "([a-z][a-z0-9-]{7,63}) (-?\\d+) (-?\\d+) (\\d+|-|\\?) (ended|open) (detached|leased) (whole|part) (.*)");

    /** What the record of a submission says. */
    enum Submission {
        /** Nobody has submitted it. */
        NONE,
        /** There is a job. */
        ACCEPTED,
        /** It takes more than a look to know. */
        UNCLEAR
    }

    /** Empty if the line is about a directory that isn't a cluster's. */
    static Optional<RunRecord> parse(String line) {
        Matcher m = LINE.matcher(line);
        if (!m.matches()) {
            return Optional.empty();
        }
        String job = m.group(4);
        Submission submission = switch (job) {
            case "-" -> Submission.NONE;
            case "?" -> Submission.UNCLEAR;
            default -> Submission.ACCEPTED;
        };
        return Optional.of(new RunRecord(
                new ClusterId(m.group(1)),
                Duration.ofSeconds(Long.parseLong(m.group(2))),
                Duration.ofSeconds(Long.parseLong(m.group(3))),
                submission,
                submission == Submission.ACCEPTED ? Optional.of(JobId.parse(job)) : Optional.empty(),
                m.group(5).equals("ended"),
                m.group(6).equals("detached"),
                m.group(7).equals("whole"),
                m.group(8)));
    }
}
