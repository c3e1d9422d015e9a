package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.slurm.AccountingRow;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a job holds, or held, and for how long: the input of a bill. Immutable. What isn't known has no entry; what the
 * job doesn't have is 0.
 *
 * @param quantities for the whole job, each at least 0
 * @param wallTime how long the job runs, at least zero
 */
public record JobUsage(Map<Quantity, BigDecimal> quantities, Duration wallTime) {
    private static final BigDecimal GIB = BigDecimal.valueOf(1L << 30);
    private static final String UNITS = "KMGTPE";
    private static final Pattern COUNT = Pattern.compile("\\d{1,15}");
    private static final Pattern MEMORY = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?)([KMGTPE])");
    private static final String GPU = "gres/gpu";
    private static final Pattern SLICE = Pattern.compile(GPU + ":.*\\d+g\\.\\d+gb");

    /**
     * Copies the quantities.
     *
     * @throws IllegalArgumentException if a quantity or the time is negative
     */
    public JobUsage {
        Map<Quantity, BigDecimal> copy = new EnumMap<>(Quantity.class);
        copy.putAll(quantities);
        copy.forEach((quantity, amount) -> {
            if (amount.signum() < 0) {
                throw new IllegalArgumentException(quantity + " must be at least 0, but was " + amount);
            }
        });
        quantities = Collections.unmodifiableMap(copy);
        if (wallTime.isNegative()) {
            throw new IllegalArgumentException("the wall time must be at least zero, but was " + wallTime);
        }
    }

    /**
     * Returns the usage of a job of which nothing is known but its time.
     *
     * @param wallTime how long the job runs, at least zero
     * @return the usage
     * @throws IllegalArgumentException if the time is negative
     */
    public static JobUsage of(Duration wallTime) {
        return new JobUsage(Map.of(), wallTime);
    }

    /**
     * Reads the usage of a job from its accounting: {@code AllocTRES} and {@code Elapsed}. Slurm counts hardware
     * threads as CPUs, so its CPUs are divided by the threads of a core, rounded up.
     *
     * <p>What {@code AllocTRES} doesn't have stays unknown, since a site need not track GPUs or disk
     * ({@code AccountingStorageTRES}): whoever knows that a job asked for none adds a 0. Slices are known only where
     * all GPUs have types. Where nodes are billed whole, add {@link #wholeNodes}. A job that was requeued has the time
     * of its last run only.
     *
     * @param row a job's row
     * @param threadsPerCore the hardware threads of a core that Slurm counts as CPUs, at least 1
     * @return empty if the accounting has no time
     * @throws IllegalArgumentException if it is the row of a step, or there is less than one thread
     */
    public static Optional<JobUsage> of(AccountingRow row, int threadsPerCore) {
        if (row.isStep()) {
            throw new IllegalArgumentException("jobs are billed, not steps such as " + row.jobId());
        }
        return row.elapsed().map(time -> of(row.allocTres(), row.allocCpus(), row.allocNodes(), time, threadsPerCore));
    }

    private static JobUsage of(
            Map<String, String> tres, OptionalInt cpus, OptionalInt nodes, Duration time, int threadsPerCore) {
        if (threadsPerCore < 1) {
            throw new IllegalArgumentException("a core has at least 1 thread, but was " + threadsPerCore);
        }
        Map<Quantity, BigDecimal> known = new EnumMap<>(Quantity.class);
        count(tres, "node").or(() -> Boxed.of(nodes)).ifPresent(n -> known.put(Quantity.NODES, BigDecimal.valueOf(n)));
        count(tres, "cpu")
                .or(() -> Boxed.of(cpus))
                .map(n -> (n + threadsPerCore - 1) / threadsPerCore)
                .ifPresent(n -> known.put(Quantity.CORES, BigDecimal.valueOf(n)));
        Matcher memory = MEMORY.matcher(tres.getOrDefault("mem", ""));
        if (memory.matches()) {
            BigDecimal bytes = BigDecimal.valueOf(1024).pow(UNITS.indexOf(memory.group(2)) + 1);
            known.put(
                    Quantity.MEMORY_GIB,
                    new BigDecimal(memory.group(1)).multiply(bytes).divide(GIB, MathContext.DECIMAL128));
        }
        count(tres, "gres/nvme").ifPresent(n -> known.put(Quantity.DISK_GIB, BigDecimal.valueOf(n)));
        gpus(tres, known);
        return new JobUsage(known, time);
    }

    /** Slurm's gres/gpu counts slices too, and a site may track some types only, or none. */
    private static void gpus(Map<String, String> tres, Map<Quantity, BigDecimal> known) {
        long typed = 0;
        long slices = 0;
        for (String resource : tres.keySet()) {
            if (resource.startsWith(GPU + ":")) {
                long n = count(tres, resource).orElse(0L);
                typed += n;
                slices += SLICE.matcher(resource).matches() ? n : 0;
            }
        }
        Optional<Long> total = count(tres, GPU);
        if (total.isEmpty() && typed == 0) {
            return;
        }
        known.put(Quantity.GPUS, BigDecimal.valueOf(Math.max(total.orElse(0L), typed) - slices));
        if (total.isEmpty() || total.get() == typed) {
            known.put(Quantity.SLICES, BigDecimal.valueOf(slices));
        }
    }

    private static Optional<Long> count(Map<String, String> tres, String resource) {
        return Optional.ofNullable(tres.get(resource))
                .filter(n -> COUNT.matcher(n).matches())
                .map(Long::valueOf);
    }

    /**
     * Returns this usage with one quantity set.
     *
     * @param quantity which
     * @param amount how much for the whole job, at least 0
     * @return another usage
     * @throws IllegalArgumentException if the amount is negative
     */
    public JobUsage with(Quantity quantity, BigDecimal amount) {
        Map<Quantity, BigDecimal> more = new EnumMap<>(Quantity.class);
        more.putAll(quantities);
        more.put(quantity, amount);
        return new JobUsage(more, wallTime);
    }

    /**
     * Returns this usage with one quantity set.
     *
     * @param quantity which
     * @param amount how much for the whole job, at least 0
     * @return another usage
     * @throws IllegalArgumentException if the amount is negative
     */
    public JobUsage with(Quantity quantity, long amount) {
        return with(quantity, BigDecimal.valueOf(amount));
    }

    /** Returns this usage with one quantity unknown. */
    JobUsage without(Quantity quantity) {
        Map<Quantity, BigDecimal> less = new EnumMap<>(Quantity.class);
        less.putAll(quantities);
        less.remove(quantity);
        return new JobUsage(less, wallTime);
    }

    /**
     * Returns this usage with its memory set.
     *
     * @param memory of the whole job
     * @return another usage
     */
    public JobUsage with(Memory memory) {
        return with(Quantity.MEMORY_GIB, BigDecimal.valueOf(memory.bytes()).divide(GIB, MathContext.DECIMAL128));
    }

    /**
     * Returns this usage with all cores of its nodes, as partitions that give whole nodes are billed.
     *
     * @param coresPerNode the physical cores of the node type, at least 1
     * @return another usage; if its nodes aren't known, neither are its cores
     * @throws IllegalArgumentException if there is less than one core
     */
    public JobUsage wholeNodes(int coresPerNode) {
        if (coresPerNode < 1) {
            throw new IllegalArgumentException("a node has at least 1 core, but was " + coresPerNode);
        }
        JobUsage whole = without(Quantity.CORES);
        return get(Quantity.NODES)
                .map(n -> whole.with(Quantity.CORES, n.multiply(BigDecimal.valueOf(coresPerNode))))
                .orElse(whole);
    }

    /**
     * Returns a quantity.
     *
     * @param quantity which
     * @return empty if it isn't known
     */
    public Optional<BigDecimal> get(Quantity quantity) {
        return Optional.ofNullable(quantities.get(Objects.requireNonNull(quantity, "quantity")));
    }
}
