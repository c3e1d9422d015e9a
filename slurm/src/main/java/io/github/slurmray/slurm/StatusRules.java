package io.github.slurmray.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.slurm.JobState.Ended;
import io.github.slurmray.slurm.JobState.Outcome;
import io.github.slurmray.slurm.JobState.Pending;
import io.github.slurmray.slurm.JobState.Running;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What the answers of controller and database mean for one job: pure functions. */
final class StatusRules {
    /** What is known of a job: its state, or why none. */
    sealed interface Verdict {
        /** Slurm has told the state. */
        record Known(JobState state) implements Verdict {}

        /** Slurm could not be asked. */
        record NotKnown(SlurmRayException cause) implements Verdict {}

        /** The controller has forgotten the job and the database has no end of it: this may yet arrive. */
        record NoRecord(String why) implements Verdict {}
    }

    private StatusRules() {}

    static Verdict judge(AskedJob of, SlurmAnswer answer, Instant asked) {
        JobId job = of.id();
        Optional<String> name = of.name();
        List<QueueRow> queue =
                answer.queue().orElse(List.of()).stream().filter(r -> r.of(job)).toList();
        List<RecordRow> all = answer.records().orElse(List.of()).stream()
                .filter(r -> r.of(job))
                .toList();
        Optional<String> other = name.flatMap(n -> otherName(n, queue, all));
        if (other.isPresent()) {
            return new Verdict.NotKnown(anotherJob(job, name.orElseThrow(), other.get()));
        }
        // of a record that has no name yet, only the controller can say whose it is
        List<RecordRow> records = all.stream()
                .filter(r -> name.isEmpty() || r.name().equals(name.get()) || (!r.hasName() && !queue.isEmpty()))
                .toList();
        if (answer.queue().isEmpty()) {
            return withoutController(job, answer, records);
        }
        if (queue.isEmpty()) {
            return forgotten(job, answer, records);
        }
        Optional<QueueRow> running = queue.stream()
                .filter(r -> r.outcome().isEmpty() && !StateWords.waiting(r.state()))
                .findFirst();
        if (running.isPresent()) {
            return running(running.get(), queue, asked);
        }
        Optional<QueueRow> waiting =
                queue.stream().filter(r -> r.outcome().isEmpty()).findFirst();
        return waiting.<Verdict>map(r -> new Verdict.Known(pending(r)))
                .orElseGet(() -> new Verdict.Known(worst(ends(queue, records, answer))));
    }

    /** The name of what has this id, if that isn't the job that was meant: the controller's word goes first. */
    private static Optional<String> otherName(String name, List<QueueRow> queue, List<RecordRow> records) {
        List<String> names = queue.isEmpty()
                ? records.stream()
                        .filter(RecordRow::hasName)
                        .map(RecordRow::name)
                        .toList()
                : queue.stream().map(QueueRow::name).toList();
        return names.contains(name) ? Optional.empty() : names.stream().findFirst();
    }

    private static SlurmUnavailableException anotherJob(JobId job, String name, String other) {
        return new SlurmUnavailableException(
                "job " + job + " is another one here: its name is '" + other + "', not '" + name + "'. Two Slurm"
                        + " clusters give the same ids, and may share a home directory: ask on a login node of the one"
                        + " that has taken this job.",
                "",
                Retry.POINTLESS);
    }

    private static Verdict running(QueueRow row, List<QueueRow> all, Instant asked) {
        if (row.state().equals("REVOKED")) {
            return notKnown(
                    "job " + row.job() + " runs on another cluster of the federation, which isn't asked", "REVOKED");
        }
        Set<String> nodes = new LinkedHashSet<>();
        for (QueueRow r : all) {
            if (r.outcome().isEmpty() && !StateWords.waiting(r.state())) {
                nodes.addAll(HostList.expand(r.nodes()));
            }
        }
        return new Verdict.Known(
                new Running(SacctValues.instant(row.start()).orElse(asked), List.copyOf(nodes), row.state()));
    }

