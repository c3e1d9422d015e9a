package io.github.slurmray.platforms;

import static io.github.slurmray.platforms.FactPage.code;
import static io.github.slurmray.platforms.FactPage.prose;
import static io.github.slurmray.platforms.SiteText.all;

import io.github.slurmray.platforms.FactPage.Fact;
import io.github.slurmray.platforms.FactPage.Row;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The page of the documentation about a site, made of nothing but its facts. A fact that no chapter shows is an error,
 * so that what is added to the site files gets onto the pages.
 */
final class SitePage {
    private static final String SITE_FILES = "../../platforms/src/main/resources/io/github/slurmray/platforms/";

    private final Section facts;
    private final SiteText site;
    private final FactPage page = new FactPage();

    private SitePage(Platform platform) {
        this.facts = platform.facts();
        this.site = new SiteText(platform, facts);
    }

    /** The page in Markdown. */
    static String of(Platform site) {
        SitePage page = new SitePage(site);
        page.introduction();
        page.lifeSpan();
        page.gettingIn();
        page.ways();
        page.nodeTypes();
        page.partitions();
        page.ray();
        page.storage();
        page.outward();
        page.billing();
        page.commands();
        page.slurm();
        page.policies();
        page.words("contradictions", "## Where sources disagree");
        page.words("unknown", "## What isn't known");
        page.facts.refuseUnknownKeys();
        return page.page.toString();
    }

    private void introduction() {
        String name = facts.text("name").orElse("");
        page.heading("# " + facts.text("title").orElse(name));
        page.paragraph(site.text("about"));
        page.paragraph(
                facts.text("asOf").map(day -> "Facts as of " + day + ". ").orElse("") + "In programs:"
                        + " `Platforms.named(\"" + name + "\")`. Made by `bin/site-pages` from [" + name + ".json]("
                        + SITE_FILES
                        + name + ".json) and what that extends; [how to read it](README.md#how-to-read-a-page).");
    }

    private void lifeSpan() {
        SiteText s = site.part("lifeSpan");
        page.heading("## Life span");
        page.facts(
                List.of("", "When"),
                Row.of("announced, or piloted from", s.text("announced")),
                Row.of("open to everybody from", s.text("from")),
                Row.of("jobs end", s.text("until")),
                Row.of("logins and storage end", s.text("loginsUntil")),
                Row.of("go on with", s.text("successor", FactPage::site)),
                Row.of("go on with for GPUs", s.text("gpuSuccessor", FactPage::site)));
        page.paragraph(s.text("note"));
        if (!s.section().isPresent()) {
            page.paragraph("No beginning and no end are known: it counts as open.");
        }
    }

    private void gettingIn() {
        page.heading("## Getting in");
        Map<String, List<Fact>> notes = new LinkedHashMap<>();
        page.table(List.of("Login nodes", "Host", "Nodes", "Architecture"), site.each("logins", (name, s) -> {
            notes.put(name, s.text("note"));
            return Row.of(name, s.text("host", FactPage::code), loginNodes(s), s.text("architecture"));
        }));
        page.remarks(notes);
        page.heading("### Host keys");
        page.table(List.of("Type", "Fingerprint"), site.eachText("hostKeys", FactPage::prose, FactPage::code));
        keys(site.part("keys"), site.part("sshd"));
        SiteText rest = site.part("restApi");
        page.heading("### REST interface, which slurmray doesn't use");
        page.facts(List.of("", "Value"), Row.of("kind", rest.text("kind")), Row.of("base", rest.text("base")));
        page.paragraph(rest.text("note"));
    }

    private static List<Fact> loginNodes(SiteText s) {
        Map<String, String> addresses = s.section().textsByKey("addresses");
        Set<String> names = new LinkedHashSet<>(s.section().texts("nodes"));
        names.addAll(addresses.keySet());
        return s.says(
                names.stream()
                        .map(n -> addresses.containsKey(n) ? code(n) + " (" + addresses.get(n) + ")" : code(n))
                        .collect(Collectors.joining(", ")),
                "nodes",
                "addresses");
    }

