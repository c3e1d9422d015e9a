package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a script's job amounts to in one partition of a site: the only reading of it, by which it is checked, suggested,
 * priced and billed. Only what stands in the script and what is known of the partition; nothing is filled in.
 */
final class JobAmount {
    /** Options that change what a job holds and aren't read here, and what says the same. */
    private static final Map<String, String> UNREAD = Map.ofEntries(
            Map.entry("ntasks", "--nodes and --ntasks-per-node"),
            Map.entry("ntasks-per-core", "--cpus-per-task"),
            Map.entry("ntasks-per-socket", "--ntasks-per-node"),
            Map.entry("ntasks-per-gpu", "--ntasks-per-node"),
            Map.entry("cpus-per-gpu", "--cpus-per-task"),
            Map.entry("cores-per-socket", "--cpus-per-task"),
            Map.entry("sockets-per-node", "--cpus-per-task"),
            Map.entry("threads-per-core", "--cpus-per-task"),
            Map.entry("extra-node-info", "--cpus-per-task"),
            Map.entry("mincpus", "--cpus-per-task"),
            Map.entry("hint", "--cpus-per-task"),
            Map.entry("core-spec", "--cpus-per-task"),
            Map.entry("thread-spec", "--cpus-per-task"),
            Map.entry("overcommit", "--cpus-per-task"),
            Map.entry("gpus", "--nodes and the GPUs of each node"),
            Map.entry("gpus-per-task", "the GPUs of each node"),
            Map.entry("gpus-per-socket", "the GPUs of each node"),
            Map.entry("tres-per-task", "--cpus-per-task and the GPUs of each node"),
            Map.entry("mem-per-cpu", "--mem"),
            Map.entry("mem-per-gpu", "--mem"),
            Map.entry("bb", "--gres, where the partition has local disk by it"),
            Map.entry("bbf", "--gres, where the partition has local disk by it"));

    private static final Pattern GPUS = Pattern.compile("(?:([^:,]*[^:,0-9][^:,]*):)?(\\d{1,9})");

    private final Platform site;
    private final Partition partition;
    private final int nodes;
    private final int tasksPerNode;
    private final boolean saysCpusPerTask;
    private final OptionalLong cpus;
    private final Optional<Memory> memory;
    private final Optional<WallTime> time;
    private final boolean exclusive;
    private final String gpuOption;
    private final Set<String> gpuTypes = new TreeSet<>();
    private final List<Gres> otherGres = new ArrayList<>();
    private final List<Finding> unread = new ArrayList<>();
    private long gpus;
    private long slices;
    private Optional<Gres> disk = Optional.empty();

    private JobAmount(Platform site, Partition partition, SbatchScript script) {
        this.site = site;
        this.partition = partition;
        this.nodes = script.nodes().orElse(1);
        this.tasksPerNode = script.ntasksPerNode().orElse(1);
        this.saysCpusPerTask = script.cpusPerTask().isPresent();
        this.cpus = script.cpusPerTask().isPresent() || script.ntasksPerNode().isPresent()
                ? OptionalLong.of(times(script.cpusPerTask().orElse(1), tasksPerNode))
                : OptionalLong.empty();
        this.memory = script.mem();
        this.time = script.time();
        Optional<String> whole = script.directive("exclusive");
        this.exclusive = whole.filter(String::isEmpty).isPresent();
        whole.filter(how -> !how.isEmpty()).ifPresent(how -> unread("exclusive", how, "--exclusive"));
        Optional<String> perNode = script.directive("gpus-per-node");
        this.gpuOption = perNode.isPresent() ? "--gpus-per-node" : "--gres";
        script.gres().forEach(this::gres);
        perNode.ifPresent(this::gpusPerNode);
        script.directives().forEach((option, value) -> {
            String instead = UNREAD.get(option);
            if (instead != null) {
                unread(option, value, instead);
            }
        });
    }

    static JobAmount of(Platform site, Partition partition, SbatchScript script) {
        return new JobAmount(site, partition, script);
    }

