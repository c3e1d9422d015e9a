package io.github.slurmray.slurm;

import io.github.slurmray.core.ProtocolException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One line of sacct, as query.sh asks for it. */
record RecordRow(long array, long job, String state, String exitCode, String start, String end, String name) {
    private static final String FIELD = "\u001f";

    /** What the database calls a job of which it has heard only the end so far. */
    private static final String NAMELESS = "allocation";

    private static final Pattern ID = Pattern.compile("(\\d{1,18})(?:[_+].*)?");

    /** @throws ProtocolException if a line has another form */
    static List<RecordRow> parse(String text) {
        List<RecordRow> rows = new ArrayList<>();
        for (String line : (Iterable<String>) text.lines()::iterator) {
            if (line.isEmpty()) {
                continue;
            }
            String[] f = line.split(FIELD, 7);
            Matcher id = ID.matcher(f[0]);
            // the raw id of array tasks that have not started is like the id itself
            Matcher raw = ID.matcher(f.length > 1 ? f[1] : "");
            if (f.length < 7 || !id.matches() || !raw.matches() || f[2].isEmpty()) {
                throw new ProtocolException("sacct printed a line that can't be understood: '" + line + "'", null);
            }
            rows.add(new RecordRow(
                    Long.parseLong(id.group(1)), Long.parseLong(raw.group(1)), f[2], f[3], f[4], f[5], f[6]));
        }
        return rows;
    }

    /** Whether the row is about this job, or about a task of it. */
    boolean of(JobId id) {
        return array == id.value() || job == id.value();
    }

    /** Whether the record has the job's own name already, which may arrive after its end. */
    boolean hasName() {
        return !name.isEmpty() && !name.equals(NAMELESS);
    }

    /** How it ended, if the record is of an end: an ended run always has a time of its end. */
    Optional<JobState.Outcome> outcome() {
        Optional<Instant> at = SacctValues.instant(end);
        return at.isPresent() ? StateWords.outcome(state) : Optional.empty();
    }

    JobState.Ended ended(JobState.Outcome outcome) {
        return new JobState.Ended(
                outcome,
                SacctValues.exitPart(exitCode, 0),
                SacctValues.signal(exitCode),
                state,
                SacctValues.instant(start),
                SacctValues.instant(end));
    }
}
