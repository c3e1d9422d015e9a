package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A {@link ResourceRequest} in the words of a site's partition: its directives, for those that the request didn't say
 * why they are so, and what of the request those words can't say. What the request says is never changed, only worded.
 * Immutable.
 */
public final class SiteRequest {
    /**
     * Something that the site filled in or worded.
     *
     * @param option sbatch's long name with its dashes, or the name of a setting of the launch, such as {@code setup}
     * @param value its value
     * @param reason why it is so
     * @param sources on whose word
     */
    public record Filled(String option, String value, String reason, List<Source> sources) {
        /** Copies the list. */
        public Filled {
            Objects.requireNonNull(option, "option");
            Objects.requireNonNull(value, "value");
            Objects.requireNonNull(reason, "reason");
            sources = List.copyOf(sources);
        }

        @Override
        public String toString() {
            return option + "=" + value + " (" + reason + ")";
        }
    }

    private final Platform site;
    private final Partition partition;
    private final ResourceRequest request;
    private final List<Filled> filled = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final boolean isSlice;
    private final OptionalLong cpus;
    private final Optional<Memory> memory;
    private final Optional<String> gpus;
    private final Optional<Gres> disk;
    private final SbatchScript script;
    private final JobAmount amount;

    SiteRequest(Platform site, Partition partition, ResourceRequest request) {
        this.site = site;
        this.partition = partition;
        this.request = request;
        this.isSlice = request.gpusPerNode() > 0 && partition.isSlice(request.gpuType());
        this.cpus = wordCpus();
        this.memory = wordMemory();
        this.gpus = wordGpus();
        this.disk = wordDisk();
        this.script = apply(SbatchScript.builder()).build();
        this.amount = JobAmount.of(site, partition, script);
        memoryThatComes();
    }

    /**
     * Returns the partition.
     *
     * @return one of the site's
     */
    public Partition partition() {
        return partition;
    }

    /**
     * Returns the CPUs of each node.
     *
     * @return as asked for or filled in; empty if Slurm decides
     */
    public OptionalLong cpusPerNode() {
        return cpus;
    }

    /**
     * Returns what {@code --mem} says.
     *
     * @return as asked for or filled in; empty if memory comes with CPUs or GPUs, so that it isn't to be said, or Slurm
     *     decides
     */
    public Optional<Memory> memoryPerNode() {
        return memory;
    }

    /**
     * Returns the memory that a node of the job will have.
     *
     * @return what {@code --mem} says, or what the CPUs or GPUs bring; empty if it isn't known
     */
    public Optional<Memory> expectedMemoryPerNode() {
        return amount.memoryHeld();
    }

    /**
     * Returns what the site filled in or worded.
     *
     * @return in the order of the directives
     */
    public List<Filled> filled() {
        return List.copyOf(filled);
    }

    /**
     * Returns what of the request the directives don't say, or may not say rightly: the errors {@code node-memory}
     * (more than the CPUs or GPUs bring) and {@code node-disk}, and, where the site's facts don't tell how it is asked
     * for, the errors {@code memory-unknown}, {@code disk-unknown} and {@code gpu-type-unknown} and the warning
     * {@code gpu-form-unknown}. Limits aren't looked at: {@link Platform#check} does that to the script.
     *
     * @return empty if the directives say it all
     */
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    /**
     * Writes the directives into a script: partition, time, nodes, tasks, CPUs, memory, GPUs and disk.
     *
     * @param script to write to
     * @return the script
     */
    public SbatchScript.Builder apply(SbatchScript.Builder script) {
        script.partition(partition.name());
        request.time().ifPresent(script::time);
        script.nodes(request.nodes()).ntasksPerNode(1);
        cpus.ifPresent(n -> script.cpusPerTask(Math.toIntExact(n)));
        memory.ifPresent(script::mem);
        List<Gres> gres = new ArrayList<>();
        if (isByNode()) {
            gpus.ifPresent(n -> script.option("gpus-per-node", n));
        } else {
            gpus.ifPresent(n -> gres.add(Gres.parse("gpu:" + n)));
        }
        disk.ifPresent(gres::add);
        if (!gres.isEmpty()) {
            script.gres(gres.toArray(Gres[]::new));
        }
        return script;
    }

