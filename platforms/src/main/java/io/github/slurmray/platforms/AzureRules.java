package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import io.github.slurmray.platforms.Ruleset.Condition;
import io.github.slurmray.platforms.Ruleset.Kind;
import io.github.slurmray.platforms.Ruleset.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Azure's network security groups: the array of a template, and what a template, {@code az network nsg show} and
 * {@code az network nsg rule list} hold. The inbound rule with the lowest priority that matches decides; last come the
 * rules that every group has, which let in the virtual network and the load balancer's probes, and nobody else.
 */
final class AzureRules {
    private static final String FORMAT = "Azure network security group";
    private static final String FORMS = "a network security group, its list of rules, or a template with one of them";
    private static final String GROUP = "Microsoft.Network/networkSecurityGroups";
    private static final String CHAIN = "inbound";
    private static final int LOWEST_PRIORITY = 100;
    private static final int HIGHEST_PRIORITY = 4096;
    private static final int LONGEST_DESCRIPTION = 140;
    private static final Pattern PORTS = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

    private static final Match VIRTUAL_NETWORK = Match.maybe(World.PRIVATE);
    // the address of the host, from which the probes come
    private static final Match LOAD_BALANCER = Match.exactly(CidrSet.of(Cidr.parse("168.63.129.16/32")));
    private static final Match INTERNET = new Match(CidrSet.ALL.minus(World.PRIVATE), CidrSet.ALL);

    private final Ruleset.Builder ruleset = new Ruleset.Builder(FORMAT);
    private final Map<Integer, Optional<Ruleset.Rule>> byPriority = new TreeMap<>();

    private AzureRules() {}

    static String array(List<AllowRule> rules, int firstPriority) {
        ArrayNode array = JsonMapper.shared().createArrayNode();
        int priority = firstPriority;
        for (Cidr.Family family : Cidr.Family.values()) {
            List<AllowRule> some =
                    rules.stream().filter(r -> r.source().family() == family).toList();
            if (!some.isEmpty()) {
                if (priority < LOWEST_PRIORITY || priority > HIGHEST_PRIORITY) {
                    throw new IllegalArgumentException("at '/" + array.size() + "/properties/priority': must be from "
                            + LOWEST_PRIORITY + " to " + HIGHEST_PRIORITY + ", but was " + priority
                            + "; choose another first priority");
                }
                write(array.addObject(), family, some, priority++);
            }
        }
        return Firewall.pretty(array);
    }

    private static void write(ObjectNode rule, Cidr.Family family, List<AllowRule> some, int priority) {
        rule.put("name", "slurmray-" + family.toString().toLowerCase(Locale.ROOT));
        ObjectNode properties = rule.putObject("properties");
        properties.put("description", Firewall.description(some, LONGEST_DESCRIPTION));
        properties.put("direction", "Inbound");
        properties.put("access", "Allow");
        properties.put("priority", priority);
        properties.put("protocol", "Tcp");
        put(
                properties,
                "sourceAddressPrefix",
                "sourceAddressPrefixes",
                some.stream().map(r -> r.source().toString()).distinct().toList());
        properties.put("sourcePortRange", "*");
        properties.put("destinationAddressPrefix", "*");
        put(
                properties,
                "destinationPortRange",
                "destinationPortRanges",
                some.stream().map(r -> r.ports().toString()).distinct().toList());
    }

    // as the service itself writes them: one value in the singular, several in the plural
    private static void put(ObjectNode properties, String one, String many, List<String> values) {
        if (values.size() == 1) {
            properties.put(one, values.get(0));
        } else {
            values.forEach(properties.putArray(many)::add);
        }
    }

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
        List<RuleJson> items = root.isArray() ? root.items() : List.of(root);
        if (root.isArray() && items.stream().noneMatch(AzureRules::isGroup)) {
            return items;
        }
        List<RuleJson> groups = new ArrayList<>();
        List<RuleJson> rules = new ArrayList<>();
        items.forEach(item -> collect(item, groups, rules));
        if (groups.size() > 1 || (groups.isEmpty() && rules.isEmpty())) {
            throw root.bad(groups.isEmpty() ? FORMS : "one group, not " + groups.size() + "; give each alone");
        }
        return rules;
    }

    private static boolean isGroup(RuleJson node) {
        return properties(node).get("securityRules").isPresent();
    }

    /** Commands print a resource's properties beside its name, templates below a key. */
    private static RuleJson properties(RuleJson resource) {
        return resource.get("properties").orElse(resource);
    }

    private static void collect(RuleJson resource, List<RuleJson> groups, List<RuleJson> rules) {
        String type = resource.get("type").flatMap(RuleJson::asText).orElse("");
        if (type.equalsIgnoreCase(GROUP + "/securityRules") || type.equalsIgnoreCase("securityRules")) {
            rules.add(resource);
            return;
        }
        if (isGroup(resource) || type.equalsIgnoreCase(GROUP)) {
            groups.add(resource);
            properties(resource).get("securityRules").ifPresent(list -> rules.addAll(list.items()));
            properties(resource).get("defaultSecurityRules").ifPresent(list -> rules.addAll(list.items()));
        }
        resource.get("resources").ifPresent(list -> list.values().forEach(child -> collect(child, groups, rules)));
    }

    private void rule(RuleJson node) {
        if (!node.isObject()) {
            throw node.bad("a rule");
        }
        RuleJson rule = properties(node);
        String direction = rule.need("direction", "Inbound or Outbound").text("Inbound or Outbound");
        if (direction.equalsIgnoreCase("Outbound")) {
            return;
        }
        if (!direction.equalsIgnoreCase("Inbound")) {
            throw rule.bad("a rule whose direction is Inbound or Outbound");
        }
        RuleJson priority = rule.need("priority", "a number");
        if (byPriority.putIfAbsent(priority.number("a number"), new Reader(node, rule).rule()) != null) {
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
            when.add(Condition.any(texts("destinationPortRange", "destinationPortRanges").stream()
                    .map(this::toPorts)
                    .toList()));
            when.add(sources());
            if (texts("sourcePortRange", "sourcePortRanges").stream()
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

        private List<String> texts(String one, String many) {
            List<String> texts = new ArrayList<>();
            rule.get(one).ifPresent(value -> texts.add(value.text("a text")));
            rule.get(many).ifPresent(list -> list.items().forEach(value -> texts.add(value.text("a text"))));
            return texts;
        }

        private Condition toPorts(String text) {
            if (text.equals("*")) {
                return Condition.fixed(Match.ALWAYS);
            }
            Matcher m = PORTS.matcher(text);
            if (!m.matches()) {
                return unclear("its ports '" + text + "' aren't numbers");
            }
            String last = Optional.ofNullable(m.group(2)).orElse(m.group(1));
            return ruleset.ports(Integer.parseInt(m.group(1)), Integer.parseInt(last));
        }

        private Condition sources() {
            List<Match> any = new ArrayList<>();
            for (String text : texts("sourceAddressPrefix", "sourceAddressPrefixes")) {
                any.add(network(text).map(n -> Match.exactly(CidrSet.of(n))).orElseGet(() -> tag(text)));
            }
            if (rule.get("sourceApplicationSecurityGroups")
                    .filter(list -> !list.items().isEmpty())
                    .isPresent()) {
                unclear.add("it is about an application security group, whose addresses aren't in the list");
                any.add(VIRTUAL_NETWORK);
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
            List<String> texts = texts("destinationAddressPrefix", "destinationAddressPrefixes");
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
