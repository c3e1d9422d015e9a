package io.github.slurmray.slurm;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a search of Slurm for a submission's token found.
 *
 * @param jobs the jobs that carry the token
 * @param complete whether Slurm would have shown a job that exists
 * @param trouble why it is not complete, empty text if it is
 */
record TokenSearch(Set<JobId> jobs, boolean complete, String trouble) {
    /** A clock may be off, and the controller drops a job at once when its time has come. */
    private static final long MIN_JOB_AGE_MARGIN = 20;

    /**
     * Reads the answer of search.sh.
     *
     * @param ageSeconds how long ago the attempt began, if known
     */
    static TokenSearch of(Sections sections, SubmissionToken token, Optional<Long> ageSeconds) {
        Pattern mark = Pattern.compile(Pattern.quote(mark(token)) + "(?![A-Za-z0-9._-])");
        Set<JobId> jobs = new TreeSet<>();
        collect(sections.text("squeue.out"), mark, jobs);
        collect(sections.text("sacct.out"), mark, jobs);

        if (sections.number("squeue.status") != 0) {
            return new TokenSearch(jobs, false, SlurmWords.essence(sections.text("squeue.err")));
        }
        if (sections.number("sacct.status") == 0) {
            return new TokenSearch(jobs, true, "");
        }
        long remembered = sections.optionalNumber("min-job-age").orElse(0L) - MIN_JOB_AGE_MARGIN;
        boolean controllerKnows = ageSeconds.filter(age -> age < remembered).isPresent();
        return new TokenSearch(
                jobs, controllerKnows, controllerKnows ? "" : SlurmWords.essence(sections.text("sacct.err")));
    }

    /** What the job's comment holds, and with it the line of its submission, which the database keeps in any case. */
    static String mark(SubmissionToken token) {
        return "slurmray:" + token.id();
    }

    private static void collect(String rows, Pattern mark, Set<JobId> into) {
        rows.lines().filter(l -> mark.matcher(l).find()).forEach(l -> {
            String id = l.substring(0, Math.max(0, l.indexOf('\u001f')));
            if (id.matches("[1-9]\\d{0,17}")) {
                into.add(JobId.parse(id));
            }
        });
    }
}
