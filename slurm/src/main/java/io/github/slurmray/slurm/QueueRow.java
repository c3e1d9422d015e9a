package io.github.slurmray.slurm;

import io.github.slurmray.core.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One line of squeue, as query.sh asks for it. */
record QueueRow(
        long array, long job, String state, String start, String end, String nodes, String reason, String name) {
    private static final String FIELD = "\u001f";
    private static final Pattern ID = Pattern.compile("(\\d{1,18})(?:[_+].*)?");

    /** @throws ProtocolException if a line has another form */
    static List<QueueRow> parse(String text) {
        List<QueueRow> rows = new ArrayList<>();
        for (String line : (Iterable<String>) text.lines()::iterator) {
            if (line.isEmpty()) {
                continue;
            }
            String[] f = line.split(FIELD, 8);
            Matcher id = ID.matcher(f[0]);
            if (f.length < 8 || !id.matches() || !f[1].matches("\\d{1,18}") || f[2].isEmpty()) {
                throw new ProtocolException("squeue printed a line that can't be understood: '" + line + "'", null);
            }
            rows.add(new QueueRow(
                    Long.parseLong(id.group(1)), Long.parseLong(f[1]), f[2], f[3], f[4], f[5], f[6], f[7]));
        }
        return rows;
    }

    /** Whether the row is about this job, or about a task of it. */
    boolean of(JobId id) {
        return array == id.value() || job == id.value();
    }

    Optional<JobState.Outcome> outcome() {
        return StateWords.outcome(state);
    }
}