    private void unread(String option, String value, String instead) {
        String said = "--" + option + (value.isEmpty() ? "" : "=" + value);
        unread.add(Finding.warning(
                        "amount-unread",
                        said + " changes what the job holds, but isn't read here, so limits may be missed and no bill"
                                + " is estimated: say it with " + instead)
                .about("--" + option, value));
    }

    private void gres(Gres g) {
        if (g.name().equals("gpu")) {
            gpus(g.type(), g.count());
        } else if (isDisk(g.name())) {
            disk = Optional.of(g);
        } else {
            otherGres.add(g);
        }
    }

    /** Whether some partition of the site gives local disk by this name. */
    private boolean isDisk(String gres) {
        return site.partitions().values().stream()
                .anyMatch(p -> p.localDisk().gres().filter(gres::equals).isPresent());
    }

    private void gpusPerNode(String value) {
        if (gpus + slices > 0) {
            unread("gpus-per-node", value, "either --gres or --gpus-per-node");
            return;
        }
        for (String part : value.split(",", -1)) {
            Matcher m = GPUS.matcher(part);
            if (!m.matches()) {
                unread("gpus-per-node", value, "--gpus-per-node=TYPE:N, or N alone");
                return;
            }
            gpus(Optional.ofNullable(m.group(1)), Long.parseLong(m.group(2)));
        }
    }

    private void gpus(Optional<String> type, long count) {
        if (partition.isSlice(type)) {
            slices += count;
        } else {
            gpus += count;
            type.ifPresent(gpuTypes::add);
        }
    }

    Platform site() {
        return site;
    }

    Partition partition() {
        return partition;
    }

    int nodes() {
        return nodes;
    }

    int tasksPerNode() {
        return tasksPerNode;
    }

    /** The CPUs of a node that are asked for; empty if Slurm decides. */
    OptionalLong cpus() {
        return cpus;
    }

    /** The memory of a node that is asked for; empty if Slurm decides. */
    Optional<Memory> memory() {
        return memory;
    }

    /** The local disk of a node that is asked for. */
    Optional<Memory> disk() {
        return disk.map(g -> times(Memory.ofGiB(1), g.count()));
    }

    /** The local disk as {@code --gres} says it, such as {@code nvme:100}. */
    String diskInWords() {
        return disk.map(Gres::toSlurm).orElse("");
    }

    Optional<WallTime> time() {
        return time;
    }

    /** The whole GPUs of a node that are asked for. */
    long gpus() {
        return gpus;
    }

    /** The slices of GPUs of a node that are asked for. */
    long slices() {
        return slices;
    }

    /** The types of the whole GPUs, as far as they are named. */
    Set<String> gpuTypes() {
        return gpuTypes;
    }

    /** The option that asks for GPUs, or for other generic resources. */
    String gpuOption() {
        return gpuOption;
    }

    /** Generic resources that are neither GPUs nor local disk, as far as the site's facts say. */
    List<Gres> otherGres() {
        return otherGres;
    }

    /** What of the script changes the amount and isn't read here. */
    List<Finding> unread() {
        return unread;
    }

    /** The CPUs of a node that the job gets; empty if that isn't known. */
    OptionalLong cpusHeld() {
        if (!exclusive) {
            return cpus;
        }
        OptionalInt all = partition.cpusPerNode();
        return all.isPresent() ? OptionalLong.of(all.getAsInt()) : OptionalLong.empty();
    }

    /** The whole GPUs of a node that the job gets; empty if that isn't known. */
    OptionalLong gpusHeld() {
        if (!exclusive) {
            return OptionalLong.of(gpus);
        }
        if (partition.gpus().perNode().orElse(1) == 0) {
            return OptionalLong.of(0);
        }
        // some of a node's GPUs may be cut into slices
        return partition.gpus().slice().isPresent()
                ? OptionalLong.empty()
                : partition
                        .ofEachNode(t -> t.gpus().flatMap(g -> Boxed.of(g.count())))
                        .map(OptionalLong::of)
                        .orElse(OptionalLong.empty());
    }

