package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.Shell;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.platforms.Architecture;
import io.github.slurmray.platforms.Bill;
import io.github.slurmray.platforms.Finding;
import io.github.slurmray.platforms.NodeType;
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
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
    private final List<Finding> wording = new ArrayList<>();

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
        SbatchScript script = planner.script();
        List<Finding> findings = new ArrayList<>();
        planner.wording.forEach(f -> findings.add(BuilderWords.with(f)));
        platform.check(script, now).forEach(f -> findings.add(BuilderWords.with(f)));
        planner.checkMemory(findings);
        planner.checkJoinTimeout(findings);
        planner.checkRay(findings);
        planner.checkPublish(vmIsManaged, findings);
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

    private SbatchScript script() {
        RayTopology topology = spec.topology();
        SbatchScript.Builder script = SbatchScript.builder().jobName(id.value());
        spec.account().ifPresent(script::account);
        Optional<SiteRequest> worded = word(node, topology.nodes());
        if (worded.isPresent()) {
            worded.get().apply(script);
            wording.addAll(worded.get().findings());
        } else {
            unworded(script);
        }
        platform.slurm().shebang().ifPresent(script::shebang);
        // a restarted job would find events and secrets of its first run, and the handle's tunnels lead nowhere
        SbatchScript all = script.output(runDirectory + "/logs/job.log")
                .requeue(false)
                .body(settings(worded.flatMap(SiteRequest::expectedMemoryPerNode)))
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

    private String settings(Optional<Memory> expected) {
        RayTopology topology = spec.topology();
        Optional<Memory> memory = expected.or(node::memory);
        PortPlan ports = PortPlan.forCpus(node.cpus().orElseThrow());
        long lease = spec.lease().toSeconds();
        LaunchScript s = new LaunchScript()
                .comment("Ray cluster " + id + ": a head and " + (topology.nodes() - 1)
                        + " worker nodes. Made by slurmray; cancel it like any other job.")
                .set("run", runDirectory)
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

    private void checkRay(List<Finding> findings) {
        if (ray.isEmpty()) {
            findings.add(Finding.error(
                    "ray-missing",
                    "platform " + platform.name() + " offers no Ray of its own: say where Ray comes from with"
                            + " rayEnvironment(RayEnvironment.builder()…)"));
            return;
        }
        checkEnvironment(ray.get(), findings);
        if (ray.get().runtime().equals(Optional.of(RayEnvironment.ContainerRuntime.PYXIS))) {
            findings.add(Finding.error(
                    "ray-runtime",
                    "containers that srun makes (Pyxis) aren't supported yet: bring a Ray that starts without one with"
                            + " rayEnvironment(…)"));
        }
        boolean tokens = ray.get().supportsTokens().orElse(true);
        if (!tokens) {
            findings.add(Finding.warning(
                    "ray-open",
                    "Ray " + ray.get().rayVersion().orElseThrow()
                            + " has no tokens (they came with 2.52): whoever reaches its ports on the cluster's network"
                            + " can run code as you. Prefer a newer Ray where the site has one"));
        }
        if (spec.publish().isPresent()) {
            return;
        }
        Optional<Boolean> forward = platform.reach(Reach.LOGIN_FORWARD);
        if (forward.isEmpty()) {
            findings.add(Finding.warning(
                    "way-in-unknown",
                    "it isn't known whether the login nodes of " + platform.name()
                            + " forward to compute nodes; it will be tried"));
        }
        if (!forward.orElse(true)) {
            findings.add(Finding.error(
                    "no-way-in",
                    "the login nodes of " + platform.name()
                            + " forward nothing to compute nodes, so no tunnel reaches the dashboard: publish it to a"
                            + " cloud VM"));
        } else if (!tokens && !spec.openPortAllowed()) {
            findings.add(Finding.error(
                    "no-way-in",
                    "without tokens the dashboard stays on the head's loopback, where no tunnel from the login node"
                            + " reaches it: publish it to a cloud VM, or accept an open port with allowOpenPort()"));
        }
    }

    private void checkMemory(List<Finding> findings) {
        Optional<Memory> memory = node.memory()
                .or(() -> word(spec.topology().largestShape(), spec.topology().nodes())
                        .flatMap(SiteRequest::expectedMemoryPerNode));
        if (memory.isPresent()) {
            RayMemory.tooLittle(memory.get()).ifPresent(findings::add);
            return;
        }
        findings.add(Finding.warning(
                "memory-unsaid",
                "no group says memory(…), so Slurm gives each node what it gives to jobs that don't say"
                        + defaultMemory().map(m -> ", here " + m).orElse(", which may be less than Ray needs to start")
                        + ", while Ray counts on all that the node has; say at least memory("
                        + RayMemory.LEAST + ")"));
    }

    private Optional<Memory> defaultMemory() {
        return partition()
                .map(platform.partitions()::get)
                .flatMap(p -> p.memory().defaultPerCpu())
                .map(m -> new Memory(
                        Math.multiplyExact(m.bytes(), (long) node.cpus().orElse(1))));
    }

    private void checkJoinTimeout(List<Finding> findings) {
        if (spec.joinTimeout().compareTo(spec.timeLimit()) >= 0) {
            findings.add(Finding.warning(
                    "join-timeout",
                    "joinTimeout(…) is " + WallTime.of(spec.joinTimeout())
                            + (spec.joinTimeout().equals(RayClusterSpec.DEFAULT_JOIN_TIMEOUT) ? ", as by default" : "")
                            + ", and timeLimit(…) only " + WallTime.of(spec.timeLimit())
                            + ": a job whose nodes don't all join runs into its time limit, which tells no cause; take a"
                            + " shorter joinTimeout(…) or a longer timeLimit(…)"));
        }
    }

    private void checkEnvironment(RayEnvironment environment, List<Finding> findings) {
        String what = "the Ray environment (" + String.join("; ", environment.setup()) + ")";
        String note = environment.note().map(n -> ". " + n).orElse("");
        if (!environment.hasRay().orElse(true)) {
            findings.add(Finding.error("ray-missing", what + " has no Ray" + note));
        } else if (environment.hasRay().isEmpty()) {
            findings.add(Finding.warning(
                    "ray-unknown",
                    "whether " + what + " has Ray isn't known, and without it the job fails at once; if you know, say"
                            + " hasRay or rayVersion in the site's file" + note));
        }
        if (environment.runtime().isEmpty()) {
            findings.add(Finding.warning(
                    "ray-runtime-unknown",
                    "how commands run in " + what + " isn't known, so Ray is started "
                            + (environment.wrapper().isEmpty()
                                    ? "as a plain command"
                                    : "behind '" + String.join(" ", environment.wrapper()) + "'")
                            + "; if you know, say runtime in the site's file" + note));
        }
        if (spec.topology().nodes() > 1 && !environment.fastNetwork().orElse(true)) {
            findings.add(Finding.warning(
                    "ray-slow-network",
                    what + " doesn't use the site's fast network, and the cluster has "
                            + spec.topology().nodes() + " nodes" + note));
        }
        Set<Architecture> nodes = architectures();
        environment
                .architecture()
                .filter(a -> !nodes.isEmpty() && !nodes.contains(a))
                .ifPresent(a -> findings.add(Finding.error(
                        "ray-architecture",
                        what + " is for " + a + ", but the nodes"
                                + partition().map(p -> " of partition " + p).orElse("") + " are "
                                + nodes)));
    }

    /** The architectures that the job's nodes may have; empty if one of them isn't known. */
    private Set<Architecture> architectures() {
        Collection<NodeType> types = partition()
                .filter(platform.partitions()::containsKey)
                .map(p -> (Collection<NodeType>) platform.partition(p).nodeTypes())
                .orElse(platform.nodeTypes().values());
        return types.stream().allMatch(t -> t.architecture().isPresent())
                ? types.stream().map(t -> t.architecture().orElseThrow()).collect(Collectors.toCollection(TreeSet::new))
                : Set.of();
    }

    private void checkPublish(boolean vmIsManaged, List<Finding> findings) {
        if (spec.publish().isEmpty()) {
            return;
        }
        CloudVm vm = spec.publish().get().vm();
        Optional<Boolean> outward = platform.reach(Reach.REVERSE_FORWARD);
        if (outward.isEmpty()) {
            findings.add(Finding.warning(
                    "reverse-forward-unknown",
                    "publish(" + vm.host() + "): it isn't known whether jobs on " + platform.name()
                            + " can open connections to the outside; it will be tried"));
        }
        if (!outward.orElse(true)) {
            findings.add(Finding.error(
                    "no-reverse-forward",
                    "publish(" + vm.host() + "): jobs on " + platform.name()
                            + " can't open connections to the outside"));
        }
        platform.checkService(vm.bindAddress()).ifPresent(findings::add);
        checkPublishedOpenly(vm, findings);
        if (!vmIsManaged && vm.ownKey().isEmpty()) {
            findings.add(
                    Finding.error(
                            "publish-key",
                            "publish(" + vm.host()
                                    + "): give the connection that installs the cluster's ephemeral key with"
                                    + " vmHost(…), or name a key of your own on the site with CloudVm.builder(…).ownKey(path)"));
        }
        if (!vmIsManaged && vm.hostKeys().isEmpty()) {
            findings.add(Finding.error(
                    "publish-host-key",
                    "publish(" + vm.host()
                            + "): compute nodes must be able to verify the VM: give its public host key with"
                            + " CloudVm.builder(…).hostKey(…), or a connection to read it from with vmHost(…)"));
        }
    }

    private void checkPublishedOpenly(CloudVm vm, List<Finding> findings) {
        Optional<Boolean> tokens = ray.flatMap(RayEnvironment::supportsTokens);
        if (vm.listensOnLoopback() || tokens.orElse(false)) {
            return;
        }
        String place = vm.bindAddress() + ":" + vm.port();
        String who = "whoever reaches " + place + " can run code as you at the site";
        String version =
                ray.flatMap(RayEnvironment::rayVersion).map(v -> "Ray " + v).orElse("this Ray");
        findings.add(Finding.warning(
                "publish-open",
                "publish(" + vm.host() + "): "
                        + (tokens.isPresent()
                                ? version + " has no tokens (they came with 2.52), so " + who
                                : "if the Ray is older than 2.52, it has no tokens, and " + who)
                        + ". Leave privateAddress(…) out, so that it listens on the VM's loopback only, or let a firewall"
                        + " on the VM guard the port"
                        + (tokens.isPresent() ? "" : "; if it is newer, say so with rayVersion(…)")));
    }
}
