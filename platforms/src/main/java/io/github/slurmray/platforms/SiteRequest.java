package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A {@link ResourceRequest} in the words of a site's partition: its directives, and for those that the request didn't
 * say why they are so. Immutable.
 */
public final class SiteRequest {
    /**
     * A directive that the site filled in or worded.
     *
     * @param option sbatch's long name with its dashes
     * @param value its value
     * @param reason why it is so
     * @param sources on whose word
     */
    public record Filled(String option, String value, String reason, List<Source> sources) {
        @Override
        public String toString() {
            return option + "=" + value + " (" + reason + ")";
        }
    }

    private final Platform site;
    private final Partition partition;
    private final ResourceRequest request;
    private final List<Filled> filled = new ArrayList<>();
    private final OptionalLong cpus;
    private final Optional<Memory> memory;

    SiteRequest(Platform site, Partition partition, ResourceRequest request) {
        this.site = site;
        this.partition = partition;
        this.request = request;
        this.cpus = fillCpus();
        this.memory = fillMemory();
        fillGpus();
        fillDisk();
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
     * @return as asked for or filled in; empty if it isn't to be said, or Slurm decides
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
        MemoryRules rules = partition.memory();
        if (memory.isPresent()) {
            return memory;
        }
        long units = rules.followsGpus().isPresent() ? request.gpusPerNode() : cpus.orElse(0);
        return rules.followsGpus()
                .or(rules::followsCpus)
                .filter(m -> units > 0)
                .map(m -> new Memory(Math.multiplyExact(m.bytes(), units)));
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
     * Writes the directives into a script: partition, nodes, tasks, CPUs, memory, GPUs, disk and time.
     *
     * @param script to write to
     * @return the script
     */
    public SbatchScript.Builder apply(SbatchScript.Builder script) {
        script.partition(partition.name()).nodes(request.nodes()).ntasksPerNode(1);
        cpus.ifPresent(n -> script.cpusPerTask(Math.toIntExact(n)));
        memory.ifPresent(script::mem);
        request.time().ifPresent(script::time);
        List<Gres> gres = new ArrayList<>();
        if (request.gpusPerNode() > 0) {
            if (byNode()) {
                script.option("gpus-per-node", gpus());
            } else {
                gres.add(Gres.parse("gpu:" + gpus()));
            }
        }
        partition
                .localDisk()
                .gres()
                .ifPresent(name ->
                        request.diskPerNode().ifPresent(d -> gres.add(new Gres(name, Optional.empty(), gigabytes(d)))));
        if (!gres.isEmpty()) {
            script.gres(gres.toArray(Gres[]::new));
        }
        return script;
    }

    private OptionalLong fillCpus() {
        if (request.cpusPerNode().isPresent()) {
            return request.cpusPerNode();
        }
        OptionalInt perGpu = partition.gpus().suggestedCpusPerGpu();
        if (request.gpusPerNode() > 0 && perGpu.isPresent()) {
            long n = perGpu.getAsInt() * request.gpusPerNode();
            fill("--cpus-per-task", n, perGpu.getAsInt() + " for each GPU", "/gpus");
            return OptionalLong.of(n);
        }
        boolean whole = partition.isByNode();
        if (whole && partition.cpusPerNode().isPresent()) {
            int n = partition.cpusPerNode().getAsInt();
            fill("--cpus-per-task", n, "whole nodes", "/cpusPerNode");
            return OptionalLong.of(n);
        }
        return OptionalLong.empty();
    }

    private Optional<Memory> fillMemory() {
        if (request.memoryPerNode().isPresent()) {
            return request.memoryPerNode();
        }
        if (request.gpusPerNode() == 0) {
            return Optional.empty();
        }
        return partition.memory().suggestedPerGpu().map(each -> {
            Memory all = new Memory(Math.multiplyExact(each.bytes(), request.gpusPerNode()));
            fill("--mem", all, each + " for each GPU", "/memory/suggestedPerGpu");
            return all;
        });
    }

    private boolean byNode() {
        return partition
                .gpus()
                .request()
                .filter(r -> r == GpuRules.Request.GPUS_PER_NODE)
                .isPresent();
    }

    private String gpus() {
        String count = Long.toString(request.gpusPerNode());
        return request.gpuType()
                .or(() -> partition.gpus().type())
                .map(type -> type + ":" + count)
                .orElse(count);
    }

    private void fillGpus() {
        if (request.gpusPerNode() > 0 && partition.gpus().request().isPresent()) {
            if (byNode()) {
                fill("--gpus-per-node", gpus(), "as the site asks for GPUs", "/gpus");
            } else {
                fill("--gres", "gpu:" + gpus(), "as the site asks for GPUs", "/gpus");
            }
        }
    }

    private void fillDisk() {
        request.diskPerNode()
                .ifPresent(d -> partition
                        .localDisk()
                        .gres()
                        .ifPresent(name -> fill("--gres", name + ":" + gigabytes(d), "local disk", "/localDisk")));
    }

    private static long gigabytes(Memory disk) {
        return -Math.floorDiv(-disk.bytes(), Memory.ofGiB(1).bytes());
    }

    private void fill(String option, Object value, String reason, String fact) {
        String pointer = SiteFacts.below("/partitions", partition.name()) + fact;
        filled.add(new Filled(option, value.toString(), reason, site.sourceOf(pointer)));
    }

    /** The request with what the site filled in. */
    ResourceRequest filledRequest() {
        ResourceRequest.Builder b =
                ResourceRequest.builder().nodes(request.nodes()).gpusPerNode(Math.toIntExact(request.gpusPerNode()));
        cpus.ifPresent(n -> b.cpusPerNode(Math.toIntExact(n)));
        memory.ifPresent(b::memoryPerNode);
        request.diskPerNode().ifPresent(b::diskPerNode);
        request.gpuType().ifPresent(b::gpuType);
        request.time().ifPresent(b::time);
        return b.build();
    }

    /** What a job of this request holds, for its whole time limit, or for an hour if it says none. */
    JobUsage usage() {
        Duration time = request.time().flatMap(WallTime::limit).orElse(Duration.ofHours(1));
        boolean slice = partition.isSlice(request.gpuType());
        long gpus = request.gpusPerNode() * request.nodes();
        JobUsage usage = JobUsage.of(time)
                .with(Quantity.NODES, request.nodes())
                .with(Quantity.GPUS, slice ? 0 : gpus)
                .with(Quantity.SLICES, slice ? gpus : 0)
                .with(
                        Quantity.DISK_GIB,
                        request.nodes()
                                * request.diskPerNode()
                                        .map(SiteRequest::gigabytes)
                                        .orElse(0L));
        if (cpus.isPresent()) {
            usage = usage.with(Quantity.CORES, cpus.getAsLong() * request.nodes());
        }
        Optional<Memory> memoryOfNode = expectedMemoryPerNode();
        if (memoryOfNode.isPresent()) {
            usage = usage.with(new Memory(Math.multiplyExact(memoryOfNode.get().bytes(), request.nodes())));
        }
        boolean whole = partition.isByNode();
        OptionalInt cores = partition.nodeTypes().stream()
                .flatMapToInt(t -> t.cores().stream())
                .max();
        return whole && cores.isPresent() ? usage.wholeNodes(cores.getAsInt()) : usage;
    }

    /** The directives, one a line. */
    @Override
    public String toString() {
        return String.join(
                "\n",
                apply(SbatchScript.builder()).build().directives().entrySet().stream()
                        .map(e -> "--" + e.getKey() + "=" + e.getValue())
                        .toList());
    }
}
