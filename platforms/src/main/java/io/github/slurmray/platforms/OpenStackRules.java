package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import io.github.slurmray.core.Shell;
import io.github.slurmray.platforms.Ruleset.Condition;
import io.github.slurmray.platforms.Ruleset.Match;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * OpenStack's security groups: commands of its client, and what {@code openstack security group rule list --long -f
 * json} and {@code openstack security group show -f json} print. A group only allows; what none of its rules allows is
 * refused.
 */
final class OpenStackRules {
    private static final String FORMAT = "OpenStack rule list";
    private static final String CHAIN = "ingress";
    private static final int LONGEST_DESCRIPTION = 255;
    private static final Pattern PORTS = Pattern.compile("(\\d{1,5}):(\\d{1,5})");

    private final Ruleset.Builder ruleset = new Ruleset.Builder(FORMAT);

    private OpenStackRules() {}

    static List<String> commands(List<AllowRule> rules, String group) {
        if (group.isBlank() || group.startsWith("-") || group.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a security group must be a name or an id, without control characters "
                    + "or a hyphen at its start, but was '" + group + "'; use its id");
        }
        return rules.stream().map(rule -> command(rule, group)).toList();
    }

    private static String command(AllowRule rule, String group) {
        PortRange ports = rule.ports();
        return List.of(
                        "openstack",
                        "security",
                        "group",
                        "rule",
                        "create",
                        "--ingress",
                        "--ethertype",
                        rule.source().family().toString(),
                        "--protocol",
                        "tcp",
                        "--dst-port",
                        ports.first() == ports.last() ? "" + ports.first() : ports.first() + ":" + ports.last(),
                        "--remote-ip",
                        rule.source().toString(),
                        "--description",
                        Firewall.description(List.of(rule), LONGEST_DESCRIPTION),
                        group)
                .stream()
                .map(Shell::quote)
                .collect(Collectors.joining(" "));
    }

    /** Reads the groups of one machine, whose rules add up. */
    static Ruleset read(List<String> groups) {
        return new OpenStackRules().ruleset(groups);
    }

    private Ruleset ruleset(List<String> groups) {
        List<Ruleset.Rule> allowed = new ArrayList<>();
        for (String group : groups) {
            for (RuleJson row : rows(RuleJson.parse(FORMAT, group))) {
                rule(row).ifPresent(allowed::add);
            }
        }
        return ruleset.chain(CHAIN, allowed)
                .base(new Ruleset.Base(CHAIN, CidrSet.ALL, false))
                .build();
    }

    private static List<RuleJson> rows(RuleJson root) {
        String forms = "the list of rules that 'openstack security group rule list --long -f json <group>' prints";
        if (root.isObject()) {
            RuleJson rules = root.need("rules", forms);
            if (!rules.isArray()) {
                throw rules.bad(forms);
            }
            return rules.items();
        }
        if (!root.isArray()) {
            throw root.bad(forms);
        }
        Set<String> groups = new HashSet<>();
        for (RuleJson row : root.items()) {
            row.get("Security Group").map(RuleJson::toString).ifPresent(groups::add);
            if (groups.size() > 1) {
                throw root.bad("the rules of one group, not of " + groups + "; list each group of the machine alone");
            }
        }
        return root.items();
    }

    private Optional<Ruleset.Rule> rule(RuleJson row) {
        if (!row.isObject()) {
            throw row.bad("a rule");
        }
        String direction = need(row, "ingress or egress; list the rules with --long", "Direction", "direction");
        if (direction.toLowerCase(Locale.ROOT).equals("egress")) {
            return Optional.empty();
        }
        if (!direction.toLowerCase(Locale.ROOT).equals("ingress")) {
            throw row.bad("a rule whose direction is ingress or egress");
        }
        Optional<String> protocol = text(row, "IP Protocol", "protocol");
        List<Condition> when = new ArrayList<>();
        NotUnderstood unclear = null;
        switch (protocol.orElse("any").toLowerCase(Locale.ROOT)) {
            case "any", "0", "tcp", "6" -> when.add(ports(row));
            default -> {
                if (!Protocols.isOther(protocol.orElseThrow())) {
                    unclear = row.unclear("its protocol isn't known");
                    when.add(Condition.fixed(Match.MAYBE));
                } else {
                    return Optional.empty();
                }
            }
        }
        CidrSet family = World.all(family(row));
        if (first(row, "Remote Address Group", "remote_address_group_id").isPresent()) {
            unclear = row.unclear("it lets in an address group, whose addresses aren't in the list");
            when.add(Condition.fixed(Match.maybe(family)));
        } else if (first(row, "Remote Security Group", "remote_group_id").isPresent()) {
            // the client prints 0.0.0.0/0 as the range of such a rule
            unclear = row.unclear("it lets in the members of a security group, whose addresses aren't in the list");
            when.add(Condition.fixed(Match.maybe(family.and(World.PRIVATE))));
        } else {
            CidrSet source = first(row, "IP Range", "remote_ip_prefix")
                    .map(OpenStackRules::network)
                    .orElse(family);
            when.add(Condition.fixed(Match.exactly(source.and(family))));
        }
        return Optional.of(new Ruleset.Rule(when, Ruleset.Kind.ACCEPT, unclear));
    }

    private static Cidr.Family family(RuleJson row) {
        String ethertype =
                need(row, "IPv4 or IPv6; list the rules with --long", "Ethertype", "ethertype", "ether_type");
        return Arrays.stream(Cidr.Family.values())
                .filter(f -> f.toString().equalsIgnoreCase(ethertype))
                .findFirst()
                .orElseThrow(() -> row.bad("a rule whose ethertype is IPv4 or IPv6"));
    }

    private static CidrSet network(RuleJson range) {
        String text = range.text("a network such as 192.0.2.0/24");
        try {
            return CidrSet.of(Cidr.parseMasked(text));
        } catch (IllegalArgumentException e) {
            throw range.bad("a network such as 192.0.2.0/24", e);
        }
    }

    private Condition ports(RuleJson row) {
        Optional<RuleJson> range = row.get("Port Range");
        if (range.isPresent()) {
            String text = range.get().text("ports such as 22:22");
            if (text.isEmpty()) {
                return Condition.fixed(Match.ALWAYS);
            }
            Matcher ends = PORTS.matcher(text);
            if (!ends.matches()) {
                throw range.get().bad("ports such as 22:22");
            }
            return ruleset.ports(Integer.parseInt(ends.group(1)), Integer.parseInt(ends.group(2)));
        }
        Optional<RuleJson> first = row.get("port_range_min");
        Optional<RuleJson> last = row.get("port_range_max").or(() -> first);
        return last.isEmpty()
                ? Condition.fixed(Match.ALWAYS)
                : ruleset.ports(
                        first.or(() -> last).orElseThrow().number("a port"),
                        last.get().number("a port"));
    }

    /** The first of some keys that is there: the two commands don't agree on the names. */
    private static Optional<RuleJson> first(RuleJson row, String... keys) {
        return Arrays.stream(keys).map(row::get).flatMap(Optional::stream).findFirst();
    }

    private static Optional<String> text(RuleJson row, String... keys) {
        return first(row, keys).map(value -> value.text("a text"));
    }

    private static String need(RuleJson row, String expected, String... keys) {
        return text(row, keys).orElseThrow(() -> row.missing(keys[0], expected));
    }
}
