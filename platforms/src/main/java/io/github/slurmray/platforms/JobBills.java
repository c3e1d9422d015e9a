package io.github.slurmray.platforms;

import io.github.slurmray.slurm.AccountingRow;
import io.github.slurmray.slurm.SbatchScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a site's jobs cost: before they are submitted, and after. */
final class JobBills {
    private JobBills() {}

    /** The price of what a script asks for. */
    static Bill estimate(JobAmount amount) {
        if (!amount.unread().isEmpty()) {
            return new Bill.Unknown(
                    amount.unread().stream().map(Finding::message).collect(Collectors.joining("; ")), Set.of());
        }
        Bill bill = amount.site().billing().bill(amount.partition().name(), amount.usage());
        return bill instanceof Bill.Known known ? known.of(amount.span()) : explained((Bill.Unknown) bill, amount);
    }

    /** Says what to ask for, so that what is missing is known. */
    private static Bill explained(Bill.Unknown bill, JobAmount asked) {
        List<String> ways = new ArrayList<>();
        if (asked.isBySize()
                && bill.missing().contains(Quantity.CORES)
                && asked.cpus().isEmpty()) {
            ways.add("ask for CPUs (--cpus-per-task)");
        }
        if (asked.isBySize() && bill.missing().contains(Quantity.MEMORY_GIB) && !asked.memoryComes()) {
            ways.add("ask for memory (--mem)");
        }
        return with(bill, ways);
    }

    private static Bill with(Bill.Unknown bill, List<String> ways) {
        return ways.isEmpty() ? bill : new Bill.Unknown(bill.reason() + "; " + String.join("; ", ways), bill.missing());
    }

    /** The price of what a job had; what its accounting doesn't say is what its script asked for. */
    static Bill bill(Platform site, AccountingRow row, Optional<SbatchScript> script) {
        Optional<Partition> partition = Optional.ofNullable(site.partitions().get(row.partition()));
        Optional<Integer> threads = partition
                .flatMap(p -> p.ofEachNode(t -> Boxed.of(t.threadsPerCore())))
                .map(Math::toIntExact);
        Optional<JobUsage> counted = JobUsage.of(row, threads.orElse(1));
        if (counted.isEmpty()) {
            return new Bill.Unknown("the accounting of job " + row.jobId() + " has no time", Set.of());
        }
        JobUsage usage = threads.isPresent() ? counted.get() : counted.get().without(Quantity.CORES);
        if (partition.isEmpty()) {
            return site.billing().bill(row.partition(), usage);
        }
        Partition p = partition.get();
        if (p.isByNode()) {
            JobUsage ofNodes = usage.without(Quantity.CORES);
            usage = p.ofEachNode(t -> Boxed.of(t.cores()))
                    .map(Math::toIntExact)
                    .map(ofNodes::wholeNodes)
                    .orElse(ofNodes);
        }
        if (p.gpus().perNode().orElse(1) == 0) {
            usage = usage.with(Quantity.GPUS, 0).with(Quantity.SLICES, 0);
        }
        if (!p.localDisk().requestable().orElse(true)) {
            usage = usage.with(Quantity.DISK_GIB, 0);
        }
        if (script.isPresent()) {
            usage = completed(usage, JobAmount.of(site, p, script.get()));
        }
        Bill bill = site.billing().bill(p.name(), usage);
        return bill instanceof Bill.Unknown unknown ? explained(unknown, p, script.isPresent()) : bill;
    }

    private static JobUsage completed(JobUsage usage, JobAmount asked) {
        if (!asked.unread().isEmpty()) {
            return usage;
        }
        JobUsage all = usage;
        // without types in the accounting, a GPU that it counts may be a slice
        boolean untyped = usage.get(Quantity.SLICES).isEmpty();
        for (Quantity q : Quantity.values()) {
            boolean missing = all.get(q).isEmpty() || (q == Quantity.GPUS && untyped);
            if (missing && asked.usage().get(q).isPresent()) {
                all = all.with(q, asked.usage().get(q).get());
            }
        }
        return all;
    }

    /** Says where what is missing can be had. */
    private static Bill explained(Bill.Unknown bill, Partition p, boolean withScript) {
        List<String> ways = new ArrayList<>();
        if (bill.missing().contains(Quantity.CORES)) {
            String types = p.nodeTypes().stream()
                    .filter(t -> t.threadsPerCore().isEmpty())
                    .map(t -> SiteFacts.below("/nodeTypes", t.name()) + "/threadsPerCore")
                    .collect(Collectors.joining(", "));
            ways.add("how many hardware threads a core of " + p + " has isn't known"
                    + (types.isEmpty() ? ", or differs by node" : ": add " + types + " to a site file"));
        }
        boolean ofScript = Stream.of(Quantity.CORES, Quantity.GPUS, Quantity.SLICES, Quantity.DISK_GIB)
                .anyMatch(bill.missing()::contains);
        if (ofScript && !withScript) {
            ways.add("what was asked for stands in the job's script: give it, too");
        }
        return with(bill, ways);
    }
}