    private void keys(SiteText s, SiteText sshd) {
        SiteText certificate = s.part("certificate");
        page.heading("### Keys");
        page.facts(
                List.of("", "Rule"),
                Row.of("types of keys", s.texts("types", FactPage::prose)),
                Row.of("preferred", s.text("preferred")),
                Row.of("password", s.flag("passwordLogin", "is enough", "isn't enough")),
                Row.of("`~/.ssh/authorized_keys`", s.flag("authorizedKeysRead", "counts", "doesn't count")),
                Row.of("registration", s.text("registration")),
                Row.of("a registered key works within", s.duration("syncDelay")),
                Row.of("passphrase", s.text("passphrase")),
                Row.of("user certificate", certificate.flag("required", "required", "not required")),
                Row.of("a certificate lasts", certificate.duration("lifetime")),
                Row.of("a certificate is got by", certificate.texts("how", FactPage::prose)),
                Row.of("a program can renew it alone", certificate.flag("unattended", "yes", "no, a person is needed")),
                Row.of("MACs that sshd refuses", sshd.texts("refusedMacs", FactPage::code)));
        page.paragraph(s.text("note"));
        page.paragraph(sshd.text("note"));
    }

    private void ways() {
        SiteText s = site.part("reaches");
        page.heading("## Ways from outside to a port on a compute node");
        page.table(
                List.of("Way", "Possible"),
                List.of(
                        way(s, Reach.LOGIN_FORWARD, "a forward from the login node to the compute node's address"),
                        way(s, Reach.NODE_SSH, "SSH onto a compute node where one has a job"),
                        way(s, Reach.REVERSE_FORWARD, "an SSH connection that a job opens to a machine outside"),
                        way(s, Reach.OVERLAP_STEP, "streams over a step: `srun --overlap`")));
        SiteText network = site.part("network");
        page.heading("### Network");
        page.facts(
                List.of("", "Compute nodes"),
                Row.of("interface", network.text("interface", FactPage::code)),
                Row.of("fabric", network.text("fabric")),
                Row.of("internet", network.flag("internet", "reached", "not reached")));
        page.paragraph(network.text("note"));
    }

    private static Row way(SiteText s, Reach way, String words) {
        List<Fact> known = s.flag(way.name(), "yes", "no");
        return Row.of(words, known.isEmpty() ? List.of(new Fact("not known", List.of())) : known);
    }

    private void nodeTypes() {
        page.heading("## Node types");
        Map<String, List<Fact>> notes = new LinkedHashMap<>();
        page.table(
                List.of("Type", "Names", "Nodes", "Processor", "Cores", "Memory", "GPUs", "Local disk", "Interface"),
                site.each("nodeTypes", (name, s) -> {
                    notes.put(name, s.text("note"));
                    SiteText gpus = s.part("gpus");
                    return Row.of(
                            name,
                            s.text("names", FactPage::code),
                            s.number("nodes"),
                            all(s.text("processor"), s.text("architecture")),
                            all(
                                    s.number("cores"),
                                    s.number("usableCores", n -> n + " for jobs"),
                                    s.number("sockets", n -> n.equals("1") ? "in 1 socket" : "in " + n + " sockets"),
                                    s.number(
                                            "threadsPerCore",
                                            n -> n.equals("1") ? "1 thread each" : n + " threads each")),
                            all(s.text("memory"), s.text("usableMemory", m -> m + " for jobs")),
                            all(
                                    gpus.number("count"),
                                    gpus.text("model"),
                                    gpus.text("type", t -> "type " + code(t)),
                                    gpus.text("memory", m -> m + " each")),
                            s.text("localDisk"),
                            s.text("interface", FactPage::code));
                }));
        page.remarks(notes);
    }

