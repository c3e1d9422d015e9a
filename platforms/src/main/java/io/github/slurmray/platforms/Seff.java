package io.github.slurmray.platforms;

import io.github.slurmray.core.ProtocolException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code seff} printed about a job: Slurm's own efficiency report, and the billing units that CSC's version adds,
 * in the form since October 2025 or before. Immutable. What isn't there, or is {@code N/A}, is empty.
 *
 * <p>It lies about a job that runs ({@link #isPreliminary}): Slurm knows the CPU time and the memory of steps that have
 * ended only, and the bill is that of the time so far. Used memory is a sample's, so that peaks are missed. Where cores
 * have two threads, as on Mahti, it counts threads as cores. On LUMI it isn't installed, and the one that users can
 * install is off by a factor of up to 2.
 */
public final class Seff {
    private static final String TWO_DECIMALS = "(\\d{1,15}\\.\\d\\d)";
    private static final String AMOUNT = TWO_DECIMALS + " ([KMGTPE]?B)";
    private static final String PERCENT = Printed.NUMBER + "%";
    private static final Pattern BYTES = Pattern.compile(AMOUNT);
    private static final Pattern STATE = Pattern.compile("([A-Z_]+(?: by \\d+)?)(?: \\(exit code (\\d{1,5})\\))?");
    private static final Pattern CPU_EFFICIENCY =
            Pattern.compile(PERCENT + " of (" + Printed.DURATION + ") core-walltime");
    private static final Pattern MEMORY_USED = Pattern.compile(AMOUNT + "( \\(estimated maximum\\))?");
    private static final Pattern MEMORY_EFFICIENCY =
            Pattern.compile(PERCENT + " of " + AMOUNT + "(?: \\(.+/(?:node|core)\\))?");

    private static final Map<String, Pattern> VALUES = Map.ofEntries(
            Map.entry("Job ID", Pattern.compile("\\S+")),
            Map.entry("Array Job ID", Pattern.compile("\\S+")),
            Map.entry("Cluster", Pattern.compile("\\S+")),
            Map.entry("Partition", Pattern.compile("\\S+")),
            Map.entry("User/Group", Pattern.compile("[^/]+/[^/]+")),
            Map.entry("State", STATE),
            Map.entry("Nodes", Pattern.compile("\\d{1,9}")),
            Map.entry("Cores", Pattern.compile("\\d{1,9}")),
            Map.entry("Cores per node", Pattern.compile("\\d{1,9}")),
            Map.entry("CPU Utilized", Pattern.compile(Printed.DURATION)),
            Map.entry("CPU Efficiency", CPU_EFFICIENCY),
            Map.entry("Job Wall-clock time", Pattern.compile(Printed.DURATION)),
            Map.entry("Memory Utilized", MEMORY_USED),
            Map.entry("Memory Efficiency", MEMORY_EFFICIENCY),
            Map.entry("Billed project", Pattern.compile("\\S+")));

    private static final Pattern LINE = Pattern.compile("([A-Z][A-Za-z/ -]*): (.+)");
    private static final Pattern CONSUMED = Pattern.compile("Job consumed " + TWO_DECIMALS
            + " CSC billing units(?: based on following used resources|, billed on (.+))");
    private static final Pattern CHARGE = Pattern.compile("(\\w+) usage: " + TWO_DECIMALS + " (\\w+ BU)");
    private static final Pattern OLD_CHARGE =
            Pattern.compile("(\\w+) BU: " + TWO_DECIMALS + "|((?:Non-)?Interactive) BUs: " + TWO_DECIMALS);
    private static final Pattern PRELIMINARY =
            Pattern.compile("WARNING: Efficiency statistics may be misleading for \\w+ jobs\\.|"
                    + "Efficiency not available for jobs in the \\w+ state\\.");
    private static final Pattern GPU_TITLE = Pattern.compile("GPU (?:load|memory|energy)");
    private static final Pattern GPU_ROW =
            Pattern.compile("Hostname +GPU Id .*|\\S+ +\\d+(?: +" + Printed.NUMBER + ")+");

    private final Map<String, String> raw = new LinkedHashMap<>();
    private final List<Charge> charges = new ArrayList<>();
    private final List<String> gpuLines = new ArrayList<>();
    private final List<String> unknownLines = new ArrayList<>();
    private Optional<BigDecimal> consumed = Optional.empty();
    private Optional<String> billedOn = Optional.empty();
    private boolean preliminary;

    private Seff() {}

    /**
     * Reads the report. A line that isn't understood is kept apart, and what it says isn't guessed.
     *
     * @param output all that the command printed about one job, with whatever came before and after; a last line
     *     without its line break counts as cut off, and isn't read
     * @return the report
     * @throws ProtocolException if it has no id or no state of a job, in which case the message has the first line that
     *     doesn't fit; or if it is about several jobs
     */
    public static Seff parse(String output) {
        Seff seff = new Seff();
        seff.unknownLines.addAll(Printed.unknown(output, l -> seff.understands(l) || Printed.isRule(l)));
        for (String needed : List.of("Job ID", "State")) {
            if (!seff.raw.containsKey(needed)) {
                throw Printed.isNoOutputOf("seff", needed, seff.unknownLines);
            }
        }
        return seff;
    }

    private boolean understands(String line) {
        boolean begins = line.startsWith("Job ID: ");
        if (raw.isEmpty() && !begins) {
            return false;
        }
        if (!raw.isEmpty() && begins) {
            throw new ProtocolException(
                    "this is no output of seff about one job, but about several: after 'Job ID: " + jobId()
                            + "' comes '" + line + "'",
                    null);
        }
        Matcher m = CONSUMED.matcher(line);
        if (m.matches() && consumed.isEmpty()) {
            consumed = Optional.of(new BigDecimal(m.group(1)));
            billedOn = Optional.ofNullable(m.group(2));
            return true;
        }
        if (m.usePattern(CHARGE).matches()) {
            charges.add(new Charge(m.group(1), new BigDecimal(m.group(2)), m.group(3)));
            return true;
        }
        if (m.usePattern(OLD_CHARGE).matches()) {
            int name = m.group(1) == null ? 3 : 1;
            charges.add(new Charge(m.group(name), new BigDecimal(m.group(name + 1)), "BU"));
            return true;
        }
        if (m.usePattern(PRELIMINARY).matches()) {
            preliminary = true;
            return true;
        }
        if (m.usePattern(GPU_TITLE).matches()
                || (!gpuLines.isEmpty() && m.usePattern(GPU_ROW).matches())) {
            gpuLines.add(line);
            return true;
        }
        if (!m.usePattern(LINE).matches()) {
            return false;
        }
        Pattern form = VALUES.get(m.group(1));
        String value = m.group(2);
        return form != null
                && (value.equals("N/A") || form.matcher(value).matches())
                && raw.putIfAbsent(m.group(1), value) == null;
    }

    /**
     * Returns the lines that have a name and a value, but for those of billing units.
     *
     * @return as they were printed, by name, such as {@code Job Wall-clock time}
     */
    public Map<String, String> raw() {
        return Collections.unmodifiableMap(raw);
    }

    /**
     * Returns the lines that aren't understood, such as a message of the day.
     *
     * @return in their order
     */
    public List<String> unknownLines() {
        return List.copyOf(unknownLines);
    }

    /**
     * Returns the lines of the tables of GPU load, memory and energy, which Puhti and Mahti add after the end of a job.
     *
     * @return as they were printed, titles and headers too; none if there is no such table
     */
    public List<String> gpuLines() {
        return List.copyOf(gpuLines);
    }

    /**
     * Returns the job's id.
     *
     * @return as Slurm prints it
     */
    public String jobId() {
        return raw.getOrDefault("Job ID", "");
    }

    /**
     * Returns the cluster.
     *
     * @return such as {@code mahti}
     */
    public Optional<String> cluster() {
        return text("Cluster");
    }

    /**
     * Returns the partition.
     *
     * @return empty on Puhti and Mahti, which don't print it
     */
    public Optional<String> partition() {
        return text("Partition");
    }

    /**
     * Returns Slurm's word for the state.
     *
     * @return such as {@code COMPLETED}
     */
    public String state() {
        return part("State", STATE, 1).orElse("");
    }

    /**
     * Returns the exit code.
     *
     * @return empty while the job runs
     */
    public OptionalInt exitCode() {
        return part("State", STATE, 2)
                .map(code -> OptionalInt.of(Integer.parseInt(code)))
                .orElse(OptionalInt.empty());
    }

    /**
     * Tells whether the job hadn't ended, so that the numbers are those of the time so far.
     *
     * @return true if seff says so
     */
    public boolean isPreliminary() {
        return preliminary;
    }

    /**
     * Returns the number of nodes.
     *
     * @return empty for a job of one CPU
     */
    public OptionalInt nodes() {
        return number("Nodes");
    }

    /**
     * Returns what seff calls cores per node: Slurm's CPUs, which are threads where a core has two.
     *
     * @return such as 256 on Mahti, whose nodes have 128 cores; empty for a job of one CPU
     */
    public OptionalInt coresPerNode() {
        return number("Cores per node");
    }

    /**
     * Returns the CPU time that was used.
     *
     * @return of all cores
     */
    public Optional<Duration> cpuUtilized() {
        return text("CPU Utilized").flatMap(Printed::duration);
    }

    /**
     * Returns the CPU time that was allocated: what seff calls core-walltime.
     *
     * @return of all cores
     */
    public Optional<Duration> coreWallTime() {
        return part("CPU Efficiency", CPU_EFFICIENCY, 1).flatMap(Printed::duration);
    }

    /**
     * Returns for how long the job ran.
     *
     * @return whole seconds
     */
    public Optional<Duration> wallTime() {
        return text("Job Wall-clock time").flatMap(Printed::duration);
    }

    /**
     * Returns the memory that was used.
     *
     * @return in bytes, as precise as the two decimals that were printed (seff's GB are GiB)
     */
    public OptionalLong memoryUsedBytes() {
        return bytes(text("Memory Utilized").map(t -> t.replace(" (estimated maximum)", "")));
    }

    /**
     * Tells whether the used memory is the sum of each node's or task's maximum, which seff calls estimated.
     *
     * @return false too if the used memory isn't known
     */
    public boolean isMemoryEstimated() {
        return text("Memory Utilized")
                .filter(t -> t.endsWith("(estimated maximum)"))
                .isPresent();
    }

    /**
     * Returns the memory that was allocated.
     *
     * @return in bytes for the whole job, as precise as the two decimals that were printed (seff's GB are GiB)
     */
    public OptionalLong memoryAllocatedBytes() {
        return bytes(part("Memory Efficiency", MEMORY_EFFICIENCY, 1)
                .flatMap(n -> part("Memory Efficiency", MEMORY_EFFICIENCY, 2).map(unit -> n + " " + unit)));
    }

    /**
     * Returns the project that pays.
     *
     * @return such as {@code project_2001234}
     */
    public Optional<String> billedProject() {
        return text("Billed project");
    }

    /**
     * Returns the billing units that the job has consumed.
     *
     * @return with two decimals, in the unit of {@link #charges}; empty where the site's seff has no such line
     */
    public Optional<BigDecimal> consumed() {
        return consumed;
    }

    /**
     * Returns what the bill follows where it follows one thing only, as on Roihu.
     *
     * @return such as {@code CPU usage}
     */
    public Optional<String> billedOn() {
        return billedOn;
    }

    /**
     * Returns the parts of {@link #consumed}.
     *
     * @return in their order; none where the site's seff has no such lines
     */
    public List<Charge> charges() {
        return List.copyOf(charges);
    }

    /**
     * A part of the bill.
     *
     * @param resource as it is printed: {@code CPU}, {@code Mem}, {@code GPU}, {@code NVME} or {@code Non-Interactive}
     * @param amount with two decimals
     * @param unit {@code CPU BU}, {@code GPU BU}, or {@code BU} in the form before October 2025
     */
    public record Charge(String resource, BigDecimal amount, String unit) {}

    private Optional<String> text(String name) {
        return Optional.ofNullable(raw.get(name)).filter(v -> !v.equals("N/A"));
    }

    private Optional<String> part(String name, Pattern form, int group) {
        return text(name).map(form::matcher).filter(Matcher::matches).map(m -> m.group(group));
    }

    private OptionalInt number(String name) {
        return text(name).map(n -> OptionalInt.of(Integer.parseInt(n))).orElse(OptionalInt.empty());
    }

    private static OptionalLong bytes(Optional<String> amount) {
        return amount.map(BYTES::matcher)
                .filter(Matcher::matches)
                .map(m -> Printed.amount(m.group(1), m.group(2), 1024))
                .orElse(OptionalLong.empty());
    }

    /** Returns the lines that were understood, in short. */
    @Override
    public String toString() {
        return "seff " + raw + " " + charges;
    }
}
