package io.github.slurmray.slurm;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the accounting database has on a job: a row for the job (for each task of an array, each component of a
 * heterogeneous job) and a row for each of its steps. Immutable.
 *
 * @param job the job that was asked for
 * @param rows in the database's order, a job's row before its steps; none if the database doesn't know the job
 */
public record Accounting(JobId job, List<AccountingRow> rows) {
    /** Copies the rows. */
    public Accounting {
        Objects.requireNonNull(job, "job");
        rows = List.copyOf(rows);
    }

    /**
     * Returns the job's own row, the first one of an array.
     *
     * @return empty if the database doesn't know the job
     */
    public Optional<AccountingRow> jobRow() {
        return rows.stream().filter(r -> !r.isStep()).findFirst();
    }

    /**
     * Returns the rows of the steps: the batch script, and each {@code srun}.
     *
     * @return none if the job never started
     */
    public List<AccountingRow> steps() {
        return rows.stream().filter(AccountingRow::isStep).toList();
    }

    /**
     * Computes which share of the allocated CPU time was used: of all job rows, total CPU time by elapsed time times
     * allocated CPUs, as {@code seff} does. Slurm knows the CPU time of steps that have ended only.
     *
     * @return between 0 and about 1; empty if the job hasn't run for a second
     */
    public OptionalDouble cpuEfficiency() {
        double used = 0;
        double allocated = 0;
        for (AccountingRow row : rows) {
            if (!row.isStep()) {
                used += row.totalCpu().map(d -> d.toMillis() / 1000.0).orElse(0.0);
                allocated += row.cpuTime().map(d -> (double) d.toSeconds()).orElse(0.0);
            }
        }
        return allocated > 0 ? OptionalDouble.of(used / allocated) : OptionalDouble.empty();
    }

    /**
     * Returns the rows as lines of text: a header, and the columns that most people look at, padded to their widest
     * value. Times are {@code [days-]hh:mm:ss}, {@code CPU%} is which share of the allocated CPU time was used, memory
     * is in units of 1024. Long names are cut, so that a line has 120 characters at most as a rule.
     *
     * @return the table, with a line break at its end
     */
    public String table() {
        return AccountingTable.render(rows);
    }

    /**
     * Returns the rows as lines of text, with every field that has a value in some row, as sacct prints it; submission,
     * start and end as points in time. A line has some 300 characters.
     *
     * @return the table, with a line break at its end
     */
    public String wideTable() {
        return AccountingTable.renderAll(rows);
    }

    /** Returns {@link #table()}. */
    @Override
    public String toString() {
        return table();
    }
}
