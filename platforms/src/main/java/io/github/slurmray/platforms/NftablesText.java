package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.platforms.Firewall.NftFamily;
import java.util.List;
import java.util.stream.Collectors;

/** The text of a file for {@code nft -f}. */
final class NftablesText {
    private NftablesText() {}

    static String ruleset(List<AllowRule> rules, NftFamily family) {
        for (int i = 0; i < rules.size(); i++) {
            Cidr source = rules.get(i).source();
            if (!family.says(source.family())) {
                throw new IllegalArgumentException("at '/allow/" + i + "/source': a table of family " + family
                        + " can't say the " + source.family() + " network " + source
                        + "; use family inet, or leave the network out");
            }
        }
        String ports = rules.stream()
                .map(AllowRule::ports)
                .distinct()
                .map(PortRange::toString)
                .collect(Collectors.joining(", "));
        StringBuilder text = new StringBuilder();
        // declared first, so that deleting it works also if it isn't there
        text.append("table ").append(family).append(" slurmray\n");
        text.append("delete table ").append(family).append(" slurmray\n");
        text.append("table ").append(family).append(" slurmray {\n");
        set(text, rules, Cidr.Family.IPV4, "allowed4", "ipv4_addr");
        set(text, rules, Cidr.Family.IPV6, "allowed6", "ipv6_addr");
        text.append("\tchain input {\n");
        text.append("\t\ttype filter hook input priority filter; policy accept;\n");
        text.append("\t\tct state established,related accept\n");
        text.append("\t\tiif \"lo\" accept\n");
        if (has(rules, Cidr.Family.IPV4)) {
            text.append("\t\tip saddr @allowed4 accept\n");
        }
        if (has(rules, Cidr.Family.IPV6)) {
            text.append("\t\tip6 saddr @allowed6 accept\n");
        }
        text.append("\t\ttcp dport { ").append(ports).append(" } drop\n");
        return text.append("\t}\n}\n").toString();
    }

    private static boolean has(List<AllowRule> rules, Cidr.Family family) {
        return rules.stream().anyMatch(r -> r.source().family() == family);
    }

    private static void set(StringBuilder text, List<AllowRule> rules, Cidr.Family family, String name, String type) {
        if (!has(rules, family)) {
            return;
        }
        text.append("\tset ").append(name).append(" {\n");
        text.append("\t\ttype ").append(type).append("\n\t\tflags interval\n\t\telements = {\n");
        rules.stream()
                .filter(r -> r.source().family() == family)
                .collect(Collectors.toMap(AllowRule::source, AllowRule::of, (a, b) -> a, java.util.LinkedHashMap::new))
                .forEach((source, of) -> text.append("\t\t\t")
                        .append(source)
                        .append(", # ")
                        .append(String.join(", ", of))
                        .append('\n'));
        text.append("\t\t}\n\t}\n");
    }
}
