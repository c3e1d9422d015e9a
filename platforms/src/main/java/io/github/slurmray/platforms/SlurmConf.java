package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes a site's nodes, partitions and limits as the text of a slurm.conf. */
final class SlurmConf {
    private final Platform site;
    private final List<SlurmConfNodes> nodes = new ArrayList<>();
    private final Map<Partition, List<SlurmConfNodes>> nodesOf = new LinkedHashMap<>();
    private final Map<Source, Integer> sources = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();

    private SlurmConf(Platform site) {
        this.site = site;
        if (site.partitions().isEmpty()) {
            throw new IllegalStateException("no slurm.conf can be written for " + site
                    + ", as none of its partitions is known; say them below /partitions in a file of your own that"
                    + " extends this site, and read it by Platforms.load(path)");
        }
        Set<String> taken = new LinkedHashSet<>();
        site.nodeTypes().values().forEach(type -> {
            List<Partition> of = site.partitions().values().stream()
                    .filter(p -> p.nodeTypes().contains(type))
                    .toList();
            add(SlurmConfNodes.of(type, of, taken), of);
        });
        site.partitions().values().stream()
                .filter(p -> p.nodeTypes().isEmpty())
                .forEach(p -> add(SlurmConfNodes.of(p, taken), List.of(p)));
    }

    private void add(SlurmConfNodes some, List<Partition> of) {
        nodes.add(some);
        of.forEach(p -> nodesOf.computeIfAbsent(p, k -> new ArrayList<>()).add(some));
    }

    static String of(Platform site) {
        SlurmConf conf = new SlurmConf(site);
        conf.head();
        conf.comment(
                "Nodes. A CPU here is a core, as the site's limits count them; cores that jobs can't have are left out.");
        conf.nodes.forEach(conf::write);
        conf.line("");
        conf.comment("Partitions.");
        site.partitions().values().forEach(conf::write);
        conf.foot();
        return conf.text.toString();
    }

    private void head() {
        comment("slurm.conf of " + site.title() + " (" + site.name() + "): its partitions, nodes and limits"
                + site.asOf().map(day -> ", as of " + day).orElse("") + ".");
        comment(
                "Written by Platform.slurmConf() from the site's file. [1] is a source, named at the end; /partitions/p/maxTime");
        comment(
                "is the place of a fact in the site's file. What isn't known isn't limited; what had to be assumed is said.");
        comment(
                "The daemons' own settings are the machine's, which includes this file: SlurmctldHost, AuthType, StateSaveLocation");
        comment(
                "and so on. Nodes that don't exist may have State=CLOUD (NodeName=DEFAULT State=CLOUD before the Include).");
        line("");
        Optional<String> cluster = site.slurm().cluster();
        comment(
                cluster.isPresent()
                        ? "The cluster" + from("/slurm/cluster")
                        : "Assumed, as /slurm/cluster isn't known:");
        line("ClusterName=" + cluster.orElseGet(() -> SlurmConfNodes.hostName(site.name())));
        site.slurm().remembers().ifPresent(t -> {
            comment("How long an ended job is known" + from("/slurm/remembers"));
            line("MinJobAge=" + t.toSeconds());
        });
        site.slurm().requeues().ifPresent(r -> {
            comment("Whether a job is requeued when its node fails" + from("/slurm/requeues"));
            line("JobRequeue=" + (r ? 1 : 0));
        });
        Optional<String> select = site.slurm().selectType();
        comment(
                select.isPresent()
                        ? "How resources are selected" + from("/slurm/selectType")
                        : "Assumed, as /slurm/selectType isn't known:");
        line("SelectType=" + select.orElse("select/cons_tres"));
        comment(
                "Chosen: cores and memory are given each by itself, and a job over a limit is refused, not left pending.");
        line("SelectTypeParameters=CR_Core_Memory");
        line("EnforcePartLimits=ALL");
        Set<String> gres =
                nodes.stream().flatMap(n -> n.gres().stream()).collect(Collectors.toCollection(TreeSet::new));
        if (!gres.isEmpty()) {
            line("GresTypes=" + String.join(",", gres));
        }
        if (site.slurm().accountRequired().orElse(false)) {
            comment("A job must name an account" + from("/slurm/accountRequired")
                    + ", which needs a database: AccountingStorageEnforce=associations");
        }
        line("");
    }

    private void write(SlurmConfNodes some) {
        line("");
        comment(some.title() + from(some.facts()));
        some.assumed().forEach(a -> comment("Assumed: " + a));
        line(some.line());
    }