    /** The directives alone. */
    SbatchScript script() {
        return script;
    }

    /** What the directives amount to. */
    JobAmount amount() {
        return amount;
    }

    private OptionalLong wordCpus() {
        if (request.cpusPerNode().isPresent()) {
            return request.cpusPerNode();
        }
        if (isSlice) {
            OptionalInt most =
                    partition.gpus().slice().map(GpuRules.Slice::maxCpus).orElse(OptionalInt.empty());
            return fillCpus(most, 1, "the most that go with a slice", "/gpus/slice/maxCpus");
        }
        OptionalInt perGpu = partition.gpus().suggestedCpusPerGpu();
        if (request.gpusPerNode() > 0 && perGpu.isPresent()) {
            return fillCpus(perGpu, request.gpusPerNode(), perGpu.getAsInt() + " for each GPU", "/gpus");
        }
        if (partition.isByNode()) {
            return fillCpus(partition.cpusPerNode(), 1, "whole nodes", "/cpusPerNode");
        }
        Optional<Memory> each = partition.memory().followsCpus();
        if (each.isPresent() && request.memoryPerNode().isPresent()) {
            Memory wanted = request.memoryPerNode().get();
            return fillCpus(
                    OptionalInt.of(1),
                    ceil(wanted, each.get()),
                    wanted + " at " + each.get() + " for each CPU",
                    "/memory/followsCpus");
        }
        return OptionalLong.empty();
    }

    private OptionalLong fillCpus(OptionalInt each, long times, String reason, String fact) {
        if (each.isEmpty()) {
            return OptionalLong.empty();
        }
        // what is more than Slurm can count is over every limit, too
        long n = Math.min(Integer.MAX_VALUE, JobAmount.times(each.getAsInt(), times));
        fill("--cpus-per-task", n, reason, fact);
        return OptionalLong.of(n);
    }

    private boolean memoryComes() {
        return partition.memoryFollows()
                || (isSlice
                        && partition
                                .gpus()
                                .slice()
                                .flatMap(GpuRules.Slice::memory)
                                .isPresent());
    }

    private Optional<Memory> wordMemory() {
        if (memoryComes()) {
            return Optional.empty();
        }
        if (request.memoryPerNode().isPresent() || request.gpusPerNode() == 0 || isSlice) {
            return request.memoryPerNode();
        }
        return partition.memory().suggestedPerGpu().map(each -> {
            Memory all = JobAmount.times(each, request.gpusPerNode());
            fill("--mem", all, each + " for each GPU", "/memory/suggestedPerGpu");
            return all;
        });
    }

    /** Holds the memory that is wanted against the memory that comes, as no {@code --mem} says it. */
    private void memoryThatComes() {
        if (!memoryComes() || request.memoryPerNode().isEmpty()) {
            return;
        }
        Memory wanted = request.memoryPerNode().get();
        Optional<Memory> brought = amount.memoryThatComes();
        String comes = "memory of a node=" + wanted + ": in " + partition + " memory comes with the "
                + partition.memoryComesWith();
        if (brought.isEmpty() && partition.isByGpu() && request.gpusPerNode() == 0) {
            return; // that a job there has no GPU is found by itself
        }
        if (brought.isEmpty()) {
            String fact = partition.memoryComesWith().equals("GPUs") ? "/memory/followsGpus" : "/memory/followsCpus";
            findings.add(Finding.error(
                            "memory-unknown",
                            comes + ", but how much each brings isn't known: leave the memory out and ask for enough "
                                    + partition.memoryComesWith() + ", or add " + partition.pointer(fact)
                                    + " to a site file")
                    .amount(wanted.toString())
                    .from(site.sourceOf(partition.pointer("/allocation"))));
        } else if (wanted.compareTo(brought.get()) > 0) {
            findings.add(Finding.error(
                            "node-memory",
                            comes + ", here " + brought.get() + "; ask for more " + partition.memoryComesWith())
                    .amount(wanted.toString())
                    .limit(brought.get(), "at most " + brought.get())
                    .from(site.sourceOf(partition.pointer("/memory"))));
        }
    }