    /** The memory that the job's GPUs, slices or CPUs bring to a node; empty if that isn't known, or none comes so. */
    Optional<Memory> memoryThatComes() {
        MemoryRules rules = partition.memory();
        if (slices > 0) {
            // what slices and whole GPUs bring together isn't known
            return partition
                    .gpus()
                    .slice()
                    .flatMap(GpuRules.Slice::memory)
                    .filter(m -> gpus == 0)
                    .map(m -> times(m, slices));
        }
        if (rules.followsGpus().isPresent()) {
            return rules.followsGpus().filter(m -> gpus > 0).map(m -> times(m, gpus));
        }
        return rules.followsCpus().filter(m -> cpus.isPresent()).map(m -> times(m, cpus.getAsLong()));
    }

    /** Whether {@code --mem} has no place, as memory comes with the CPUs, the GPUs or the slices. */
    boolean memoryComes() {
        return partition.memoryFollows() || (slices > 0 && memoryThatComes().isPresent());
    }

    /** The memory of a node that the job gets; empty if that isn't known. */
    Optional<Memory> memoryHeld() {
        return memoryComes() ? memoryThatComes() : memory;
    }

    /** The time limit that the job gets; empty if it has none, or Slurm decides and that isn't known. */
    private Optional<Duration> timeLimit() {
        return time.or(partition::defaultTime).flatMap(WallTime::limit);
    }

    /** Which time {@link #usage} is for. */
    Bill.Known.Span span() {
        if (timeLimit().isEmpty()) {
            return Bill.Known.Span.EACH_HOUR;
        }
        return time.isPresent() ? Bill.Known.Span.JOB : Bill.Known.Span.DEFAULT_TIME;
    }

    /** What the job holds for its time limit, or for an hour if it has none. */
    JobUsage usage() {
        JobUsage usage = JobUsage.of(timeLimit().orElse(Duration.ofHours(1)))
                .with(Quantity.NODES, nodes)
                .with(Quantity.SLICES, times(slices, nodes));
        if (gpusHeld().isPresent()) {
            usage = usage.with(Quantity.GPUS, times(gpusHeld().getAsLong(), nodes));
        }
        Optional<Long> cores = isBySize() ? cpusForSure() : partition.ofEachNode(t -> Boxed.of(t.cores()));
        if (cores.isPresent()) {
            usage = usage.with(Quantity.CORES, times(cores.get(), nodes));
        }
        Optional<Memory> held =
                isBySize() ? memoryHeld().or(this::defaultMemory) : partition.ofEachNode(NodeType::usableMemory);
        if (held.isPresent()) {
            usage = usage.with(times(held.get(), nodes));
        }
        return otherGres.isEmpty()
                ? usage.with(Quantity.DISK_GIB, times(disk.map(Gres::count).orElse(0L), nodes))
                : usage;
    }

    /** Whether the job is billed for what it asks for, and not for whole nodes. */
    boolean isBySize() {
        return !exclusive && !partition.isByNode();
    }

    /** Slurm gives a task one CPU if nothing is said, but a site may have another default for GPUs. */
    private Optional<Long> cpusForSure() {
        return saysCpusPerTask || gpus + slices == 0 ? Boxed.of(cpus) : Optional.empty();
    }

    private Optional<Memory> defaultMemory() {
        return memoryComes() || cpus.isEmpty()
                ? Optional.empty()
                : partition.memory().defaultPerCpu().map(m -> times(m, cpus.getAsLong()));
    }

    /** The GPUs as {@link #gpuOption} takes them, such as {@code gpu:4}. */
    String gpusInWords(long count) {
        return (gpuOption.equals("--gres") ? "gpu:" : "") + count;
    }

    /** Multiplies an amount; what is too large for a long is the largest long. */
    static Memory times(Memory each, long n) {
        return new Memory(times(each.bytes(), n));
    }

    /** Multiplies numbers that aren't negative; what is too large for a long is the largest long. */
    static long times(long a, long b) {
        return Math.multiplyHigh(a, b) == 0 && a * b >= 0 ? a * b : Long.MAX_VALUE;
    }
}