    private void write(Partition p) {
        String at = SiteFacts.below("/partitions", p.name());
        List<SlurmConfNodes> on = nodesOf.getOrDefault(p, List.of());
        PartitionLine made = new PartitionLine(p, on);
        line("");
        comment(p.name() + from(made.facts.stream().map(f -> at + f).toList()));
        if (!p.openToAnyone().orElse(true)) {
            comment("Not for everybody: " + p.accessCondition().orElse("who may use it isn't said")
                    + ". AllowGroups or AllowAccounts would have to name who may.");
        }
        if (!made.qos.isEmpty()) {
            comment("Needs a QOS in the database: " + String.join(" ", made.qos));
        }
        if (!made.beyond.isEmpty()) {
            comment("Slurm has no limit for this: " + String.join("; ", made.beyond));
        }
        if (!made.unknown.isEmpty()) {
            comment("Not known, and so not limited: "
                    + made.unknown.stream().map(f -> at + f).collect(Collectors.joining(", ")));
        }
        line(made.words.toString());
    }

    private void foot() {
        line("");
        comment("Sources.");
        sources.forEach((source, n) -> comment("[" + n + "] " + source));
    }

    private String from(String fact) {
        return from(List.of(fact));
    }

    private String from(List<String> facts) {
        Set<Integer> numbers = new TreeSet<>();
        facts.stream()
                .flatMap(f -> site.sourceOf(f).stream())
                .forEach(s -> numbers.add(sources.computeIfAbsent(s, k -> sources.size() + 1)));
        return numbers.stream().map(n -> " [" + n + "]").collect(Collectors.joining());
    }

    // a text of the file must not become a line of its own
    private void comment(String words) {
        text.append(("# " + words.replaceAll("\\p{Cntrl}+", " ")).stripTrailing())
                .append('\n');
    }

    private void line(String words) {
        text.append(words).append('\n');
    }

    /** A partition's line, the facts that are in it, and those that can't be. */
    private static final class PartitionLine {
        private final Partition p;
        private final List<SlurmConfNodes> on;
        private final StringBuilder words = new StringBuilder();
        private final List<String> facts = new ArrayList<>();
        private final List<String> unknown = new ArrayList<>();
        private final List<String> qos = new ArrayList<>();
        private final List<String> beyond = new ArrayList<>();

        PartitionLine(Partition p, List<SlurmConfNodes> on) {
            this.p = p;
            this.on = on;
            words.append("PartitionName=").append(p.name());
            word("Nodes", on.stream().map(SlurmConfNodes::names).collect(Collectors.joining(",")), "/nodeTypes");
            if (p.isDefault()) {
                word("Default", "YES", "/default");
            }
            p.defaultTime().map(WallTime::toSlurm).ifPresent(t -> word("DefaultTime", t, "/defaultTime"));
            limit("MaxTime", p.maxTime().map(WallTime::toSlurm), "/maxTime");
            p.minNodes().stream().filter(n -> n > 1).forEach(n -> word("MinNodes", n, "/minNodes"));
            limit("MaxNodes", Boxed.of(p.maxNodes()), "/maxNodes");
            cpus();
            memory();
            gpus();
            disk();
            if (p.isByNode()) {
                word("OverSubscribe", "EXCLUSIVE", "/allocation");
            }
            qos();
        }

        private void word(String key, Object value, String fact) {
            words.append(' ').append(key).append('=').append(value);
            facts.add(fact);
        }

        private void limit(String key, Optional<?> value, String fact) {
            value.ifPresentOrElse(v -> word(key, v, fact), () -> unknown.add(fact));
        }

        private static Optional<Integer> least(OptionalInt a, OptionalInt b) {
            return Stream.of(a, b).flatMapToInt(OptionalInt::stream).boxed().min(Integer::compare);
        }

        private boolean isOfOneNode() {
            return p.maxNodes().orElse(0) == 1;
        }

        /** The most of a job on one node: the partition's limit, where a node of it has more. */
        private void cpus() {
            OptionalInt ofJob = isOfOneNode() ? p.maxCpus() : OptionalInt.empty();
            Optional<Integer> most = least(p.cpusPerNode(), ofJob);
            if (most.isEmpty()) {
                unknown.add("/cpusPerNode");
            }
            int has = on.stream().mapToInt(SlurmConfNodes::cpus).max().orElse(0);
            most.filter(n -> n < has).ifPresent(n -> {
                if (p.isByNode()) {
                    beyond.add("at most " + n + " CPUs of a node that a job gets whole");
                } else {
                    word("MaxCPUsPerNode", n, ofJob.isPresent() && ofJob.getAsInt() == n ? "/maxCpus" : "/cpusPerNode");
                }
            });
        }

