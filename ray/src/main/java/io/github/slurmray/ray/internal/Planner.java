package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.Shell;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.platforms.Bill;
import io.github.slurmray.platforms.Finding;
import io.github.slurmray.platforms.Partition;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.platforms.Reach;
import io.github.slurmray.platforms.ResourceRequest;
import io.github.slurmray.platforms.SiteRequest;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.ClusterId;
import io.github.slurmray.ray.LaunchPlan;
import io.github.slurmray.ray.NodeShape;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.RayClusterSpec;
import io.github.slurmray.ray.RayTopology;
import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** From a spec and a platform to a plan: pure, and the only place that knows what the launch script's settings mean. */
public final class Planner {
    private static final Duration LONGEST_LEASE_CHECK = Duration.ofSeconds(10);

    private final RayClusterSpec spec;
    private final Platform platform;
    private final ClusterId id;
    private final String runDirectory;
    private final Optional<RayEnvironment> ray;
    private final NodeShape head;
    private final List<NodeShape> workers;
    private final NodeShape node;
    private final List<SiteRequest.Filled> offered = new ArrayList<>();
    private final List<SiteRequest.Filled> filled = new ArrayList<>();

    private Planner(RayClusterSpec spec, Platform platform, ClusterId id) {
        this.spec = spec;
        this.platform = platform;
        this.id = id;
        this.runDirectory = platform.runDirectory() + "/" + id;
        this.ray = spec.rayEnvironment().or(platform::defaultRay);
        RayTopology topology = spec.topology();
        this.head = resolve(topology.head().shape());
        this.workers = topology.workers().stream().map(w -> resolve(w.shape())).toList();
        this.node = workers.stream().reduce(head, NodeShape::largest);
    }

    /**
     * Makes the plan.
     *
     * @param spec what the cluster shall be
     * @param platform the site
     * @param id the cluster's id
     * @param vmIsManaged whether there is a connection to the VM, to install a key and read host keys
     * @param now when the job is to be submitted, as sites open and close
     * @return the plan
     */
    public static LaunchPlan plan(
            RayClusterSpec spec, Platform platform, ClusterId id, boolean vmIsManaged, Instant now) {
        Planner planner = new Planner(spec, platform, id);
        Optional<SiteRequest> worded =
                planner.word(planner.node, spec.topology().nodes());
        Optional<Memory> memory =
                worded.flatMap(SiteRequest::expectedMemoryPerNode).or(planner.node::memory);
        SbatchScript script = planner.script(worded, memory);
        List<Finding> findings = new ArrayList<>();
        worded.ifPresent(w -> w.findings().forEach(f -> findings.add(BuilderWords.with(f))));
        platform.check(script, now).forEach(f -> findings.add(BuilderWords.with(f)));
        findings.addAll(
                new PlanChecks(spec, platform, planner.ray, planner.partition(), planner.node, memory, vmIsManaged)
                        .findings());
        return new LaunchPlan(id, script, findings, planner.filled, planner.bill(script), planner.runDirectory);
    }

    private Bill bill(SbatchScript script) {
        return script.partition()
                .filter(platform.partitions()::containsKey)
                .map(p -> platform.estimate(script))
                .orElseGet(() -> new Bill.Unknown(
                        "the partition isn't known: name one that " + platform.name() + " is known to have, with"
                                + " partition(…)",
                        Set.of()));
    }

    /** The partition that is named, else the site's default. */
    private Optional<String> partition() {
        return spec.topology().partition().or(() -> platform.defaultPartition().map(Partition::name));
    }

    /** What a group's nodes are asked for once the site has said what goes with it. */
    private NodeShape resolve(NodeShape shape) {
        Optional<SiteRequest> worded = word(shape, 1);
        worded.ifPresent(w -> offered.addAll(w.filled()));
        OptionalLong cpus = worded.map(SiteRequest::cpusPerNode).orElse(OptionalLong.empty());
        return new NodeShape(
                OptionalInt.of(shape.cpus().orElse(Math.toIntExact(cpus.orElse(1)))),
                shape.gpus(),
                shape.memory().or(() -> worded.flatMap(SiteRequest::memoryPerNode)),
                shape.objectStore());
    }

    private Optional<SiteRequest> word(NodeShape shape, int nodes) {
        ResourceRequest.Builder request =
                ResourceRequest.builder().nodes(nodes).gpusPerNode(shape.gpus()).time(WallTime.of(spec.timeLimit()));
        shape.cpus().ifPresent(request::cpusPerNode);
        shape.memory().ifPresent(request::memoryPerNode);
        return partition().filter(platform.partitions()::containsKey).map(p -> platform.word(request.build(), p));
    }

    /**
     * Writes the job.
     *
     * @param worded the site's words for it, if the partition is known
     * @param memory what each node will have, as far as is known
     */
    private SbatchScript script(Optional<SiteRequest> worded, Optional<Memory> memory) {
        SbatchScript.Builder script = SbatchScript.builder().jobName(id.value());
        spec.account().ifPresent(script::account);
        worded.ifPresentOrElse(w -> w.apply(script), () -> unworded(script));
        platform.slurm().shebang().ifPresent(script::shebang);
        // a restarted job would find events and secrets of its first run, and the handle's tunnels lead nowhere
        SbatchScript all = script.output(runDirectory + "/logs/job.log")
                .requeue(false)
                .body(settings(memory))
                .build();
        worded.ifPresent(w -> fillFrom(w, all));
        return all;
    }