    private void partitions() {
        page.heading("## Partitions");
        Map<String, List<Fact>> notes = new LinkedHashMap<>();
        List<Row> resources = new ArrayList<>();
        boolean manyLogins = site.site().logins().size() > 1;
        page.table(
                List.of(
                        "Partition",
                        "Node types",
                        "Longest job",
                        "If no limit is said",
                        "Nodes of a job",
                        "CPUs of a node",
                        "CPUs of a job",
                        "A job gets",
                        "Jobs at a time",
                        "Submit from",
                        "Open to"),
                site.each("partitions", (name, s) -> {
                    SiteText access = s.part("access");
                    notes.put(
                            code(name),
                            all(access.text("condition", c -> "access: " + prose(c) + "."), s.text("note")));
                    resources.add(Row.of(
                            code(name), memory(s.part("memory")), gpus(s.part("gpus")), disk(s.part("localDisk"))));
                    List<Fact> login = s.text("login");
                    boolean isDefault = s.section().flag("default").orElse(false);
                    return Row.of(
                            code(name) + (isDefault ? " (default)" : ""),
                            s.texts("nodeTypes", FactPage::prose),
                            s.text("maxTime"),
                            s.text("defaultTime"),
                            s.range("minNodes", "maxNodes", n -> n),
                            s.number("cpusPerNode"),
                            s.number("maxCpus"),
                            s.text("allocation", SitePage::allocation),
                            all(
                                    s.number("maxSubmitted", n -> n + " waiting or running"),
                                    s.number("maxRunning", n -> n + " running")),
                            manyLogins ? login : List.of(),
                            access.flag("anyone", "everybody", "not everybody"));
                }));
        page.remarks(notes);
        page.heading("### Memory, GPUs and local disk of a job");
        page.table(List.of("Partition", "Memory", "GPUs", "Local disk"), resources);
    }

    private static String allocation(String constant) {
        return switch (Partition.Allocation.valueOf(constant)) {
            case NODE -> "whole nodes";
            case CORE -> "cores and memory, each by itself";
            case CORE_MEMORY -> "cores, which bring their memory";
            case GPU -> "GPUs, which bring their memory";
        };
    }

    private static List<Fact> memory(SiteText s) {
        return all(
                s.text("perNode", m -> "at most " + m + " a node"),
                s.text("perJob", m -> "at most " + m + " a job"),
                s.text("followsCpus", m -> m + " come with each CPU, without `--mem`"),
                s.text("followsGpus", m -> m + " come with each GPU, without `--mem`"),
                s.text("defaultPerCpu", m -> m + " for each CPU if nothing is said"),
                s.text("suggestedPerGpu", m -> m + " for each GPU are suggested"));
    }

    private static List<Fact> gpus(SiteText s) {
        SiteText slice = s.part("slice");
        String type = s.section().text("type").map(t -> t + ":").orElse("");
        return all(
                s.number("perNode", n -> n.equals("0") ? "none" : "at most " + n + " a node"),
                s.range("minPerJob", "maxPerJob", n -> n + " a job"),
                s.text("request", r -> code((r.equals("GRES") ? "--gres=gpu:" : "--gpus-per-node=") + type + "N")),
                s.section().text("request").isPresent() ? List.of() : s.text("type", t -> "type " + code(t)),
                s.flag("typed", "with types", "without types"),
                s.number("maxCpusPerGpu", n -> "at most " + n + " CPUs for each"),
                s.number("suggestedCpusPerGpu", n -> n + " CPUs for each are suggested"),
                slice.text("type", t -> "also slices " + code(t)),
                slice.number("maxPerJob", n -> "slices of a job: at most " + n),
                slice.number("maxCpus", n -> "CPUs with a slice: at most " + n),
                slice.text("memory", m -> "memory of a slice: " + m));
    }