        private void memory() {
            MemoryRules memory = p.memory();
            if (memory.followsCpus().isPresent()) {
                long each = SlurmConfNodes.mib(memory.followsCpus().get());
                word("DefMemPerCPU", each, "/memory/followsCpus");
                word("MaxMemPerCPU", each, "/memory/followsCpus");
                beyond.add("no --mem (Slurm gives more CPUs for it)");
                return;
            }
            memory.followsGpus()
                    .ifPresentOrElse(
                            each -> {
                                word("DefMemPerGPU", SlurmConfNodes.mib(each), "/memory/followsGpus");
                                beyond.add("no --mem (Slurm gives it up to a node's limit)");
                            },
                            () -> memory.defaultPerCpu()
                                    .ifPresentOrElse(
                                            each -> word(
                                                    "DefMemPerCPU", SlurmConfNodes.mib(each), "/memory/defaultPerCpu"),
                                            () -> unknown.add("/memory/defaultPerCpu")));
            Optional<Memory> ofJob = isOfOneNode() ? memory.perJob() : Optional.empty();
            if (memory.perNode().isPresent()) {
                word("MaxMemPerNode", SlurmConfNodes.mib(memory.perNode().get()), "/memory/perNode");
            } else if (ofJob.isPresent()) {
                word("MaxMemPerNode", SlurmConfNodes.mib(ofJob.get()), "/memory/perJob");
            } else {
                limit("MaxMemPerNode", SlurmConfNodes.memoryOfGpus(p), "/memory/perNode");
            }
        }

        private void gpus() {
            GpuRules gpus = p.gpus();
            int has = on.stream().mapToInt(SlurmConfNodes::gpus).max().orElse(0);
            gpus.perNode().stream().filter(n -> n < has).forEach(n -> qos.add("MaxTRESPerNode=gres/gpu=" + n));
            gpus.minPerJob().stream().filter(n -> n > 0).forEach(n -> qos.add("MinTRESPerJob=gres/gpu=" + n));
            gpus.maxCpusPerGpu().ifPresent(n -> beyond.add("at most " + n + " CPUs for each GPU"));
            gpus.slice()
                    .flatMap(GpuRules.Slice::type)
                    .ifPresent(t -> beyond.add("slices " + t + ", as their nodes aren't known"));
        }

        private void disk() {
            p.localDisk()
                    .gres()
                    .ifPresent(gres -> p.localDisk()
                            .maxPerNode()
                            .map(SlurmConfNodes::gib)
                            .filter(most -> on.stream().anyMatch(n -> n.disk() > most))
                            .ifPresent(most -> qos.add("MaxTRESPerNode=gres/" + gres + "=" + most)));
        }

        /** Limits of a job, or of all jobs of a user, that the nodes' own don't imply. */
        private void qos() {
            int cpus = on.stream().mapToInt(SlurmConfNodes::cpus).max().orElse(0);
            int gpus = least(
                            p.gpus().perNode(),
                            OptionalInt.of(on.stream()
                                    .mapToInt(SlurmConfNodes::gpus)
                                    .max()
                                    .orElse(0)))
                    .orElse(0);
            p.maxCpus().stream()
                    .filter(n -> !isOfOneNode()
                            && exceeds(
                                    n,
                                    least(p.cpusPerNode(), OptionalInt.of(cpus)).orElse(cpus)))
                    .forEach(n -> qos.add("MaxTRESPerJob=cpu=" + n));
            p.gpus().maxPerJob().stream()
                    .filter(n -> exceeds(n, gpus))
                    .forEach(n -> qos.add("MaxTRESPerJob=gres/gpu=" + n));
            p.memory()
                    .perJob()
                    .filter(m -> !isOfOneNode())
                    .ifPresent(m -> qos.add("MaxTRESPerJob=mem=" + SlurmConfNodes.mib(m) + "M"));
            p.maxSubmitted().ifPresent(n -> qos.add("MaxSubmitJobsPerUser=" + n));
            p.maxRunning().ifPresent(n -> qos.add("MaxJobsPerUser=" + n));
        }

        private boolean exceeds(int limit, int perNode) {
            return p.maxNodes().isEmpty() || (long) perNode * p.maxNodes().getAsInt() > limit;
        }
    }
}
