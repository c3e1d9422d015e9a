package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import io.github.slurmray.platforms.Ruleset.Condition;
import io.github.slurmray.platforms.Ruleset.Kind;
import io.github.slurmray.platforms.Ruleset.Match;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Azure's network security groups: what a template, {@code az network nsg show} and {@code az network nsg rule list}
 * hold. The inbound rule with the lowest priority that matches decides; last come the rules that every group has, which
 * let in the virtual network and the load balancer's probes, and nobody else.
 */
final class AzureRules {
    private static final String FORMAT = "Azure network security group";
    private static final String FORMS = "a network security group, its list of rules, or a template with one of them";
    private static final String GROUP = "Microsoft.Network/networkSecurityGroups";
    private static final String RULE = GROUP + "/securityRules";
    private static final String DEFAULT_RULE = GROUP + "/defaultSecurityRules";
    private static final String DEPLOYMENT = "Microsoft.Resources/deployments";
    private static final String CHAIN = "inbound";
    private static final Set<String> OF_A_RESOURCE = Set.of(
            "name",
            "type",
            "id",
            "etag",
            "resourceGroup",
            "apiVersion",
            "comments",
            "dependsOn",
            "metadata",
            "properties");
    private static final Set<String> OF_A_GROUP = Set.of(
            "securityRules",
            "defaultSecurityRules",
            "flushConnection",
            "provisioningState",
            "resourceGuid",
            "networkInterfaces",
            "subnets",
            "flowLogs");
    private static final Set<String> BESIDE_A_GROUP = Set.of("location", "tags", "resources");
    private static final Set<String> OF_A_RULE = Set.of(
            "access",
            "description",
            "direction",
            "priority",
            "protocol",
            "provisioningState",
            "sourceAddressPrefix",
            "sourceAddressPrefixes",
            "sourceApplicationSecurityGroups",
            "sourcePortRange",
            "sourcePortRanges",
            "destinationAddressPrefix",
            "destinationAddressPrefixes",
            "destinationApplicationSecurityGroups",
            "destinationPortRange",
            "destinationPortRanges");
    private static final int HIGHEST_PORT = 65_535;
    static final int LOWEST_PRIORITY = 100;
    static final int HIGHEST_PRIORITY = 4096;
    /** Of the rules that every group has. */
    private static final PortRange DEFAULT_PRIORITIES = new PortRange(65_000, 65_500);

    private static final Pattern PORTS = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

    private static final Match VIRTUAL_NETWORK = Match.maybe(World.PRIVATE);
    // the address of the host, from which the probes come
    private static final Match LOAD_BALANCER = Match.exactly(CidrSet.of(Cidr.parse("168.63.129.16/32")));
    private static final Match INTERNET = new Match(CidrSet.ALL.minus(World.PRIVATE), CidrSet.ALL);

    private final Ruleset.Builder ruleset = new Ruleset.Builder(FORMAT);
    private final Map<Integer, Optional<Ruleset.Rule>> byPriority = new TreeMap<>();

    private AzureRules() {}

    static Ruleset read(String json) {
        return new AzureRules().ruleset(json);
    }

    private Ruleset ruleset(String json) {
        for (RuleJson rule : rules(RuleJson.parse(FORMAT, json))) {
            rule(rule);
        }
        List<Ruleset.Rule> rules = new ArrayList<>();
        byPriority.values().forEach(rule -> rule.ifPresent(rules::add));
        NotUnderstood network = new NotUnderstood(
                "", "AllowVnetInBound", "every group lets in the virtual network, whose addresses aren't in the list");
        rules.add(new Ruleset.Rule(List.of(Condition.fixed(VIRTUAL_NETWORK)), Kind.ACCEPT, network));
        rules.add(new Ruleset.Rule(List.of(Condition.fixed(LOAD_BALANCER)), Kind.ACCEPT, null));
        return ruleset.chain(CHAIN, rules)
                .base(new Ruleset.Base(CHAIN, CidrSet.ALL, false))
                .build();
    }

    private static List<RuleJson> rules(RuleJson root) {
        if (root.isArray()) {
            List<RuleJson> items = root.items();
            if (items.stream().noneMatch(AzureRules::isGroup)) {
                return items;
            }
            if (items.size() > 1) {
                throw root.bad("one group, not " + items.size() + "; give each alone");
            }
            return ofGroup(items.get(0), List.of());
        }
        if (isGroup(root)) {
            return ofGroup(root, List.of());
        }
        List<RuleJson> groups = new ArrayList<>();
        List<RuleJson> children = new ArrayList<>();
        for (RuleJson resource : root.get("resources").map(RuleJson::values).orElse(List.of())) {
            if (isGroup(resource)) {
                groups.add(resource);
            } else if (type(resource).equalsIgnoreCase(RULE)) {
                children.add(resource);
            } else {
                withoutRules(resource);
            }
        }
        if (groups.isEmpty()) {
            throw root.bad(FORMS);
        }
        if (groups.size() > 1) {
            throw root.bad("one group, not " + groups.size() + "; give each alone");
        }
        return ofGroup(groups.get(0), children);
    }

