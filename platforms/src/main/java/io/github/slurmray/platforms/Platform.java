package io.github.slurmray.platforms;

import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A site: what is known of its partitions, its shells and modules, its network and the Rays on it.
 *
 * <p>Immutable, read from a file by {@link Platforms}. What isn't known is empty, and no rule guesses it.
 */
public final class Platform {
    /** Where run directories are if a site names no other place: below the home directory. */
    public static final String DEFAULT_RUN_DIRECTORY = ".slurmray";

    /** The time between two looks at the queue if a site names none: five seconds. */
    public static final Duration DEFAULT_POLL_FLOOR = Duration.ofSeconds(5);

    private final String name;
    private final Map<String, Partition> partitions;
    private final Optional<String> moduleInit;
    private final Optional<String> networkInterface;
    private final String runDirectory;
    private final Duration pollFloor;
    private final Set<Reach> reaches;
    private final Map<String, RayEnvironment> rayEnvironments;
    private final Optional<String> defaultRayEnvironment;

    /** Takes what {@link PlatformFile} has checked. */
    Platform(
            String name,
            Map<String, Partition> partitions,
            Optional<String> moduleInit,
            Optional<String> networkInterface,
            String runDirectory,
            Duration pollFloor,
            Set<Reach> reaches,
            Map<String, RayEnvironment> rayEnvironments,
            Optional<String> defaultRayEnvironment) {
        this.name = name;
        this.partitions = Map.copyOf(partitions);
        this.moduleInit = moduleInit;
        this.networkInterface = networkInterface;
        this.runDirectory = runDirectory;
        this.pollFloor = pollFloor;
        this.reaches = Set.copyOf(reaches);
        this.rayEnvironments = Map.copyOf(rayEnvironments);
        this.defaultRayEnvironment = defaultRayEnvironment;
    }

    /**
     * Returns the site's name.
     *
     * @return such as {@code lab}
     */
    public String name() {
        return name;
    }

    /**
     * Returns the site's partitions.
     *
     * @return by name; empty if they aren't known, and then no rule about them applies
     */
    public Map<String, Partition> partitions() {
        return partitions;
    }

    /**
     * Returns the line of shell that defines {@code module} in a shell that isn't a login shell. It runs before a Ray
     * environment's setup lines.
     *
     * @return empty if nothing is needed
     */
    public Optional<String> moduleInit() {
        return moduleInit;
    }

    /**
     * Returns the network interface by which compute nodes reach each other.
     *
     * @return such as {@code hsn0}; empty if the job finds it by routing
     */
    public Optional<String> networkInterface() {
        return networkInterface;
    }

    /**
     * Returns the directory that holds the clusters' run directories.
     *
     * @return absolute, or below the home directory; {@value #DEFAULT_RUN_DIRECTORY} by default
     */
    public String runDirectory() {
        return runDirectory;
    }

    /**
     * Returns the shortest time between two looks at the queue.
     *
     * @return {@link #DEFAULT_POLL_FLOOR} by default
     */
    public Duration pollFloor() {
        return pollFloor;
    }

    /**
     * Returns the ways from outside to a port on a compute node.
     *
     * @return empty if there is none
     */
    public Set<Reach> reaches() {
        return reaches;
    }

    /**
     * Returns the Rays that the site offers.
     *
     * @return by name; empty if the user has to bring one
     */
    public Map<String, RayEnvironment> rayEnvironments() {
        return rayEnvironments;
    }

    /**
     * Returns the name of the Ray environment to take if nothing is said.
     *
     * @return one of {@link #rayEnvironments()}; empty if the site has no default
     */
    public Optional<String> defaultRayEnvironment() {
        return defaultRayEnvironment;
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
     * Holds a script against what is known of the site. Where a script names several partitions, one that takes the
     * request is enough.
     *
     * <p>The rules: {@code partition-missing}, {@code partition-unknown}, {@code partition-time},
     * {@code partition-nodes}, {@code node-cpus}, {@code node-memory} and {@code node-gpus}.
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
        List<String> names = List.of(asked.get().split(",", -1));
        List<String> unknown =
                names.stream().filter(n -> !partitions.containsKey(n)).toList();
        if (!unknown.isEmpty()) {
            return List.of(Finding.error(
                    "partition-unknown",
                    "--partition=" + asked.get() + ": " + name + " has no partition '" + String.join("', '", unknown)
                            + "'; it has " + sorted(partitions.keySet())));
        }
        List<Finding> findings = new ArrayList<>();
        for (Partition partition : partitions.values()) {
            if (names.contains(partition.name())) {
                List<Finding> against = RULES.stream()
                        .flatMap(r -> r.check(this, partition, script).stream())
                        .toList();
                if (against.isEmpty()) {
                    return List.of();
                }
                findings.addAll(against);
            }
        }
        return List.copyOf(findings);
    }

    private static final List<Rule<?>> RULES = List.of(
            new Rule<>("partition-time", "--time", SbatchScript::time, "allows", Partition::maxTime),
            new Rule<>("partition-nodes", "--nodes", s -> count(s.nodes()), "allows", p -> count(p.maxNodes())),
            new Rule<>(
                    "node-cpus",
                    "--cpus-per-task × --ntasks-per-node",
                    Platform::cpus,
                    "has",
                    p -> count(p.cpusPerNode())),
            new Rule<>("node-memory", "--mem", SbatchScript::mem, "gives", Partition::memoryPerNode),
            new Rule<>("node-gpus", "--gres", Platform::gpus, "has", p -> count(p.gpusPerNode())));

    private static Optional<Long> count(OptionalInt n) {
        return n.isPresent() ? Optional.of((long) n.getAsInt()) : Optional.empty();
    }

    private static Optional<Long> cpus(SbatchScript script) {
        return count(script.cpusPerTask())
                .map(perTask -> perTask * script.ntasksPerNode().orElse(1));
    }

    private static Optional<Long> gpus(SbatchScript script) {
        return script.gres().stream()
                .filter(g -> g.name().equals("gpu"))
                .map(Gres::count)
                .reduce(Long::sum);
    }

    /** That what a script asks for isn't more than a partition has. */
    private record Rule<T extends Comparable<T>>(
            String name,
            String option,
            Function<SbatchScript, Optional<T>> asked,
            String verb,
            Function<Partition, Optional<T>> limit) {
        Optional<Finding> check(Platform site, Partition partition, SbatchScript script) {
            Optional<T> value = asked.apply(script);
            Optional<T> most = limit.apply(partition);
            if (value.isEmpty() || most.isEmpty() || value.get().compareTo(most.get()) <= 0) {
                return Optional.empty();
            }
            String where = name.startsWith("node-") ? "a node of partition " : "partition ";
            return Optional.of(Finding.error(
                    name,
                    option + "=" + value.get() + ": " + where + partition.name() + " " + verb + " at most " + most.get()
                            + "; " + fitting(site, value.get())));
        }

        private String fitting(Platform site, T value) {
            List<String> names = site.partitions.values().stream()
                    .filter(p ->
                            limit.apply(p).filter(l -> l.compareTo(value) >= 0).isPresent())
                    .map(Partition::name)
                    .sorted()
                    .toList();
            return names.isEmpty()
                    ? "no partition of " + site.name + " is known to take it"
                    : "this fits in " + String.join(", ", names);
        }
    }

    private static String sorted(Collection<String> names) {
        return names.stream().sorted().collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return "platform " + name;
    }
}