    private boolean isByNode() {
        return partition
                .gpus()
                .request()
                .filter(r -> r == GpuRules.Request.GPUS_PER_NODE)
                .isPresent();
    }

    private Optional<String> wordGpus() {
        if (request.gpusPerNode() == 0) {
            return Optional.empty();
        }
        GpuRules rules = partition.gpus();
        Optional<String> type = request.gpuType().or(rules::type);
        boolean noneKnown =
                rules.type().isEmpty() && !rules.isUntyped() && rules.perNode().orElse(1) > 0;
        if (request.gpuType().isPresent() && noneKnown && !isSlice) {
            findings.add(Finding.error(
                            "gpu-type-unknown",
                            PartitionRules.typeUnknown(
                                    partition, request.gpuType().get()))
                    .amount(request.gpuType().get()));
            type = Optional.empty();
        }
        String count = Long.toString(request.gpusPerNode());
        String words = type.map(t -> t + ":" + count).orElse(count);
        if (isByNode()) {
            fill("--gpus-per-node", words, "as the site asks for GPUs", "/gpus");
        } else if (rules.request().isPresent()) {
            fill("--gres", "gpu:" + words, "as the site asks for GPUs", "/gpus");
        } else {
            fill("--gres", "gpu:" + words, "Slurm's general form, as the site's isn't known", "/gpus");
            if (rules.perNode().orElse(1) > 0) {
                findings.add(Finding.warning(
                                "gpu-form-unknown",
                                "--gres=gpu:" + words + ": how GPUs of " + partition
                                        + " are asked for isn't known, so this is Slurm's general form; add "
                                        + partition.pointer("/gpus/request")
                                        + " to a site file (GRES or GPUS_PER_NODE)")
                        .about("--gres", "gpu:" + words));
            }
        }
        return Optional.of(words);
    }

    private Optional<Gres> wordDisk() {
        DiskRules rules = partition.localDisk();
        Optional<Memory> wanted = request.diskPerNode()
                .filter(d -> rules.automatic().filter(a -> d.compareTo(a) <= 0).isEmpty());
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        String words = "local disk of a node=" + wanted.get() + ": ";
        if (!rules.requestable().orElse(true)) {
            String most = rules.automatic().map(Memory::toString).orElse("0");
            String gives = rules.automatic()
                    .map(a -> a + " without asking, and no more")
                    .orElse("none");
            findings.add(Finding.error("node-disk", words + "a node of " + partition + " gives " + gives)
                    .amount(wanted.get().toString())
                    .limit(most, "at most " + most)
                    .from(site.sourceOf(partition.pointer("/localDisk/requestable"))));
            return Optional.empty();
        }
        if (rules.gres().isEmpty()) {
            findings.add(Finding.error(
                            "disk-unknown",
                            words + "how " + partition + " is asked for "
                                    + (rules.automatic().isPresent()
                                            ? "more than the automatic "
                                                    + rules.automatic().get()
                                            : "it")
                                    + " isn't known; add " + partition.pointer("/localDisk/gres") + " to a site file")
                    .amount(wanted.get().toString()));
            return Optional.empty();
        }
        Gres gres = new Gres(rules.gres().get(), Optional.empty(), ceil(wanted.get(), Memory.ofGiB(1)));
        fill("--gres", gres.toSlurm(), "local disk", "/localDisk");
        return Optional.of(gres);
    }

    private static long ceil(Memory all, Memory each) {
        return -Math.floorDiv(-all.bytes(), each.bytes());
    }

    private void fill(String option, Object value, String reason, String fact) {
        filled.add(new Filled(option, value.toString(), reason, site.sourceOf(partition.pointer(fact))));
    }

    /** The directives, one a line. */
    @Override
    public String toString() {
        return String.join(
                "\n",
                script.directives().entrySet().stream()
                        .map(e -> "--" + e.getKey() + "=" + e.getValue())
                        .toList());
    }
}
