package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.slurm.AccountingRow;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A site: what is known of its partitions, nodes and limits, its logins, shells and modules, its network and the Rays
 * on it.
 *
 * <p>Immutable, read from a file by {@link Platforms}. What isn't known is empty, and no rule guesses it. Each fact
 * keeps where it comes from: {@link #sourceOf}.
 */
public final class Platform {
    /** Where run directories are if a site names no other place: below the home directory. */
    public static final String DEFAULT_RUN_DIRECTORY = ".slurmray";

    /** Where Ray's own files go on the nodes of a site that doesn't say. */
    public static final String DEFAULT_NODE_DIRECTORY = "/tmp";

    /** The time between two looks at the queue if a site names none: five seconds. */
    public static final Duration DEFAULT_POLL_FLOOR = Duration.ofSeconds(5);

    private final SiteFacts facts;
    private final Set<String> granted;
    private final boolean evenIfClosed;
    private final String name;
    private final Optional<String> title;
    private final Optional<String> about;
    private final Optional<LocalDate> asOf;
    private final LifeSpan lifeSpan;
    private final SiteSlurm slurm;
    private final Map<String, LoginGroup> logins;
    private final Map<String, String> hostKeys;
    private final KeyRules keys;
    private final List<String> refusedMacs;
    private final Map<Reach, Boolean> reaches;
    private final Optional<String> networkInterface;
    private final Map<String, NodeType> nodeTypes;
    private final Map<String, Partition> partitions;
    private final Optional<String> moduleInit;
    private final Map<String, RayEnvironment> rayEnvironments;
    private final Optional<String> defaultRayEnvironment;
    private final String runDirectory;
    private final String nodeDirectory;
    private final Map<String, StorageArea> storage;
    private final OutwardAddresses outward;
    private final Billing billing;
    private final List<BillingSample> billingSamples;
    private final Policies policies;
    private final SiteCommands commands;
    private final List<String> unknown;
    private final List<String> contradictions;

    /** Reads a site. */
    Platform(SiteFacts facts) {
        this(facts, Set.of(), false);
    }

    private Platform(SiteFacts facts, Set<String> granted, boolean evenIfClosed) {
        Section s = facts.root();
        this.facts = facts;
        this.granted = Set.copyOf(granted);
        this.evenIfClosed = evenIfClosed;
        this.name = s.line("name", "a name").orElseThrow(() -> s.bad("name", "a name", null));
        this.title = s.line("title", "a name");
        this.about = s.text("about");
        this.asOf = s.value("asOf", "a day such as 2026-08-21", LocalDate::parse);
        this.lifeSpan = new LifeSpan(s.part("lifeSpan"));
        this.slurm = new SiteSlurm(s.part("slurm"));
        this.logins = s.each("logins", LoginGroup::new);
        this.hostKeys = hostKeys(s);
        this.keys = new KeyRules(s.part("keys"));
        this.refusedMacs = s.part("sshd").texts("refusedMacs");
        this.reaches = reaches(s.part("reaches"));
        this.networkInterface = s.part("network").name("interface", "an interface such as eth0");
        this.nodeTypes = s.eachNamed("nodeTypes", NodeType::new);
        this.partitions = s.eachNamed("partitions", (key, p) -> new Partition(key, p, nodeTypes));
        this.moduleInit = s.part("modules").line("init", "a command of bash");
        this.rayEnvironments = s.each("rayEnvironments", (key, r) -> RayEnvironment.read(r));
        this.defaultRayEnvironment = s.oneOf("defaultRayEnvironment", "rayEnvironments", rayEnvironments)
                .map(environment -> s.text("defaultRayEnvironment").orElseThrow());
        // the shell doesn't expand it, and sbatch reads % and \ in the name of its log
        this.runDirectory = s.matching(
                        "runDirectory",
                        "a directory, absolute or below the home directory, without ~ $ % \\ and ..",
                        "(?!(.*/)?\\.\\.(/.*)?$)(?=\\S)[^\\p{C}\\p{Zl}\\p{Zp}~$%\\\\]*(?<=\\S)")
                .orElse(DEFAULT_RUN_DIRECTORY);
        // it stands between double quotes in the job's script
        this.nodeDirectory = s.matching(
                        "nodeDirectory",
                        "an absolute directory of letters, digits and _-./ that may begin with a variable such as $TMPDIR",
                        "(\\$[A-Za-z_][A-Za-z0-9_]*)?(/[A-Za-z0-9_.-]+)*(?<=.)")
                .orElse(DEFAULT_NODE_DIRECTORY);
        this.storage = s.each("storage", StorageArea::new);
        this.outward = outward(s.part("outward"));
        this.billing = Billing.read(s.part("billing"), partitions.keySet(), this::isForgotten);
        this.billingSamples = s.part("billing").list("samples", BillingSample::read);
        this.policies = new Policies(s.part("policies"));
        this.commands = SiteCommands.read(s.part("commands"));
        this.unknown = s.texts("unknown");
        this.contradictions = s.texts("contradictions");
        s.parts("partitions").values().forEach(p -> p.oneOf("login", "logins", logins));
        readForTheDocuments(s);
        s.refuseUnknownKeys();
        Contradictions.refuse(s, nodeTypes);
    }

    private static Map<String, String> hostKeys(Section s) {
        Map<String, String> keys = s.textsByKey("hostKeys");
        keys.keySet()
                .forEach(type -> s.part("hostKeys")
                        .matching(type, "a fingerprint such as SHA256:… with 43 letters", "SHA256:[A-Za-z0-9+/]{43}"));
        return keys;
    }

    private static Map<Reach, Boolean> reaches(Section s) {
        Map<Reach, Boolean> reaches = new EnumMap<>(Reach.class);
        Stream.of(Reach.values()).forEach(r -> s.flag(r.name()).ifPresent(f -> reaches.put(r, f)));
        return Collections.unmodifiableMap(reaches);
    }

    private OutwardAddresses outward(Section s) {
        String expected = "networks such as 192.0.2.0/24";
        s.text("note");
        return new OutwardAddresses(
                name,
                s.values("all", expected, Cidr::parse),
                s.values("compute", expected, Cidr::parse),
                s.values("login", expected, Cidr::parse),
                s.values("web", expected, Cidr::parse));
    }

    private boolean isForgotten(String partition) {
        return facts.isForgotten(SiteFacts.below("/partitions", partition));
    }

    /** Facts that only the pages of the documentation show. */
    private static void readForTheDocuments(Section s) {
        s.text("$schema");
        s.part("sshd").text("note");
        s.part("network").text("fabric");
        s.part("network").flag("internet");
        s.part("network").text("note");
        s.part("modules").text("system");
        s.part("modules").text("note");
        Section api = s.part("restApi");
        Stream.of("kind", "base", "note").forEach(api::text);
    }

    /**
     * Returns this site with the user's word that they may use partitions that aren't open to everybody.
     *
     * @param names of such partitions
     * @return a site like this one, for which {@link #check} doesn't refuse them
     * @throws IllegalArgumentException if there is no such partition
     */
    public Platform withAccessTo(String... names) {
        Set<String> all = new TreeSet<>(granted);
        for (String partition : names) {
            all.add(partition(partition).name());
        }
        return new Platform(facts, all, evenIfClosed);
    }

    /**
     * Returns this site with the user's word that a launch be tried even if the site is closed by what is known here.
     *
     * @return a site like this one, for which {@link #check} only warns of that
     */
    public Platform evenIfClosed() {
        return new Platform(facts, granted, true);
    }

    boolean hasAccessTo(Partition partition) {
        return granted.contains(partition.name());
    }

    boolean isTriedEvenIfClosed() {
        return evenIfClosed;
    }

    /**
     * Returns the site's name.
     *
     * @return such as {@code csc-roihu-gpu}
     */
    public String name() {
        return name;
    }

    /**
     * Returns the site's full name.
     *
     * @return {@link #name()} if it has no other
     */
    public String title() {
        return title.orElse(name);
    }

    /**
     * Returns what the site is.
     *
     * @return a sentence or two; empty if the file has none
     */
    public Optional<String> about() {
        return about;
    }

    /**
     * Returns the day up to which the facts go: that of the newest change in the copy of the site's documentation that
     * they were read from. What comes from elsewhere has a day of its own: {@link #sourceOf}.
     *
     * @return empty if the file doesn't say
     */
    public Optional<LocalDate> asOf() {
        return asOf;
    }

    /**
     * Returns when the site takes jobs.
     *
     * @return whose parts are empty as far as nothing is known
     */
    public LifeSpan lifeSpan() {
        return lifeSpan;
    }

    /**
     * Returns what is known of its Slurm.
     *
     * @return whose parts are empty as far as nothing is known
     */
    public SiteSlurm slurm() {
        return slurm;
    }

    /**
     * Returns the groups of login nodes. The nodes of one group can stand in for one another.
     *
     * @return by name; empty if they aren't known
     */
    public Map<String, LoginGroup> logins() {
        return logins;
    }

    /**
     * Returns the fingerprints of the login nodes' host keys that the site publishes.
     *
     * @return by type, such as {@code ed25519}, in OpenSSH's form {@code SHA256:…}; empty if none are known
     */
    public Map<String, String> hostKeys() {
        return hostKeys;
    }

    /**
     * Returns which keys may log in.
     *
     * @return whose parts are empty as far as nothing is known
     */
    public KeyRules keys() {
        return keys;
    }

    /**
     * Returns the MAC algorithms that the site's sshd refuses.
     *
     * @return with {@code *} for any text; empty if none are known
     */
    public List<String> refusedMacs() {
        return refusedMacs;
    }

    /**
     * Tells whether a way from outside leads to a port on a compute node.
     *
     * @param way the way
     * @return empty if it isn't known
     */
    public Optional<Boolean> reach(Reach way) {
        return Optional.ofNullable(reaches.get(way));
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
     * Returns the kinds of compute nodes.
     *
     * @return by name; empty if they aren't known
     */
    public Map<String, NodeType> nodeTypes() {
        return nodeTypes;
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
     * Returns a partition by its name.
     *
     * @param partition such as {@code small}
     * @return the partition
     * @throws IllegalArgumentException if the site has none of that name; the message says which it has
     */
    public Partition partition(String partition) {
        Partition found = partitions.get(partition);
        if (found == null) {
            throw new IllegalArgumentException("platform " + name + " has no partition '" + partition + "'; it has "
                    + sorted(partitions.keySet()));
        }
        return found;
    }

    /**
     * Returns the partition that a job gets if it names none.
     *
     * @return empty if the site has no default, or it isn't known
     */
    public Optional<Partition> defaultPartition() {
        return partitions.values().stream().filter(Partition::isDefault).findFirst();
    }

    /**
     * Returns the line of shell that defines {@code module} in a shell that isn't a login shell. It runs before a Ray
     * environment's setup lines.
     *
     * @return empty if nothing is needed, or it isn't known
     */
    public Optional<String> moduleInit() {
        return moduleInit;
    }

    /**
     * Returns the environments that the site offers for Ray.
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
     * Returns the directory that holds the clusters' run directories.
     *
     * @return absolute, or below the home directory; {@value #DEFAULT_RUN_DIRECTORY} by default
     */
    public String runDirectory() {
        return runDirectory;
    }

    /**
     * Returns the directory on each node in which Ray keeps sockets, logs and spilled objects while a cluster runs.
     *
     * <p>It must be short, since a socket's path has at most 107 bytes, and Ray needs 63 of them below it. A variable
     * that has another value on each node needs a Ray whose workers take a directory of their own: 2.60 does, 2.43
     * takes the head's.
     *
     * @return absolute; it may begin with a variable of the job's environment, such as {@code $TMPDIR};
     *     {@value #DEFAULT_NODE_DIRECTORY} by default, and where the variable is empty
     */
    public String nodeDirectory() {
        return nodeDirectory;
    }

    /**
     * Returns the places for files.
     *
     * @return by name; empty if they aren't known
     */
    public Map<String, StorageArea> storage() {
        return storage;
    }

    /**
     * Returns the addresses that the site's connections to the outside come from.
     *
     * @return whose parts are empty as far as nothing is known
     */
    public OutwardAddresses outward() {
        return outward;
    }

    /**
     * Returns how jobs are billed.
     *
     * @return without rules if it isn't known
     */
    public Billing billing() {
        return billing;
    }

    /** Returns all facts as they stand in the site's file, for its page of the documentation. */
    Section facts() {
        return facts.root();
    }

    /** Returns the bills that the site published. */
    List<BillingSample> billingSamples() {
        return billingSamples;
    }

    /**
     * Returns what the site asks of its users.
     *
     * @return whose parts are empty as far as nothing is known
     */
    public Policies policies() {
        return policies;
    }

    /**
     * Returns the shortest time between two looks at the queue.
     *
     * @return {@link #DEFAULT_POLL_FLOOR} if the site names none
     */
    public Duration pollFloor() {
        return policies.pollFloor().orElse(DEFAULT_POLL_FLOOR);
    }

    /**
     * Returns the site's own commands. {@link SiteNumbers} runs them.
     *
     * @return whose parts are empty as far as the site has none, or none is known
     */
    public SiteCommands commands() {
        return commands;
    }

    /**
     * Returns what was looked for and isn't known.
     *
     * @return in words
     */
    public List<String> unknown() {
        return unknown;
    }

    /**
     * Returns where the sources disagree, and which one is followed.
     *
     * @return in words
     */
    public List<String> contradictions() {
        return contradictions;
    }

    /**
     * Returns where a fact comes from, and when that was written.
     *
     * @param fact where it stands in the site's file, as a JSON pointer such as {@code /partitions/small/maxTime}
     * @return one or several; empty if the fact isn't known
     * @throws IllegalArgumentException if it is no JSON pointer: if it doesn't begin with {@code /} and isn't empty
     */
    public List<Source> sourceOf(String fact) {
        if (!fact.isEmpty() && !fact.startsWith("/")) {
            throw new IllegalArgumentException(
                    "a fact is named by a JSON pointer such as /partitions/small/maxTime, but was '" + fact + "'");
        }
        return facts.sources(fact);
    }

    /**
     * Holds a script against what is known of the site, now. See {@link #check(SbatchScript, Instant)}.
     *
     * @param script the script
     * @return what the rules say
     */
    public List<Finding> check(SbatchScript script) {
        return check(script, Instant.now());
    }

    /**
     * Holds a script against what is known of the site. Where a script names several partitions, one that takes the
     * request is enough.
     *
     * <p>Errors: {@code site-closed}, {@code site-not-open}, {@code account-missing}, {@code partition-missing},
     * {@code partition-unknown}, {@code partition-access}, {@code partition-time}, {@code partition-nodes},
     * {@code partition-min-nodes}, {@code partition-jobs}, {@code node-cpus}, {@code node-memory}, {@code node-gpus},
     * {@code node-disk}, {@code gpu-type}, and, once each node is within its limits, {@code job-cpus},
     * {@code job-gpus}, {@code job-gpus-min}, {@code job-memory} and {@code gpu-cpus}. Warnings:
     * {@code memory-follows}, {@code gpu-option}, {@code mail-ignored}, and where a fact is missing, or an option isn't
     * read, {@code partition-missing}, {@code gpu-type-unknown}, {@code gres-unknown} and {@code amount-unread}. Notes:
     * {@code whole-nodes} and {@code partition-purpose}.
     *
     * @param script the script
     * @param now when it is to be submitted
     * @return what the site would refuse, or never run, and what is good to know; empty if nothing is known against it
     */
    public List<Finding> check(SbatchScript script, Instant now) {
        return SiteRules.check(this, script, now);
    }

    /**
     * Words a request as a partition wants it: CPUs and memory that go with its GPUs, the form of its GPU request, its
     * local disk. The partition's limits aren't looked at, but what its words can't say is in
     * {@link SiteRequest#findings()}.
     *
     * @param request what a job needs
     * @param partition the name of one of {@link #partitions()}
     * @return the directives, and why they are so
     * @throws IllegalArgumentException if there is no such partition
     */
    public SiteRequest word(ResourceRequest request, String partition) {
        return new SiteRequest(this, partition(partition), request);
    }

    /**
     * Finds the partitions that take a request, and what each costs. Of those that aren't open to everybody only the
     * ones that the user {@linkplain #withAccessTo may use} take it. Whether the site is open isn't looked at here, but
     * by {@link #check}.
     *
     * @param request what a job needs
     * @return those that take it, cheapest first, and why the others don't
     */
    public Suggestions suggest(ResourceRequest request) {
        return Suggestions.of(this, request);
    }

    /**
     * Computes what a job costs if it runs for its whole time limit. If it names none, that is the partition's default
     * time, or, where that isn't known, the price is of each hour: {@link Bill.Known#span} tells which.
     *
     * @param request what it needs, in the words of one of this site's partitions
     * @return the price of what its directives ask for, and no more; unknown if the formula is, or a quantity that it
     *     needs
     */
    public Bill estimate(SiteRequest request) {
        return JobBills.estimate(request.amount());
    }

    /**
     * Computes what a script's job costs if it runs for its whole time limit; of a job array, each element. If it names
     * none, that is the partition's default time, or, where that isn't known, the price is of each hour:
     * {@link Bill.Known#span} tells which. What else the script leaves to Slurm is unknown, but for memory in
     * proportion to the CPUs where the site's file says it.
     *
     * @param script for one partition, or none if the site has a default
     * @return unknown if the formula is, or a quantity that it needs, or the script has an option that changes what the
     *     job holds and isn't read ({@code amount-unread})
     * @throws IllegalArgumentException if it names no partition of this site, or several
     */
    public Bill estimate(SbatchScript script) {
        Partition partition = script.partition()
                .map(this::partition)
                .or(this::defaultPartition)
                .orElseThrow(() -> new IllegalArgumentException("the script names no partition, and no default of "
                        + name + " is known; it has " + sorted(partitions.keySet())));
        return JobBills.estimate(JobAmount.of(this, partition, script));
    }

    /**
     * Computes what a job cost, from its accounting alone. See {@link #bill(AccountingRow, SbatchScript)}.
     *
     * @param row a job's row
     * @return unknown if the formula is, or a quantity that it needs, or the accounting has no time
     * @throws IllegalArgumentException if it is the row of a step
     */
    public Bill bill(AccountingRow row) {
        return JobBills.bill(this, row, Optional.empty());
    }

    /**
     * Computes what a job cost, from its accounting, and where that doesn't say it from the job's script: few sites
     * account for local disk, and whether a CPU is a core or a hardware thread isn't known of every node.
     *
     * @param row a job's row
     * @param script the job's
     * @return unknown if the formula is, or a quantity that it needs, or the accounting has no time
     * @throws IllegalArgumentException if it is the row of a step
     */
    public Bill bill(AccountingRow row, SbatchScript script) {
        return JobBills.bill(this, row, Optional.of(script));
    }

    /**
     * Writes the site's nodes, partitions and limits as the text of a slurm.conf, so that a test Slurm can behave like
     * the site; always the same text for the same facts.
     *
     * <p>What a machine needs beside it, such as {@code SlurmctldHost}, is not in it: a slurm.conf that has that
     * {@code Include}s it. Its comments say on whose word each line is, which limits aren't known and so aren't there,
     * and which of the site's limits no slurm.conf can say, such as jobs of a user. Where a fact is needed that isn't
     * known, as a node's memory, what its partitions allow is assumed, else 4 nodes of 64 CPUs and 1 TiB, and a comment
     * says so with the fact's place in the site's file.
     *
     * @return lines, each ending with a newline
     * @throws IllegalStateException if no partition is known
     */
    public String slurmConf() {
        return SlurmConf.of(this);
    }

    /**
     * Says what is good to know of storage areas, by what is known of them here.
     *
     * @param workspaces what {@code csc-workspaces} or {@code lumi-workspaces} printed
     * @return nothing if all is well
     */
    public List<StorageAdvice> advise(Workspaces workspaces) {
        return StorageRules.advise(this, workspaces.areas());
    }

    /**
     * Holds a time between two looks at the queue against {@link #pollFloor()}.
     *
     * @param interval the time
     * @return the warning {@code poll-floor} if it is shorter
     */
    public Optional<Finding> checkPolling(Duration interval) {
        return PolicyRules.polling(this, interval);
    }

    /**
     * Holds a service that listens for others than the user against what the site allows.
     *
     * @param address where it listens, as an address; a name isn't looked up
     * @return empty for {@code localhost} and for loopback, link-local and private addresses. For any other address the
     *     error {@code service-to-others} if the site forbids services to others, else the warning
     *     {@code service-open}; for what isn't an address, such as a name, {@code *} or a port behind it, the same
     *     error, else the warning {@code service-unclear}
     */
    public Optional<Finding> checkService(String address) {
        return PolicyRules.service(this, address);
    }

    static String sorted(Set<String> names) {
        return names.stream().sorted().collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return "platform " + name;
    }
}
