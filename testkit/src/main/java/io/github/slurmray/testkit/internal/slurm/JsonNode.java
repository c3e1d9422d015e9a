package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Nodes and partitions as sinfo and scontrol print them for {@code --json}. */
final class JsonNode {
    private final Controller controller;
    private final SlurmRelease release;

    JsonNode(Controller controller) {
        this.controller = controller;
        this.release = controller.conf().release();
    }

    private boolean isOld() {
        return release == SlurmRelease.V22_05;
    }

    JsonForm node(Node n) {
        NodeConf c = n.conf();
        List<Share> shares = NodeUse.shares(controller, c.name());
        int used = shares.stream().mapToInt(Share::cpus).sum();
        long memory = shares.stream().mapToLong(Share::memoryMb).sum();
        long begin = controller.begin().getEpochSecond();
        return new JsonForm(release, "node", name -> switch (name) {
            case "address", "hostname", "name" -> c.name();
            case "alloc_cpus" -> used;
            case "alloc_memory" -> memory;
            case "boot_time", "last_busy", "slurmd_start_time" -> begin;
            case "cores" -> c.coresPerSocket();
            case "cpus" -> c.cpus();
            case "features", "active_features" ->
                isOld() ? (Object) String.join(",", c.features()) : List.copyOf(c.features());
            case "gres" -> Gres.print(c.gres());
            case "idle_cpus" -> c.cpus() - used;
            case "partitions" ->
                controller.partitions().stream()
                        .filter(p -> p.nodes().contains(c.name()))
                        .map(PartitionConf::name)
                        .toList();
            case "real_memory" -> c.memoryMb();
            case "reason" -> n.reason;
            case "reason_changed_at" -> JsonJob.time(n.reasonSince);
            case "reason_set_by_user" -> n.reason.isEmpty() ? (isOld() ? Optional.empty() : "") : (Object) n.reasonBy;
            case "slurmd_version" -> release.version();
            case "sockets" -> c.sockets();
            case "state" -> isOld() ? (Object) states(n).get(0).toLowerCase(Locale.ROOT) : states(n);
            case "state_flags" -> states(n).subList(1, states(n).size());
            case "threads" -> c.threadsPerCore();
            case "tres" ->
                "cpu=" + c.cpus() + ",mem=" + Job.memory(c.memoryMb()) + ",billing=" + c.cpus() + gres(c.gres());
            case "tres_used" -> shares.isEmpty() && isOld() ? Optional.empty() : (Object) NodeUse.tres(shares);
            case "tres_weighted" -> (double) used;
            case "weight" -> c.weight();
            default -> throw new IllegalStateException(name);
        });
    }

    /** The base state, then what comes with it. */
    private List<String> states(Node n) {
        return List.of(NodeUse.longState(controller, n).split("\\+"));
    }

    private static String gres(Map<String, Integer> gres) {
        return gres.isEmpty() ? "" : "," + Gres.tres(gres);
    }

    JsonForm partition(PartitionConf p) {
        List<NodeConf> nodes = p.nodes().stream()
                .map(controller.conf().nodes()::get)
                .filter(java.util.Objects::nonNull)
                .toList();
        int cpus = nodes.stream().mapToInt(NodeConf::cpus).sum();
        long memory = nodes.stream().mapToLong(NodeConf::memoryMb).sum();
        Map<String, Integer> gres = Gres.sum(nodes.stream().map(NodeConf::gres));
        boolean perCpu = p.hasOwnMemory() && p.defMemPerCpu().isPresent();
        return new JsonForm(release, "partition", name -> switch (name) {
            case "accounts" -> String.join(",", p.allowAccounts());
            case "cpus" -> cpus;
            case "default_memory_per_cpu" -> perCpu ? p.defMemPerCpu().getAsLong() : Optional.empty();
            case "default_memory_per_node" ->
                perCpu ? Optional.empty() : p.hasOwnMemory() ? p.defMemPerNode().orElse(0) : (Object) 0;
            case "default_time" -> p.defaultTime().map(JsonNode::minutes);
            case "max_memory_per_node" -> p.maxMemPerNode().orElse(0);
            case "max_nodes" -> p.maxNodes().isPresent() ? p.maxNodes().getAsInt() : JsonForm.INFINITE;
            case "max_time" -> p.maxTime().map(JsonNode::minutes).orElse(JsonForm.INFINITE);
            case "min_nodes" -> p.minNodes();
            case "name" -> p.name();
            case "node_count" -> nodes.size();
            case "nodes" -> p.nodeList();
            case "state" -> List.of(p.state());
            case "tier" -> p.priorityTier();
            case "tres" ->
                "cpu=" + cpus + ",mem=" + Job.memory(memory) + ",node=" + nodes.size() + ",billing=" + cpus
                        + gres(gres);
            default -> throw new IllegalStateException(name);
        });
    }

    private static Object minutes(java.time.Duration time) {
        return time.equals(Job.UNLIMITED) ? JsonForm.INFINITE : (Object) time.toMinutes();
    }

    /**
     * A line of the newer release's sinfo.
     *
     * @param counts {@code allocated/idle/other/total}, of nodes
     * @param cpus the same of CPUs
     */
    JsonForm alike(SinfoFields.Row row, String counts, String cpus) {
        Node first = row.nodes().get(0);
        List<String> all = new ArrayList<>(List.of(counts.split("/")));
        all.addAll(List.of(cpus.split("/")));
        return new JsonForm(release, "sinfo", name -> switch (name) {
            case "allocated" -> Integer.valueOf(all.get(0));
            case "idle" -> Integer.valueOf(all.get(1));
            case "other" -> Integer.valueOf(all.get(2));
            case "total" -> Integer.valueOf(all.get(3));
            case "cpus_allocated" -> Integer.valueOf(all.get(4));
            case "cpus_idle" -> Integer.valueOf(all.get(5));
            case "cpus_other" -> Integer.valueOf(all.get(6));
            case "cpus_total" -> Integer.valueOf(all.get(7));
            case "features" -> String.join(",", first.conf().features());
            case "gres" -> Gres.print(first.conf().gres());
            case "memory_allocated" ->
                NodeUse.shares(controller, first.conf().name()).stream()
                        .mapToLong(Share::memoryMb)
                        .sum();
            case "names" -> row.nodes().stream().map(n -> n.conf().name()).toList();
            case "partition" -> partition(row.partition());
            case "reason" -> first.reason;
            case "reason_time" -> JsonJob.time(first.reasonSince);
            case "state" -> states(first);
            default -> range(name, row.nodes());
        });
    }

    private static Object range(String name, List<Node> nodes) {
        ToLongFunction<NodeConf> of = switch (name.replaceFirst("_(min|max)$", "")) {
            case "cpus" -> NodeConf::cpus;
            case "sockets" -> NodeConf::sockets;
            case "cores" -> NodeConf::coresPerSocket;
            case "threads" -> NodeConf::threadsPerCore;
            case "memory" -> NodeConf::memoryMb;
            case "weight" -> NodeConf::weight;
            default -> throw new IllegalStateException(name);
        };
        var values = nodes.stream().map(Node::conf).mapToLong(of).summaryStatistics();
        return name.endsWith("_min") ? values.getMin() : values.getMax();
    }
}
