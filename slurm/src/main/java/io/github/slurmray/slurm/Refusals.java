package io.github.slurmray.slurm;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds out which option Slurm's refusal is about, and says what to do: a pure function. */
final class Refusals {
    private static final Pattern NAMED = Pattern.compile("'?--([a-z][a-z0-9-]+)");

    /**
     * Which words are about which options, and what the user can do. The first option that the script sets is meant.
     */
    private record Rule(Pattern words, List<String> options, String advice) {
        Rule(String words, String advice, String... options) {
            this(Pattern.compile(words, Pattern.CASE_INSENSITIVE), List.of(options), advice);
        }
    }

    private static final List<Rule> RULES = List.of(
            new Rule(
                    "invalid account|account/partition|AccountNotAllowed",
                    "'sacctmgr show assoc user=$USER format=account,partition' lists the accounts that you may charge.",
                    "account",
                    "partition"),
            new Rule(
                    "partition name|no partition specified|invalid partition",
                    "'sinfo -s' lists the partitions; where the site has no default one, the script must name it.",
                    "partition"),
            new Rule(
                    "required partition not available",
                    "The partition is closed: 'sinfo -p' says whether others are up.",
                    "partition"),
            new Rule(
                    "group not permitted",
                    "Your groups may not use this partition; 'sinfo -s' lists others.",
                    "partition"),
            new Rule(
                    "time limit|--time",
                    "'sinfo -o \"%P %l\"' shows the longest time of each partition; ask for at most that.",
                    "time"),
            new Rule(
                    "node count",
                    "'scontrol show partition' shows MinNodes and MaxNodes; ask for a number between them.",
                    "nodes"),
            new Rule(
                    "more processors",
                    "Nodes times tasks times CPUs are more than the partition has; 'sinfo -o \"%P %D %c\"' shows its nodes"
                            + " and their CPUs.",
                    "cpus-per-task",
                    "ntasks-per-node",
                    "nodes"),
            new Rule(
                    "memory specification|memory required|more memory",
                    "No node of the partition has so much; 'sinfo -o \"%P %m\"' shows the MB of its nodes.",
                    "mem"),
            new Rule("generic resource|\\bgres\\b", "'sinfo -o \"%P %G\"' shows what the nodes have.", "gres"),
            new Rule(
                    "invalid qos",
                    "'sacctmgr show assoc user=$USER format=account,qos' lists what you may use.",
                    "qos"),
            new Rule("job array", "'scontrol show config' shows MaxArraySize; every index must be below it.", "array"),
            new Rule(
                    "dependency",
                    "Slurm forgets jobs some minutes after their end, and then refuses to depend on them.",
                    "dependency"),
            new Rule("reservation", "'scontrol show reservation' lists them.", "reservation"),
            new Rule("feature specification", "'sinfo -o \"%P %f\"' shows what the nodes have.", "constraint"),
            new Rule("wckey", "'sacctmgr show wckey' lists them.", "wckey"),
            new Rule("licen[cs]e", "'scontrol show licenses' lists them.", "licenses"),
            new Rule(
                    "requested node configuration",
                    "No node of the partition has all of this; 'sinfo -o \"%P %c %m %G\"' shows CPUs, MB and GRES.",
                    "gres",
                    "mem",
                    "cpus-per-task",
                    "constraint"),
            new Rule(
                    "accounting/qos policy|job submit limit",
                    "A limit of your account is reached: 'sacctmgr show assoc user=$USER' and 'sacctmgr show qos' show"
                            + " them, and 'squeue --me' how many jobs you have."),
            new Rule("batch script|interpreter", "The script's text itself is refused."));

    private static final List<String> SHOWN =
            List.of("account", "partition", "qos", "time", "nodes", "ntasks-per-node", "cpus-per-task", "mem", "gres");

    private Refusals() {}

    static SubmissionRefusedException of(String host, String words, SbatchScript script) {
        @Nullable String option = null;
        String advice = "";
        for (Rule rule : RULES) {
            if (rule.words().matcher(words).find()) {
                option = rule.options().stream()
                        .filter(o -> script.directive(o).isPresent())
                        .findFirst()
                        .orElse(rule.options().isEmpty() ? null : rule.options().get(0));
                advice = rule.advice();
                break;
            }
        }
        Matcher named = NAMED.matcher(words);
        if (option == null && named.find()) {
            option = Objects.requireNonNull(named.group(1));
        }
        Optional<String> value = option == null ? Optional.empty() : script.directive(option);
        StringBuilder message = new StringBuilder(host + " refused the job: " + words + ".");
        if (option != null) {
            message.append(" This is about --").append(option);
            message.append(value.map(v -> v.isEmpty() ? "." : "=" + v + ".").orElse(", which the script doesn't set."));
        }
        String asked = SHOWN.stream()
                .flatMap(o -> script.directive(o).map(v -> "--" + o + "=" + v).stream())
                .collect(Collectors.joining(" "));
        message.append(asked.isEmpty() ? "" : " The script asks for " + asked + ".");
        message.append(advice.isEmpty() ? "" : " " + advice);
        return new SubmissionRefusedException(message.toString(), words, option, value.orElse(null));
    }
}
