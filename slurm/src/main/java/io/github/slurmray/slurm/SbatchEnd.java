package io.github.slurmray.slurm;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What an sbatch that has ended means for the job: a pure function of its status and its words. */
sealed interface SbatchEnd {
    /** There is a job. */
    record Accepted(JobId job) implements SbatchEnd {}

    /** There is none, and won't be with this script. */
    record Refused(String words) implements SbatchEnd {}

    /** There is none, since nobody was there to ask. */
    record NotTaken(String words) implements SbatchEnd {}

    /** There is none, since the host has no Slurm: no sbatch, or one that knows no cluster. */
    record NoSlurm(String words) implements SbatchEnd {}

    /** There may be one. */
    record Undecided(String words) implements SbatchEnd {}

    /** The line that {@code --parsable} promises; others come from the site's filters and plugins. */
    Pattern ANSWER = Pattern.compile("\\d{1,18}(?:;\\S*)?");

    /** sbatch's own complaint, as against the shell's that it was killed. */
    Pattern COMPLAINT = Pattern.compile("(?m)^sbatch: |^(?:allocation failure|error|fatal): |^Try \"sbatch --help\"");

    static SbatchEnd of(int status, String out, String err) {
        if (status == 0) {
            List<String> answers = out.lines()
                    .map(String::strip)
                    .filter(l -> ANSWER.matcher(l).matches())
                    .toList();
            Optional<JobId> job =
                    answers.isEmpty() || answers.get(answers.size() - 1).startsWith("0")
                            ? Optional.empty()
                            : Optional.of(JobId.parse(answers.get(answers.size() - 1)));
            return job.<SbatchEnd>map(Accepted::new)
                    .orElseGet(() -> new Undecided("sbatch succeeded, but printed no job id: " + out.strip()));
        }
        String words = SlurmWords.essence(err);
        if (SlurmWords.noSlurm(status, err)) {
            return new NoSlurm(words);
        }
        if (SlurmWords.perhapsTaken(err)) {
            return new Undecided(words);
        }
        if (SlurmWords.notTaken(err)) {
            return new NotTaken(words);
        }
        // 255 is how sbatch refuses options; other statuses above 128 are signals
        boolean killed = status > 128 && status < 255;
        if (killed || !COMPLAINT.matcher(err).find()) {
            return new Undecided("sbatch ended with status " + status + (words.isEmpty() ? "" : ": " + words));
        }
        return new Refused(words);
    }
}