    /** Asks in Slurm's own general words, as nothing is known of the partition. */
    private void unworded(SbatchScript.Builder script) {
        partition().ifPresent(script::partition);
        script.nodes(spec.topology().nodes())
                .ntasksPerNode(1)
                .cpusPerTask(node.cpus().orElseThrow());
        node.memory().ifPresent(script::mem);
        if (node.gpus() > 0) {
            script.gres(Gres.gpu(node.gpus()));
        }
        script.time(WallTime.of(spec.timeLimit()));
    }

    /** Takes what the site filled in for the groups and the whole, as far as the script says it so. */
    private void fillFrom(SiteRequest worded, SbatchScript script) {
        if (spec.topology().partition().isEmpty()) {
            String name = worded.partition().name();
            filled.add(new SiteRequest.Filled(
                    "--partition", name, "the site's default", platform.sourceOf("/partitions/" + name + "/default")));
        }
        offered.addAll(worded.filled());
        offered.stream()
                .distinct()
                .filter(f -> script.directive(f.option().substring(2))
                        .filter(said -> List.of(said.split(",", -1)).contains(f.value()))
                        .isPresent())
                .forEach(filled::add);
    }

    private String settings(Optional<Memory> memory) {
        RayTopology topology = spec.topology();
        PortPlan ports = PortPlan.forCpus(node.cpus().orElseThrow());
        long lease = spec.lease().toSeconds();
        LaunchScript s = new LaunchScript()
                .comment("Ray cluster " + id + ": a head and " + (topology.nodes() - 1)
                        + " worker nodes. Made by slurmray; cancel it like any other job.")
                .set("run", runDirectory)
                .setExpanded("node_directory", platform.nodeDirectory())
                .set("interface", platform.networkInterface().orElse(""))
                .set("port_first", ports.first())
                .set("port_last", ports.last())
                .set("port_stride", ports.stride())
                .set("join_timeout", spec.joinTimeout().toSeconds())
                .set("lease", lease)
                .set("lease_check", Math.max(1, Math.min(lease / 4, LONGEST_LEASE_CHECK.toSeconds())))
                .set("setup", setup())
                .set("wrapper", ray.map(RayEnvironment::wrapper).orElse(List.of()))
                .set("head_flags", flags(head, memory))
                .set(
                        "worker_nodes",
                        topology.workers().stream()
                                .map(w -> Integer.toString(w.nodes()))
                                .toList())
                .set(
                        "worker_flags",
                        workers.stream().map(shape -> flags(shape, memory)).toList())
                .set("dashboard_open", dashboardOpen());
        Optional<CloudVm> vm = spec.publish().map(Publish::vm);
        return s.set("publish_host", vm.map(CloudVm::host).orElse(""))
                .set("publish_port", vm.map(v -> Integer.toString(v.sshPort())).orElse(""))
                .set("publish_user", vm.map(CloudVm::user).orElse(""))
                .set("publish_key", vm.flatMap(CloudVm::ownKey).orElse(""))
                .set("publish_bind", vm.map(CloudVm::bindAddress).orElse(""))
                .set("publish_listen", vm.map(v -> Integer.toString(v.port())).orElse(""))
                .body();
    }

    private List<String> setup() {
        List<String> lines = new ArrayList<>();
        ray.ifPresent(r -> {
            if (!r.setup().isEmpty()) {
                platform.moduleInit().ifPresent(init -> {
                    lines.add(init);
                    filled.add(new SiteRequest.Filled(
                            "setup", init, "defines module in the job's shell", platform.sourceOf("/modules/init")));
                });
            }
            lines.addAll(r.setup());
            r.virtualEnvironment().ifPresent(v -> lines.add("source " + Shell.quote(v + "/bin/activate")));
        });
        if (spec.rayEnvironment().isEmpty()) {
            platform.defaultRayEnvironment()
                    .ifPresent(name -> filled.add(new SiteRequest.Filled(
                            "rayEnvironment",
                            name,
                            "the default of the site's file",
                            platform.sourceOf("/defaultRayEnvironment"))));
        }
        return lines;
    }

    private static String flags(NodeShape asked, Optional<Memory> memory) {
        // the job asks for one amount of memory on every node, so a group that says none has it too
        NodeShape shape = asked.memory().isPresent()
                ? asked
                : new NodeShape(asked.cpus(), asked.gpus(), memory, Optional.empty());
        StringBuilder flags = new StringBuilder(String.format(
                Locale.ROOT, "--num-cpus=%d --num-gpus=%d", shape.cpus().orElseThrow(), shape.gpus()));
        RayMemory.of(shape)
                .ifPresent(m -> flags.append(String.format(
                        Locale.ROOT, " --memory=%d --object-store-memory=%d", m.tasks(), m.objectStore())));
        return flags.toString();
    }

    // never: only loopback; guarded: the node's address if a token guards it; always: the user allowed it without one
    private String dashboardOpen() {
        if (!platform.reach(Reach.LOGIN_FORWARD).orElse(true)) {
            return "never";
        }
        return spec.openPortAllowed() ? "always" : "guarded";
    }
}
