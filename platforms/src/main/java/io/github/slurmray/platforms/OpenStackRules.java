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

    private static final int HIGHEST_PORT = 65_535;
    private static final String A_PORT = "a port from 1 to " + HIGHEST_PORT;
    private static final String LONG = "; list the rules with --long and a client that has this column, or give what "
            + "'openstack security group show -f json' prints";

    /**
     * What the two commands call the parts of a rule. A list has every column; the other command leaves out what is
     * empty.
     */
    private record Form(
            String direction,
            String ethertype,
            String protocol,
            String source,
            String group,
            String addressGroup,
            Set<String> keys) {
        private static final Form LIST = new Form(
                "Direction",
                "Ethertype",
                "IP Protocol",
                "IP Range",
                "Remote Security Group",
                "Remote Address Group",
                Set.of("ID", "Port Range", "Security Group"));
        private static final Form SHOW = new Form(
                "direction",
                "ethertype",
                "protocol",
                "remote_ip_prefix",
                "remote_group_id",
                "remote_address_group_id",
                Set.of(
                        "id",
                        "ether_type",
                        "port_range_min",
                        "port_range_max",
                        "security_group_id",
                        "project_id",
                        "tenant_id",
                        "created_at",
                        "updated_at",
                        "revision_number",
                        "standard_attr_id",
                        "description",
                        "tags",
                        "name",
                        "location",
                        "normalized_cidr",
                        "belongs_to_default_sg"));

        /** All keys are those of the parts and the others. */
        Form {
            Set<String> all = new HashSet<>(keys);
            all.addAll(List.of(direction, ethertype, protocol, source, group, addressGroup));
            keys = Set.copyOf(all);
        }
    }

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
            RuleJson root = RuleJson.parse(FORMAT, group);
            for (RuleJson row : rows(root)) {
                new Row(root.isArray() ? Form.LIST : Form.SHOW, row).rule().ifPresent(allowed::add);
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

    /** One rule. */
    private final class Row {
        private final Form form;
        private final RuleJson row;

        Row(Form form, RuleJson row) {
            this.form = form;
            this.row = row;
        }

        /** Empty if it isn't about TCP, or about what goes out. */
        Optional<Ruleset.Rule> rule() {
            if (!row.isObject()) {
                throw row.bad("a rule");
            }
            String direction = need("ingress or egress", form.direction).toLowerCase(Locale.ROOT);
            if (direction.equals("egress")) {
                return Optional.empty();
            }
            if (!direction.equals("ingress")) {
                throw row.bad("a rule whose direction is ingress or egress");
            }
            CidrSet family = World.all(family());
            row.withOnly(form.keys());
            List<Condition> when = new ArrayList<>();
            NotUnderstood unclear = null;
            String protocol =
                    column(form.protocol).map(value -> value.text("a text")).orElse("any");
            if (Protocols.isOther(protocol)) {
                return Optional.empty();
            }
            if (Protocols.isTcp(protocol) || protocol.equals("0") || protocol.equalsIgnoreCase("any")) {
                when.add(ports());
            } else {
                unclear = row.unclear("its protocol isn't known");
                when.add(Condition.fixed(Match.MAYBE));
            }
            Optional<RuleJson> source = column(form.source);
            boolean members = isGroup(form.group);
            if (isGroup(form.addressGroup)) {
                unclear = row.unclear("it lets in an address group, whose addresses aren't in the list");
                when.add(Condition.fixed(Match.maybe(family)));
            } else if (members) {
                // the client prints 0.0.0.0/0 as the range of such a rule
                unclear = row.unclear("it lets in the members of a security group, whose addresses aren't in the list");
                when.add(Condition.fixed(Match.maybe(family.and(World.PRIVATE))));
            } else {
                CidrSet network = source.map(OpenStackRules::network).orElse(family);
                when.add(Condition.fixed(Match.exactly(network.and(family))));
            }
            return Optional.of(new Ruleset.Rule(when, Ruleset.Kind.ACCEPT, unclear));
        }

        /**
         * A value, which in a list may be null, but must be there: without it, a rule would let in more than it does.
         */
        private Optional<RuleJson> column(String key) {
            if (form.equals(Form.LIST) && !row.has(key)) {
                throw row.missing(key, "a value or null" + LONG);
            }
            return row.get(key);
        }

        private boolean isGroup(String key) {
            Optional<RuleJson> group = column(key);
            group.map(g -> g.text("a group's id"))
                    .filter(id -> id.isBlank() || id.equalsIgnoreCase("none"))
                    .ifPresent(id -> {
                        throw row.need(key, "").bad("a group's id, or null");
                    });
            return group.isPresent();
        }

        private Cidr.Family family() {
            String ethertype = form.equals(Form.SHOW) && !row.has(form.ethertype)
                    ? need("IPv4 or IPv6", "ether_type")
                    : need("IPv4 or IPv6", form.ethertype);
            return Arrays.stream(Cidr.Family.values())
                    .filter(f -> f.toString().equalsIgnoreCase(ethertype))
                    .findFirst()
                    .orElseThrow(() -> row.bad("a rule whose ethertype is IPv4 or IPv6"));
        }

        private Condition ports() {
            if (form.equals(Form.LIST)) {
                RuleJson range = row.need("Port Range", "ports such as 22:22, or an empty text" + LONG);
                String text = range.text("ports such as 22:22");
                if (text.isEmpty()) {
                    return Condition.fixed(Match.ALWAYS);
                }
                Matcher ends = PORTS.matcher(text);
                if (!ends.matches()) {
                    throw range.bad("ports such as 22:22");
                }
                return ports(range, Integer.parseInt(ends.group(1)), Integer.parseInt(ends.group(2)));
            }
            Optional<RuleJson> first = row.get("port_range_min");
            Optional<RuleJson> last = row.get("port_range_max");
            if (first.isEmpty() && last.isEmpty()) {
                return Condition.fixed(Match.ALWAYS);
            }
            RuleJson min = first.orElseThrow(() -> row.missing("port_range_min", A_PORT));
            RuleJson max = last.orElseThrow(() -> row.missing("port_range_max", A_PORT));
            return ports(max, port(min), port(max));
        }

        private static int port(RuleJson value) {
            int port = value.number(A_PORT);
            if (port < 1 || port > HIGHEST_PORT) {
                throw value.bad(A_PORT);
            }
            return port;
        }

        private Condition ports(RuleJson where, int first, int last) {
            if (first < 1 || last > HIGHEST_PORT || first > last) {
                throw where.bad("ports that go up, from 1 to " + HIGHEST_PORT);
            }
            return ruleset.ports(first, last);
        }

        private String need(String expected, String key) {
            return row.need(key, expected + (form.equals(Form.LIST) ? LONG : ""))
                    .text(expected);
        }
    }

    private static CidrSet network(RuleJson range) {
        String text = range.text("a network such as 192.0.2.0/24");
        try {
            return CidrSet.of(Cidr.parseMasked(text));
        } catch (IllegalArgumentException e) {
            throw range.bad("a network such as 192.0.2.0/24", e);
        }
    }
}