    private static boolean isGroup(RuleJson node) {
        return properties(node).has("securityRules") || type(node).equalsIgnoreCase(GROUP);
    }

    private static String type(RuleJson resource) {
        return resource.get("type").flatMap(RuleJson::asText).orElse("");
    }

    /** Commands print a resource's properties beside its name, templates below a key. */
    private static RuleJson properties(RuleJson resource) {
        return resource.get("properties").orElse(resource);
    }

    /** The rules in a group, and those that stand beside it in a template. */
    private static List<RuleJson> ofGroup(RuleJson group, List<RuleJson> beside) {
        known(group, OF_A_GROUP, BESIDE_A_GROUP);
        List<RuleJson> rules = new ArrayList<>();
        for (String key : List.of("securityRules", "defaultSecurityRules")) {
            properties(group).get(key).ifPresent(list -> rules.addAll(list.items()));
        }
        List<RuleJson> children = group.get("resources").map(RuleJson::values).orElse(List.of());
        for (RuleJson child : children) {
            if (!type(child).equalsIgnoreCase(RULE) && !type(child).equalsIgnoreCase("securityRules")) {
                throw child.bad("a rule of the group");
            }
        }
        for (RuleJson rule : beside) {
            String name = group.need("name", "the group's name").text("the group's name");
            RuleJson full = rule.need("name", "the names of a group and a rule");
            // what an expression comes to isn't known
            if (name.startsWith("[")
                    || !full.text("a name").toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + "/")) {
                throw full.bad("a rule of the group '" + name
                        + "', both named without expressions; give what 'az network nsg show' prints");
            }
        }
        if (rules.isEmpty() && children.isEmpty() && beside.isEmpty()) {
            properties(group).need("securityRules", "the list of the group's rules");
        }
        rules.addAll(children);
        rules.addAll(beside);
        return rules;
    }

    /** Refuses a resource that may hold or make rules in a way that isn't read here. */
    private static void withoutRules(RuleJson node) {
        if (node.isObject()) {
            String type = type(node);
            boolean may = node.has("securityRules")
                    || type.startsWith("[")
                    || type.equalsIgnoreCase(DEPLOYMENT)
                    || type.toLowerCase(Locale.ROOT).startsWith(GROUP.toLowerCase(Locale.ROOT));
            if (may) {
                throw node.bad("rules in their group or beside it; give what 'az network nsg show' prints");
            }
        }
        if (node.isObject() || node.isArray()) {
            node.values().forEach(AzureRules::withoutRules);
        }
    }

    /** Checks the keys of a resource, whose properties may stand beside its name or below a key. */
    private static RuleJson known(RuleJson resource, Set<String> own, Set<String> beside) {
        Set<String> outer = new HashSet<>(OF_A_RESOURCE);
        outer.addAll(beside);
        if (resource.get("properties").isPresent()) {
            properties(resource).withOnly(own);
        } else {
            outer.addAll(own);
        }
        resource.withOnly(outer);
        return properties(resource);
    }

    private void rule(RuleJson node) {
        if (!node.isObject()) {
            throw node.bad("a rule");
        }
        if (!List.of("", "securityrules", RULE.toLowerCase(Locale.ROOT), DEFAULT_RULE.toLowerCase(Locale.ROOT))
                .contains(type(node).toLowerCase(Locale.ROOT))) {
            throw node.bad("a rule of a network security group");
        }
        RuleJson rule = known(node, OF_A_RULE, Set.of());
        String direction = rule.need("direction", "Inbound or Outbound").text("Inbound or Outbound");
        if (direction.equalsIgnoreCase("Outbound")) {
            return;
        }
        if (!direction.equalsIgnoreCase("Inbound")) {
            throw rule.bad("a rule whose direction is Inbound or Outbound");
        }
        RuleJson priority = rule.need("priority", "a number");
        int number = priority.number("a number");
        if ((number < LOWEST_PRIORITY || number > HIGHEST_PRIORITY)
                && (number < DEFAULT_PRIORITIES.first() || number > DEFAULT_PRIORITIES.last())) {
            throw priority.bad("a priority from " + LOWEST_PRIORITY + " to " + HIGHEST_PRIORITY);
        }
        if (byPriority.putIfAbsent(number, new Reader(node, rule).rule()) != null) {
            throw priority.bad("a priority that no other inbound rule has");
        }
    }

    /** One inbound rule. */
    private final class Reader {
        private final RuleJson node;
        private final RuleJson rule;
        private final List<String> unclear = new ArrayList<>();

        Reader(RuleJson node, RuleJson rule) {
            this.node = node;
            this.rule = rule;
        }

        /** Empty if the rule isn't about TCP. */
        Optional<Ruleset.Rule> rule() {
            List<Condition> when = new ArrayList<>();
            String protocol =
                    rule.need("protocol", "Tcp, * or another protocol").text("a text");
            if (Protocols.isOther(protocol)) {
                return Optional.empty();
            }
            if (!protocol.equals("*") && !Protocols.isTcp(protocol)) {
                when.add(unclear("its protocol isn't known"));
            }
            when.add(Condition.any(some("destinationPortRange", "destinationPortRanges").stream()
                    .map(this::toPorts)
                    .toList()));
            when.add(sources());
            if (some("sourcePortRange", "sourcePortRanges").stream()
                    .map(p -> p.text("a text"))
                    .noneMatch(p -> p.equals("*") || p.equals("0-65535"))) {
                when.add(unclear("it depends on the port that a client has by chance"));
            }
            when.add(destination());
            return Optional.of(new Ruleset.Rule(
                    when, kind(), unclear.isEmpty() ? null : node.unclear(String.join("; ", unclear))));
        }

        private Condition unclear(String why) {
            unclear.add(why);
            return Condition.fixed(Match.MAYBE);
        }

        private Kind kind() {
            String access = rule.need("access", "Allow or Deny").text("Allow or Deny");
            return switch (access.toLowerCase(Locale.ROOT)) {
                case "allow" -> Kind.ACCEPT;
                case "deny" -> Kind.REFUSE;
                default -> {
                    unclear("its access is neither Allow nor Deny");
                    yield Kind.UNKNOWN;
                }
            };
        }

        private List<RuleJson> values(String one, String many) {
            List<RuleJson> values = new ArrayList<>();
            // commands print an empty text where there is nothing
            rule.get(one).filter(v -> !v.text("a text").isEmpty()).ifPresent(values::add);
            rule.get(many).ifPresent(list -> values.addAll(list.items()));
            return values;
        }

        /** At least one: without any, who knows what the rule is about. */
        private List<RuleJson> some(String one, String many) {
            List<RuleJson> values = values(one, many);
            if (values.isEmpty()) {
                throw rule.missing(one, "a text, or a list in '" + many + "'");
            }
            return values;
        }

        /** As above, or none where there are application security groups. */
        private List<RuleJson> someOr(String groups, String one, String many) {
            if (rule.get(groups).map(list -> list.items().isEmpty()).orElse(true)) {
                return some(one, many);
            }
            if (!values(one, many).isEmpty()) {
                throw rule.bad("addresses or application security groups, not both");
            }
            return List.of();
        }

        private Condition toPorts(RuleJson ports) {
            String text = ports.text("a text");
            if (text.equals("*")) {
                return Condition.fixed(Match.ALWAYS);
            }
            Matcher m = PORTS.matcher(text);
            if (!m.matches()) {
                return unclear("its ports '" + text + "' aren't numbers");
            }
            int first = Integer.parseInt(m.group(1));
            int last = m.group(2) == null ? first : Integer.parseInt(m.group(2));
            if (first > last || last > HIGHEST_PORT) {
                throw ports.bad("ports that go up, to " + HIGHEST_PORT + " at most");
            }
            return ruleset.ports(first, last);
        }

        private Condition sources() {
            List<RuleJson> texts =
                    someOr("sourceApplicationSecurityGroups", "sourceAddressPrefix", "sourceAddressPrefixes");
            if (texts.isEmpty()) {
                unclear.add("it is about an application security group, whose addresses aren't in the list");
                return Condition.fixed(VIRTUAL_NETWORK);
            }
            List<Match> any = new ArrayList<>();
            for (RuleJson value : texts) {
                String text = value.text("a text");
                any.add(network(text).map(n -> Match.exactly(CidrSet.of(n))).orElseGet(() -> tag(text)));
            }
            return Condition.fixed(Match.any(any));
        }

        private Match tag(String text) {
            switch (text.toLowerCase(Locale.ROOT)) {
                case "*", "any" -> {
                    return Match.ALWAYS;
                }
                case "internet" -> {
                    unclear.add("which private addresses belong to the Internet depends on the virtual network");
                    return INTERNET;
                }
                case "virtualnetwork" -> {
                    unclear.add("the virtual network's addresses aren't in the list");
                    return VIRTUAL_NETWORK;
                }
                case "azureloadbalancer" -> {
                    return LOAD_BALANCER;
                }
                default -> {
                    unclear.add("the addresses of '" + text + "' aren't in the list");
                    return Match.MAYBE;
                }
            }
        }

        // the machine is in the virtual network, but nobody knows at which address
        private Condition destination() {
            List<String> texts = someOr(
                            "destinationApplicationSecurityGroups",
                            "destinationAddressPrefix",
                            "destinationAddressPrefixes")
                    .stream()
                    .map(value -> value.text("a text"))
                    .toList();
            if (texts.stream().anyMatch(t -> t.equals("*") || t.equalsIgnoreCase("VirtualNetwork"))) {
                return Condition.fixed(Match.ALWAYS);
            }
            List<Condition> whole = texts.stream()
                    .flatMap(t -> network(t).stream())
                    .filter(n -> n.length() == 0)
                    .map(n -> Condition.fixed(Match.exactly(World.all(n.family()))))
                    .toList();
            return whole.size() == texts.size() && !whole.isEmpty()
                    ? Condition.any(whole)
                    : unclear("it depends on the machine's own address");
        }
    }

    private static Optional<Cidr> network(String text) {
        try {
            return Optional.of(Cidr.parseMasked(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
