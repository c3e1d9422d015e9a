package io.github.slurmray.slurm;

import io.github.slurmray.core.HostList;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One row of {@code sacct}, for a job or a step. Immutable. What Slurm left empty, or says to be unknown, is empty
 * here.
 *
 * <p>Names are those of newer versions: what 22.05 and older call Reserved and ResvCPU is Planned and PlannedCPU.
 */
public final class AccountingRow {
    private final Map<String, String> raw;

    AccountingRow(Map<String, String> raw) {
        this.raw = Collections.unmodifiableMap(new LinkedHashMap<>(raw));
    }

    /**
     * Returns all fields as sacct printed them.
     *
     * @return by sacct's names of the fields, in the order of {@link Accounting#wideTable()}
     */
    public Map<String, String> raw() {
        return raw;
    }

    /**
     * Returns a field as sacct printed it.
     *
     * @param field sacct's name of it, such as {@code AllocTRES}
     * @return empty text if Slurm has no value, or the field wasn't asked for
     */
    public String get(String field) {
        return raw.getOrDefault(field, "");
    }

    /**
     * Tells a step from a job.
     *
     * @return true if this is the row of a step
     */
    public boolean isStep() {
        return jobId().indexOf('.') >= 0;
    }

    /**
     * Returns Slurm's id of the row.
     *
     * @return such as {@code 123}, {@code 123.batch}, {@code 123_4.0}
     */
    public String jobId() {
        return get("JobID");
    }

    /**
     * Returns the name of the job or step.
     *
     * @return free text
     */
    public String jobName() {
        return get("JobName");
    }

    /**
     * Returns the charged account.
     *
     * @return its name
     */
    public String account() {
        return get("Account");
    }

    /**
     * Returns the partition.
     *
     * @return empty text for steps
     */
    public String partition() {
        return get("Partition");
    }

    /**
     * Returns the number of CPUs that were asked for.
     *
     * @return empty if not recorded
     */
    public OptionalInt reqCpus() {
        return SacctValues.integer(get("ReqCPUS"));
    }

    /**
     * Returns the number of allocated CPUs.
     *
     * @return 0 before the start, empty if not recorded
     */
    public OptionalInt allocCpus() {
        return SacctValues.integer(get("AllocCPUS"));
    }

    /**
     * Returns the number of nodes that were asked for.
     *
     * @return empty if not recorded
     */
    public OptionalInt reqNodes() {
        return SacctValues.integer(get("ReqNodes"));
    }

    /**
     * Returns the number of allocated nodes.
     *
     * @return 0 before the start, empty if not recorded
     */
    public OptionalInt allocNodes() {
        return SacctValues.integer(get("AllocNodes"));
    }

    /**
     * Returns Slurm's word for the state.
     *
     * @return such as {@code COMPLETED} or {@code CANCELLED by 5001}
     */
    public String state() {
        return get("State");
    }

    /**
     * Returns the exit code.
     *
     * @return empty if not recorded
     */
    public OptionalInt exitCode() {
        return SacctValues.exitPart(get("ExitCode"), 0);
    }

    /**
     * Returns the number of the signal that ended the job or step.
     *
     * @return empty if none did
     */
    public OptionalInt signal() {
        return SacctValues.signal(get("ExitCode"));
    }

    /**
     * Returns the average CPU time of the step's tasks.
     *
     * @return empty for jobs, and for steps of which Slurm took no sample
     */
    public Optional<Duration> aveCpu() {
        return SacctValues.duration(get("AveCPU"));
    }

    /**
     * Returns the weighted average CPU frequency of the step's tasks.
     *
     * @return in kHz; empty for jobs, and for steps of which Slurm took no sample
     */
    public OptionalLong aveCpuFreqKhz() {
        return SacctValues.decimalAmount(get("AveCPUFreq"));
    }

    /**
     * Returns the average number of bytes that the step's tasks read.
     *
     * @return rounded by sacct to 1/100 of its unit; empty for jobs, and for steps of which Slurm took no sample
     */
    public OptionalLong aveDiskReadBytes() {
        return SacctValues.bytes(get("AveDiskRead"));
    }

    /**
     * Returns the average number of bytes that the step's tasks wrote.
     *
     * @return rounded by sacct to 1/100 of its unit; empty for jobs, and for steps of which Slurm took no sample
     */
    public OptionalLong aveDiskWriteBytes() {
        return SacctValues.bytes(get("AveDiskWrite"));
    }

    /**
     * Returns the most resident memory that one task of the step used.
     *
     * @return in bytes; empty for jobs, and for steps of which Slurm took no sample
     */
    public OptionalLong maxRssBytes() {
        return SacctValues.bytes(get("MaxRSS"));
    }

    /**
     * Returns the memory that was asked for.
     *
     * @return in bytes, of all nodes together; empty for steps, and before Slurm 21.08, which says it otherwise
     */
    public OptionalLong reqMemBytes() {
        return SacctValues.bytes(get("ReqMem"));
    }

    /**
     * Returns the time limit.
     *
     * @return empty for steps, and if there is no limit
     */
    public Optional<Duration> timeLimit() {
        return SacctValues.duration(get("Timelimit"));
    }

    /**
     * Returns when the job was submitted.
     *
     * @return empty if not recorded
     */
    public Optional<Instant> submit() {
        return SacctValues.instant(get("Submit"));
    }

    /**
     * Returns when the job or step started.
     *
     * @return empty before that
     */
    public Optional<Instant> start() {
        return SacctValues.instant(get("Start"));
    }

    /**
     * Returns when the job or step ended.
     *
     * @return empty before that
     */
    public Optional<Instant> end() {
        return SacctValues.instant(get("End"));
    }

    /**
     * Returns for how long the job or step ran.
     *
     * @return empty if not recorded
     */
    public Optional<Duration> elapsed() {
        return SacctValues.duration(get("Elapsed"));
    }

    /**
     * Returns for how long the job waited while it could have started.
     *
     * @return empty for steps
     */
    public Optional<Duration> planned() {
        return SacctValues.duration(get("Planned"));
    }

    /**
     * Returns {@link #planned()} times the CPUs asked for.
     *
     * @return empty for steps
     */
    public Optional<Duration> plannedCpu() {
        return SacctValues.duration(get("PlannedCPU"));
    }

    /**
     * Returns {@link #elapsed()} times the allocated CPUs: what is usually billed.
     *
     * @return empty if not recorded
     */
    public Optional<Duration> cpuTime() {
        return SacctValues.duration(get("CPUTime"));
    }

    /**
     * Returns the CPU time that was really used.
     *
     * @return empty if not recorded
     */
    public Optional<Duration> totalCpu() {
        return SacctValues.duration(get("TotalCPU"));
    }

    /**
     * Returns what was allocated.
     *
     * @return such as {@code cpu=4}, {@code mem=2000M}, {@code node=2}, {@code gres/gpu=1}, by resource
     */
    public Map<String, String> allocTres() {
        return SacctValues.tres(get("AllocTRES"));
    }

    /**
     * Returns the nodes.
     *
     * @return none before the start
     */
    public List<String> nodes() {
        String list = get("NodeList");
        return list.isEmpty() || list.equals("None assigned") ? List.of() : HostList.expand(list);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof AccountingRow other && raw.equals(other.raw);
    }

    @Override
    public int hashCode() {
        return raw.hashCode();
    }

    @Override
    public String toString() {
        return raw.toString();
    }
}