    private static List<Fact> disk(SiteText s) {
        return all(
                s.text("automatic", m -> m + " without asking"),
                s.flag("requestable", "more can be asked for", "no more can be asked for"),
                s.text("gres", g -> code("--gres=" + g + ":N")),
                s.text("maxPerNode", m -> "at most " + m + " a node"));
    }

    private void ray() {
        page.heading("## Environments for Ray");
        String preferred = facts.text("defaultRayEnvironment").orElse("");
        Map<String, List<Fact>> notes = new LinkedHashMap<>();
        page.table(
                List.of("Environment", "Set up by", "Wrapper", "Runs", "Ray", "Architecture"),
                site.each("rayEnvironments", (name, s) -> {
                    notes.put(code(name), s.text("note"));
                    return Row.of(
                            code(name) + (name.equals(preferred) ? " (default)" : ""),
                            all(
                                    s.texts("setup", FactPage::code),
                                    s.text("virtualEnvironment", v -> "the virtual environment " + code(v))),
                            s.command("wrapper"),
                            s.text("runtime", SitePage::runtime),
                            all(
                                    s.text("rayVersion"),
                                    s.flag("hasRay", "is there", "isn't there"),
                                    s.flag("fastNetwork", "on the fast network", "without the fast network")),
                            s.text("architecture"));
                }));
        page.remarks(notes);
        SiteText modules = site.part("modules");
        page.heading("### Modules");
        page.facts(
                List.of("", "Modules"),
                Row.of("system", modules.text("system")),
                Row.of("line for shells that aren't login shells", modules.text("init", FactPage::code)));
        page.paragraph(modules.text("note"));
    }

    private static String runtime(String constant) {
        return switch (RayEnvironment.ContainerRuntime.valueOf(constant)) {
            case PLAIN -> "plainly";
            case SINGULARITY_WRAPPER -> "in a container";
            case TYKKY -> "in a container that Tykky hides";
            case APPTAINER -> "in Apptainer";
            case PYXIS -> "in a container that `srun` makes (Pyxis)";
        };
    }

    private void storage() {
        page.heading("## Storage");
        Map<String, List<Fact>> notes = new LinkedHashMap<>();
        page.table(
                List.of("Area", "For", "Path", "Seen by all nodes", "Quota", "Files", "Cleaned", "Backup", "Billed"),
                site.each("storage", (name, s) -> {
                    notes.put(name, s.text("note"));
                    return Row.of(
                            name,
                            s.text("purpose", p -> p.toLowerCase(Locale.ROOT).replace('_', ' ')),
                            all(s.text("path", FactPage::code), s.text("variable", v -> code("$" + v))),
                            s.flag("shared", "yes", "no"),
                            all(s.text("quota"), s.text("maxQuota", q -> q + " on request")),
                            s.number("files"),
                            s.text("cleaning"),
                            s.flag("backup", "yes", "no"),
                            s.text("billed"));
                }));
        page.remarks(notes);
        page.paragraph(site.text("runDirectory", d -> "slurmray keeps its run directories in " + code(d) + "."));
        page.paragraph(site.text("nodeDirectory", d -> "On the nodes, Ray's own files go to " + code(d) + "."));
    }

    private void outward() {
        SiteText s = site.part("outward");
        page.heading("## Addresses that connections to the outside come from");
        page.facts(
                List.of("Connections", "Networks"),
                Row.of("all", s.texts("all", FactPage::code)),
                Row.of("of compute nodes", s.texts("compute", FactPage::code)),
                Row.of("of login nodes", s.texts("login", FactPage::code)),
                Row.of("of the web interface", s.texts("web", FactPage::code)));
        page.paragraph(s.text("note"));
    }

