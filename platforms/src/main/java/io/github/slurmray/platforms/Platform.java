package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A site: what is known of its partitions, its shells and modules, its network and the Rays on it.
 *
 * <p>Immutable data, read from a file by {@link Platforms}. What isn't known is empty.
 *
 * @param name the site's name
 * @param partitions its partitions, by name
 * @param moduleInit the shell line that defines {@code module} in a shell that isn't a login shell
 * @param networkInterface the network interface by which compute nodes reach each other; empty: it is found by routing
 * @param runDirectory the directory that holds the clusters' run directories, absolute or below the home directory
 * @param pollFloor the shortest time between two looks at the queue
 * @param reaches the ways from outside to a port on a compute node
 * @param rayEnvironments the Rays that the site offers, by name
 * @param defaultRayEnvironment the name of the one to take if nothing is said
 */
public record Platform(
        String name,
        Map<String, Partition> partitions,
        Optional<String> moduleInit,
        Optional<String> networkInterface,
        String runDirectory,
        Duration pollFloor,
        Set<Reach> reaches,
        Map<String, RayEnvironment> rayEnvironments,
        Optional<String> defaultRayEnvironment) {
    /** Where run directories are if a site names no other place: below the home directory. */
    public static final String DEFAULT_RUN_DIRECTORY = ".slurmray";

    /** The time between two looks at the queue if a site names none. */
    public static final Duration DEFAULT_POLL_FLOOR = Duration.ofSeconds(5);

    /**
     * Checks and copies the parts.
     *
     * @throws IllegalArgumentException if the default Ray environment isn't among the Ray environments
     */
    public Platform {
        Objects.requireNonNull(name, "name");
        partitions = Map.copyOf(partitions);
        Objects.requireNonNull(moduleInit, "moduleInit");
        Objects.requireNonNull(networkInterface, "networkInterface");
        Objects.requireNonNull(runDirectory, "runDirectory");
        Objects.requireNonNull(pollFloor, "pollFloor");
        reaches = Set.copyOf(reaches);
        rayEnvironments = Map.copyOf(rayEnvironments);
        Collection<String> known = rayEnvironments.keySet();
        if (!defaultRayEnvironment.map(known::contains).orElse(true)) {
            throw new IllegalArgumentException("the default Ray environment '" + defaultRayEnvironment.orElseThrow()
                    + "' is none of " + sorted(known));
        }
    }

    /**
     * Returns a Ray environment by its name.
     *
     * @param environment such as {@code pytorch/2.5}
     * @return the environment
     * @throws IllegalArgumentException if the site has none of that name; the message says which it has
     */
    public RayEnvironment rayEnvironment(String environment) {
        RayEnvironment found = rayEnvironments.get(environment);
        if (found == null) {
            throw new IllegalArgumentException("platform " + name + " has no Ray environment '" + environment
                    + "'; it has " + sorted(rayEnvironments.keySet()));
        }
        return found;
    }

    /**
     * Returns the Ray environment to take if nothing is said.
     *
     * @return empty if the site has none, so that the user has to bring one
     */
    public Optional<RayEnvironment> defaultRay() {
        return defaultRayEnvironment.map(this::rayEnvironment);
    }

    /**
     * Holds a script against what is known of the site.
     *
     * @param script the script
     * @return what the site would refuse, or never run; empty if nothing is known against it
     */
    public List<Finding> check(SbatchScript script) {
        if (partitions.isEmpty()) {
            return List.of();
        }
        Optional<String> asked = script.partition();
        if (asked.isEmpty()) {
            return List.of(Finding.error(
                    "partition-missing",
                    "no partition is named, and " + name + " has no default; it has " + sorted(partitions.keySet())));
        }
        Partition partition = partitions.get(asked.get());
        if (partition == null) {
            return List.of(Finding.error(
                    "partition-unknown",
                    "--partition=" + asked.get() + ": " + name + " has no such partition; it has "
                            + sorted(partitions.keySet())));
        }
        List<Finding> findings = new ArrayList<>();
        checkTime(partition, script.time(), findings);
        checkCount(partition, "partition-nodes", "--nodes", script.nodes(), Partition::maxNodes, findings);
        checkCount(
                partition, "node-cpus", "CPUs of a node (--cpus-per-task × --ntasks-per-node)", cpus(script),
                Partition::cpusPerNode, findings);
        checkMemory(partition, script.mem(), findings);
        return List.copyOf(findings);
    }

    private static OptionalInt cpus(SbatchScript script) {
        OptionalInt perTask = script.cpusPerTask();
        return perTask.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(Math.multiplyExact(
                        perTask.getAsInt(), script.ntasksPerNode().orElse(1)));
    }

    private void checkTime(Partition partition, Optional<WallTime> asked, List<Finding> findings) {
        Optional<WallTime> limit = partition.maxTime();
        if (asked.isPresent() && limit.isPresent() && asked.get().compareTo(limit.get()) > 0) {
            findings.add(Finding.error(
                    "partition-time",
                    "--time=" + asked.get() + ": partition " + partition.name() + " allows at most " + limit.get()
                            + others(p -> p.maxTime().filter(t -> t.compareTo(asked.get()) >= 0).isPresent())));
        }
    }

    private void checkMemory(Partition partition, Optional<Memory> asked, List<Finding> findings) {
        Optional<Memory> limit = partition.memoryPerNode();
        if (asked.isPresent() && limit.isPresent() && asked.get().compareTo(limit.get()) > 0) {
            findings.add(Finding.error(
                    "node-memory",
                    "--mem=" + asked.get() + ": a node of partition " + partition.name() + " gives at most "
                            + limit.get()
                            + others(p -> p.memoryPerNode().filter(m -> m.compareTo(asked.get()) >= 0).isPresent())));
        }
    }

    private void checkCount(
            Partition partition,
            String rule,
            String option,
            OptionalInt asked,
            java.util.function.Function<Partition, OptionalInt> limitOf,
            List<Finding> findings) {
        OptionalInt limit = limitOf.apply(partition);
        if (asked.isPresent() && limit.isPresent() && asked.getAsInt() > limit.getAsInt()) {
            int n = asked.getAsInt();
            findings.add(Finding.error(
                    rule,
                    option + "=" + n + ": partition " + partition.name() + " allows at most " + limit.getAsInt()
                            + others(p -> limitOf.apply(p).orElse(0) >= n)));
        }
    }

    private String others(Predicate<Partition> fits) {
        List<String> names = partitions.values().stream()
                .filter(fits)
                .map(Partition::name)
                .sorted()
                .toList();
        return names.isEmpty() ? "; no partition of " + name + " allows it" : "; allowed in " + String.join(", ", names);
    }

    private static String sorted(Collection<String> names) {
        return names.stream().sorted().collect(Collectors.joining(", "));
    }
}
