package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.platforms.Architecture;
import io.github.slurmray.platforms.Finding;
import io.github.slurmray.platforms.NodeType;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.platforms.Reach;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.NodeShape;
import io.github.slurmray.ray.RayClusterSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What stands against a plan beyond what the site's own rules say of its job: of memory, of time, of Ray and the way to
 * it, and of publishing. Pure; used once.
 */
final class PlanChecks {
    private final RayClusterSpec spec;
    private final Platform platform;
    private final Optional<RayEnvironment> ray;
    private final Optional<String> partition;
    private final NodeShape node;
    private final Optional<Memory> memory;
    private final boolean vmIsManaged;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * Creates the checks.
     *
     * @param spec what the cluster shall be
     * @param platform the site
     * @param ray where Ray comes from, if that is known
     * @param partition the partition that is asked for, if one is
     * @param node what is asked for on each node
     * @param memory what each node will have, as far as is known
     * @param vmIsManaged whether there is a connection to the VM, to install a key and read host keys
     */
    PlanChecks(
            RayClusterSpec spec,
            Platform platform,
            Optional<RayEnvironment> ray,
            Optional<String> partition,
            NodeShape node,
            Optional<Memory> memory,
            boolean vmIsManaged) {
        this.spec = spec;
        this.platform = platform;
        this.ray = ray;
        this.partition = partition;
        this.node = node;
        this.memory = memory;
        this.vmIsManaged = vmIsManaged;
    }

    List<Finding> findings() {
        checkMemory();
        checkJoinTimeout();
        checkRay();
        checkPublish();
        return findings;
    }

    private void checkRay() {
        if (ray.isEmpty()) {
            findings.add(Finding.error(
                    "ray-missing",
                    "platform " + platform.name() + " offers no Ray of its own: say where Ray comes from with"
                            + " rayEnvironment(RayEnvironment.builder()…)"));
            return;
        }
        checkEnvironment(ray.get());
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

    private void checkMemory() {
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
        return partition
                .map(platform.partitions()::get)
                .flatMap(p -> p.memory().defaultPerCpu())
                .map(m -> new Memory(
                        Math.multiplyExact(m.bytes(), (long) node.cpus().orElse(1))));
    }

    private void checkJoinTimeout() {
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

    private void checkEnvironment(RayEnvironment environment) {
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
                                + partition.map(p -> " of partition " + p).orElse("") + " are "
                                + nodes)));
    }

    /** The architectures that the job's nodes may have; empty if one of them isn't known. */
    private Set<Architecture> architectures() {
        Collection<NodeType> types = partition
                .filter(platform.partitions()::containsKey)
                .map(p -> (Collection<NodeType>) platform.partition(p).nodeTypes())
                .orElse(platform.nodeTypes().values());
        return types.stream().allMatch(t -> t.architecture().isPresent())
                ? types.stream().map(t -> t.architecture().orElseThrow()).collect(Collectors.toCollection(TreeSet::new))
                : Set.of();
    }

    private void checkPublish() {
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
        checkPublishedOpenly(vm);
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

    private void checkPublishedOpenly(CloudVm vm) {
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