    private static Pending pending(QueueRow row) {
        PendingReasons.Meaning meaning = PendingReasons.of(row.state(), row.reason());
        return new Pending(row.reason(), meaning.clears(), meaning.explanation(), SacctValues.instant(row.start()));
    }

    /** The ends of all tasks: the controller's, and the database's where the controller has already dropped a task. */
    private static List<Ended> ends(List<QueueRow> queue, List<RecordRow> records, SlurmAnswer answer) {
        List<Ended> ends = new ArrayList<>();
        for (QueueRow row : queue) {
            Outcome outcome = row.outcome().orElseThrow();
            Optional<RecordRow> record = records.stream()
                    .filter(r -> r.job() == row.job()
                            && r.outcome().filter(o -> o == outcome).isPresent())
                    .findFirst();
            ends.add(record.map(r -> r.ended(outcome)).orElseGet(() -> end(row, outcome, answer)));
        }
        for (RecordRow record : records) {
            if (queue.stream().noneMatch(q -> q.job() == record.job())) {
                record.outcome().ifPresent(o -> ends.add(record.ended(o)));
            }
        }
        return ends;
    }

    private static Ended end(QueueRow row, Outcome outcome, SlurmAnswer answer) {
        String code = answer.exitCodes().getOrDefault(row.job(), "");
        OptionalInt exit = outcome == Outcome.COMPLETED ? OptionalInt.of(0) : SacctValues.exitPart(code, 0);
        return new Ended(
                outcome,
                exit,
                SacctValues.signal(code),
                row.state(),
                SacctValues.instant(row.start()),
                SacctValues.instant(row.end()));
    }

    private static Ended worst(List<Ended> ends) {
        return ends.stream()
                .filter(e -> e.outcome() != Outcome.COMPLETED)
                .findFirst()
                .orElse(ends.get(0));
    }

    /** The controller answers and does not know the job, so the job is over; the database says how it ended. */
    private static Verdict forgotten(JobId job, SlurmAnswer answer, List<RecordRow> records) {
        if (!answer.accounting()) {
            return new Verdict.Known(notRecorded());
        }
        if (answer.records().isEmpty()) {
            return notKnown(
                    "the controller has forgotten job " + job + ", and the accounting database can't be asked how it"
                            + " ended: " + answer.recordsTrouble(),
                    answer.recordsTrouble());
        }
        List<Ended> ends = new ArrayList<>();
        for (RecordRow record : records) {
            record.outcome().ifPresent(o -> ends.add(record.ended(o)));
        }
        if (!ends.isEmpty() && ends.size() == records.size()) {
            return new Verdict.Known(worst(ends));
        }
        return new Verdict.NoRecord("the controller does not know job " + job + ", and the accounting database has "
                + (records.isEmpty()
                        ? "no record of it"
                        : "no end of it (" + records.get(0).state() + ")")
                + "; records may arrive late");
    }

    private static Verdict withoutController(JobId job, SlurmAnswer answer, List<RecordRow> records) {
        boolean over = !records.isEmpty()
                && records.stream()
                        .allMatch(r ->
                                r.outcome().filter(StateWords::neverRequeued).isPresent());
        if (over) {
            return new Verdict.Known(worst(records.stream()
                    .map(r -> r.ended(r.outcome().orElseThrow()))
                    .toList()));
        }
        return notKnown(
                "Slurm's controller can't be asked for the state of job " + job + ": " + answer.queueTrouble(),
                answer.queueTrouble());
    }

    static Ended notRecorded() {
        return new Ended(
                Outcome.NOT_RECORDED, OptionalInt.empty(), OptionalInt.empty(), "", Optional.empty(), Optional.empty());
    }

    private static Verdict notKnown(String message, String words) {
        return new Verdict.NotKnown(new SlurmUnavailableException(message, words, Retry.SAFE));
    }
}