    private void billing() {
        SiteText s = site.part("billing");
        page.heading("## Billing");
        Map<String, List<Fact>> notes = new LinkedHashMap<>();
        page.table(List.of("Partitions", "Price of an hour", "Unit"), s.list("rules", rule -> {
            String of = rule.section().texts("partitions").stream()
                    .map(FactPage::code)
                    .collect(Collectors.joining(", "));
            notes.put(of, rule.text("note"));
            boolean one = rule.section().textsByKey("perHour").size() == 1;
            String price = rule.joined("perHour", (part, f) -> (one ? "" : part + ": ") + code(f), " + ");
            return Row.of(of, rule.says(price, "perHour"), rule.text("unit"));
        }));
        page.remarks(notes);
        page.paragraph(s.text("note"));
        page.table(
                List.of("Partition", "Why no formula is known"),
                s.eachText("unknown", FactPage::code, FactPage::prose));
        page.paragraph(s.text("storage", words -> "Storage: " + prose(words) + "."));
        page.heading("### Published bills");
        page.table(
                List.of("Partition", "Job", "Time", "Bill", "Its parts"),
                s.list(
                        "samples",
                        sample -> Row.of(
                                code(sample.section().text("partition").orElse("")),
                                sample.says(job(sample), "time"),
                                sample.text("time"),
                                all(sample.text("total"), sample.text("unit")),
                                sample.says(
                                        sample.joined("parts", (part, amount) -> part + " " + amount, ", "),
                                        "parts"))));
    }

    private static String job(SiteText sample) {
        return Stream.of(
                        sample.count("nodes", "node"),
                        sample.count("cores", "core"),
                        sample.count("gpus", "GPU"),
                        sample.count("slices", "slice"),
                        gib(sample, "memoryGiB", "memory"),
                        gib(sample, "diskGiB", "disk"))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
    }

    private static Optional<String> gib(SiteText sample, String key, String of) {
        return sample.section().decimal(key).map(BigDecimal::toPlainString).map(n -> n + " GiB of " + of);
    }

    private void commands() {
        SiteText s = site.part("commands");
        page.heading("## The site's own commands");
        page.facts(
                List.of("Shows", "Command"),
                Row.of("storage areas", s.text("workspaces", FactPage::code)),
                Row.of("a job's efficiency and bill", s.text("efficiency", FactPage::code)),
                Row.of("projects and their budgets", s.text("projects", FactPage::code)),
                Row.of("what of the allocations is used", s.text("allocations", FactPage::code)));
        page.paragraph(s.text("note"));
    }

    private void slurm() {
        SiteText s = site.part("slurm");
        page.heading("## Slurm");
        page.facts(
                List.of("", "Slurm there"),
                Row.of("cluster", s.text("cluster", FactPage::code)),
                Row.of("version", s.text("version")),
                Row.of("`sacct`", s.flag("accounting", "works", "doesn't work")),
                Row.of("a job without an account", s.flag("accountRequired", "is refused", "is taken")),
                Row.of("an ended job is known for", s.duration("remembers")),
                Row.of("a job whose node fails", s.flag("requeues", "is requeued", "isn't requeued")),
                Row.of("batch scripts begin with", s.text("shebang", FactPage::code)),
                Row.of("resources are selected by", s.text("selectType", FactPage::code)));
        page.paragraph(s.text("note"));
    }

    private void policies() {
        SiteText s = site.part("policies");
        page.heading("## Policies");
        List<Row> rows = new ArrayList<>(List.of(
                Row.of("time between two looks at the queue", s.duration("pollFloor")),
                Row.of("`--mail-type`", s.flag("mail", "has an effect", "has no effect")),
                Row.of("a service for others", s.flag("serviceToOthers", "is allowed", "isn't allowed"))));
        rows.addAll(s.each("rules", (topic, rule) -> Row.of(code(topic), rule.text("rule"))));
        page.facts(List.of("About", "Rule"), rows.toArray(Row[]::new));
        page.paragraph(s.text("note"));
    }

    private void words(String key, String heading) {
        page.heading(heading);
        page.bullets(facts.texts(key).stream().map(FactPage::prose).toList());
    }
}
