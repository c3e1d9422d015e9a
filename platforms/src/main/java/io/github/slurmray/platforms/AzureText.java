package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The array {@code securityRules} of a network security group, as a template has it. */
final class AzureText {
    private static final int LONGEST_DESCRIPTION = 140;
    /** What Azure takes as sources of all rules of a group. */
    private static final int MOST_NETWORKS = 4_000;

    private AzureText() {}

    static String array(List<AllowRule> rules, int firstPriority) {
        long networks = rules.stream().map(AllowRule::source).distinct().count();
        if (networks > MOST_NETWORKS) {
            throw new IllegalArgumentException("a network security group of Azure takes at most " + MOST_NETWORKS
                    + " networks as sources, but there are " + networks + "; name larger networks, or fewer");
        }
        ArrayNode array = JsonMapper.shared().createArrayNode();
        int priority = firstPriority;
        for (Cidr.Family family : Cidr.Family.values()) {
            List<AllowRule> some =
                    rules.stream().filter(r -> r.source().family() == family).toList();
            if (!some.isEmpty()) {
                if (priority < AzureRules.LOWEST_PRIORITY || priority > AzureRules.HIGHEST_PRIORITY) {
                    throw new IllegalArgumentException("at '/" + array.size() + "/properties/priority': must be from "
                            + AzureRules.LOWEST_PRIORITY + " to " + AzureRules.HIGHEST_PRIORITY + ", but was "
                            + priority
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
}
