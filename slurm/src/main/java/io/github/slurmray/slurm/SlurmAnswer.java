package io.github.slurmray.slurm;

import io.github.slurmray.core.ProtocolException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What query.sh brought from the controller and the database.
 *
 * @param queue the controller's jobs, if it answered
 * @param queueTrouble its words, if it did not
 * @param records the database's jobs, if it was asked and answered
 * @param recordsTrouble its words, if it did not
 * @param accounting whether the site has accounting at all
 * @param exitCodes the controller's exit codes of failed jobs that the database does not have
 */
record SlurmAnswer(
        Optional<List<QueueRow>> queue,
        String queueTrouble,
        Optional<List<RecordRow>> records,
        String recordsTrouble,
        boolean accounting,
        Map<Long, String> exitCodes) {
    /** @throws ProtocolException if it has another form */
    static SlurmAnswer of(Sections s) {
        int status = s.number("squeue.status");
        // for a single job that the controller has forgotten, squeue fails in these words; it has answered
        boolean answered = status == 0 || (status == 1 && SlurmWords.noSuchJob(s.text("squeue.err")));
        Optional<List<QueueRow>> queue = answered
                ? Optional.of(status == 0 ? QueueRow.parse(s.text("squeue.out")) : List.of())
                : Optional.empty();
        Optional<List<RecordRow>> records = Optional.empty();
        String recordsTrouble = "";
        boolean accounting = true;
        if (s.has("sacct.status")) {
            if (s.number("sacct.status") == 0) {
                records = Optional.of(RecordRow.parse(s.text("sacct.out")));
            } else {
                recordsTrouble = words("sacct", s.text("sacct.err"), s.number("sacct.status"));
                accounting = !SlurmWords.noAccounting(s.text("sacct.err"));
            }
        }
        Map<Long, String> exitCodes = new HashMap<>();
        for (QueueRow row : queue.orElse(List.of())) {
            if (s.has("exit." + row.job())) {
                exitCodes.put(row.job(), s.text("exit." + row.job()));
            }
        }
        return new SlurmAnswer(
                queue,
                answered ? "" : words("squeue", s.text("squeue.err"), status),
                records,
                recordsTrouble,
                accounting,
                exitCodes);
    }

    private static String words(String command, String stderr, int status) {
        String words = SlurmWords.essence(stderr);
        return words.isEmpty() ? command + " ended with status " + status + " and without a word" : words;
    }
}
