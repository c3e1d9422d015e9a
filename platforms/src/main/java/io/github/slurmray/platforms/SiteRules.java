package io.github.slurmray.platforms;

import io.github.slurmray.slurm.Gres;
import io.github.slurmray.slurm.SbatchScript;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Holds a script against a site. */
final class SiteRules {
    private static final Pattern RANGE = Pattern.compile("(\\d+)(?:-(\\d+)(?::(\\d+))?)?");

    private final Platform site;
    private final SbatchScript script;
    private final List<Finding> findings = new ArrayList<>();
    private Optional<List<String>> fitting = Optional.empty();

    private SiteRules(Platform site, SbatchScript script) {
        this.site = site;
        this.script = script;
    }

    static List<Finding> check(Platform site, SbatchScript script, Instant now) {
        SiteRules rules = new SiteRules(site, script);
        rules.open(now);
        rules.account();
        rules.mail();
        rules.partitions();
        return List.copyOf(rules.findings);
    }

    private void open(Instant now) {
        LifeSpan life = site.lifeSpan();
        switch (life.at(now)) {
            case OPEN -> {}
            case ANNOUNCED ->
                closed(
                        "site-not-open",
                        site.title() + " opens at " + life.from().orElseThrow(),
                        "from");
            case LOGIN_ONLY, CLOSED ->
                closed(
                        "site-closed",
                        site.title() + " has run no jobs since " + life.until().orElseThrow()
                                + life.successor().map(s -> "; go on with " + s).orElse("")
                                + life.gpuSuccessor()
                                        .map(s -> ", or with " + s + " for GPUs")
                                        .orElse(""),
                        "until");
        }
    }

    private void closed(String rule, String message, String fact) {
        Finding finding = site.isTriedEvenIfClosed()
                ? Finding.warning(rule, message)
                : Finding.error(rule, message + ". If you know better, say Platform.evenIfClosed()");
        findings.add(finding.from(site.sourceOf("/lifeSpan/" + fact)));
    }

    private void account() {
        if (site.slurm().accountRequired().orElse(false) && script.account().isEmpty()) {
            findings.add(Finding.error(
                            "account-missing", "no account is named, but " + site.name() + " takes no job without one")
                    .from(site.sourceOf("/slurm/accountRequired")));
        }
    }

    private void mail() {
        Optional<String> type = script.directive("mail-type");
        if (type.isPresent() && !site.policies().mail().orElse(true)) {
            findings.add(
                    Finding.warning("mail-ignored", "--mail-type=" + type.get() + ": " + site.name() + " sends no mail")
                            .about("--mail-type", type.get())
                            .from(site.sourceOf("/policies/mail")));
        }
    }

    private void partitions() {
        if (site.partitions().isEmpty()) {
            return;
        }
        String has = "; it has " + Platform.sorted(site.partitions().keySet());
        List<String> names = names();
        if (names.isEmpty()) {
            boolean hasNone = site.partitions().values().stream().allMatch(Partition::isNoDefault);
            findings.add(
                    hasNone
                            ? Finding.error(
                                    "partition-missing",
                                    "no partition is named, and " + site.name() + " has no default" + has)
                            : Finding.warning(
                                    "partition-missing",
                                    "no partition is named, and no default of " + site.name()
                                            + " is known, so nothing can be checked" + has
                                            + "; name one, or add its /partitions/…/default to a site file"));
            return;
        }
        List<String> unknown =
                names.stream().filter(n -> !site.partitions().containsKey(n)).toList();
        if (!unknown.isEmpty()) {
            String asked = String.join(",", names);
            findings.add(Finding.error(
                            "partition-unknown",
                            "--partition=" + asked + ": " + site.name() + " has no partition '"
                                    + String.join("', '", unknown) + "'" + has)
                    .about("--partition", asked));
            return;
        }
        List<Finding> against = new ArrayList<>();
        for (String name : Set.copyOf(names).stream().sorted().toList()) {
            List<Finding> found = against(JobAmount.of(site, site.partition(name), script), script, this::fitting);
            if (found.stream().noneMatch(f -> f.severity() == Finding.Severity.ERROR)) {
                findings.addAll(found);
                return;
            }
            against.addAll(found);
        }
        findings.addAll(against);
    }

    private List<String> names() {
        Optional<String> asked = script.partition();
        return asked.isPresent()
                ? List.of(asked.get().split(",", -1))
                : site.partitions().values().stream()
                        .filter(Partition::isDefault)
                        .map(Partition::name)
                        .toList();
    }

    /** The partitions that take the whole script, looked for once and only if something is found against it. */
    private List<String> fitting() {
        if (fitting.isEmpty()) {
            fitting = Optional.of(site.partitions().values().stream()
                    .filter(p -> against(JobAmount.of(site, p, script), script, List::of).stream()
                            .noneMatch(f -> f.severity() == Finding.Severity.ERROR))
                    .map(Partition::name)
                    .sorted()
                    .toList());
        }
        return fitting.get();
    }

    /**
     * Holds a script against one partition, whichever it names.
     *
     * @param amount what it amounts to there
     * @param fitting the partitions that take it
     */
    static List<Finding> against(JobAmount amount, SbatchScript script, Supplier<List<String>> fitting) {
        SiteRules rules = new SiteRules(amount.site(), script);
        List<Finding> found = PartitionRules.check(amount, fitting);
        rules.jobs(amount.partition()).ifPresent(found::add);
        rules.gpuOption(amount.partition()).ifPresent(found::add);
        return found;
    }

    private Optional<Finding> jobs(Partition partition) {
        OptionalInt most = partition.maxSubmitted();
        Optional<String> array = script.directive("array");
        if (most.isEmpty() || array.isEmpty()) {
            return Optional.empty();
        }
        long elements = elements(array.get());
        if (elements <= most.getAsInt()) {
            return Optional.empty();
        }
        String nearest = "submit at most " + most.getAsInt() + " at a time";
        return Optional.of(Finding.error(
                        "partition-jobs",
                        "--array=" + array.get() + ": " + elements + " jobs, but " + partition + " takes at most "
                                + most.getAsInt() + "; " + nearest)
                .about("--array", array.get())
                .limit(most.getAsInt(), nearest)
                .from(site.sourceOf("/partitions/" + partition.name() + "/maxSubmitted")));
    }

    private static long elements(String array) {
        long elements = 0;
        Matcher range = RANGE.matcher(array.replaceAll("%.*", ""));
        while (range.find()) {
            long first = Long.parseLong(range.group(1));
            long last = range.group(2) == null ? first : Long.parseLong(range.group(2));
            long step = range.group(3) == null ? 1 : Math.max(1, Long.parseLong(range.group(3)));
            elements += Math.max(0, (last - first) / step + 1);
        }
        return elements;
    }

    private Optional<Finding> gpuOption(Partition partition) {
        boolean gres = script.gres().stream().map(Gres::name).anyMatch("gpu"::equals);
        boolean perNode = script.directive("gpus-per-node").isPresent();
        return partition
                .gpus()
                .request()
                .filter(r -> r == GpuRules.Request.GRES ? perNode : gres)
                .map(r -> {
                    String wanted = r == GpuRules.Request.GRES ? "--gres=gpu:…" : "--gpus-per-node";
                    String option = r == GpuRules.Request.GRES ? "--gpus-per-node" : "--gres";
                    return Finding.warning(
                                    "gpu-option", option + ": GPUs of " + partition + " are asked for with " + wanted)
                            .about(option, "gpu")
                            .from(site.sourceOf("/partitions/" + partition.name() + "/gpus/request"));
                });
    }
}
