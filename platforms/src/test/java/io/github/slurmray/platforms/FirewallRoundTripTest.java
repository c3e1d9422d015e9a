package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import io.github.slurmray.platforms.FirewallReport.Answer;
import io.github.slurmray.platforms.FirewallReport.Gap;
import io.github.slurmray.platforms.OutwardAddresses.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever is rendered for a target and read back from it lets in exactly whom it was made for; nftables:
 * NftablesReaderTest.
 */
class FirewallRoundTripTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @ParameterizedTest
    @ValueSource(strings = {"openstack", "azure", "azure template"})
    void whatIsRenderedIsReadBackAndAcceptsEverySiteAndNobodyElse(String target) {
        Random seeds = new Random(target.length());
        for (int i = 0; i < 60; i++) {
            long seed = seeds.nextLong();
            Random random = new Random(seed);
            List<OutwardAddresses> sites = new ArrayList<>();
            Firewall.Builder builder = Firewall.builder();
            for (int s = random.nextInt(4); s >= 0; s--) {
                OutwardAddresses site =
                        new OutwardAddresses("site" + s, networks(random), networks(random), List.of(), List.of());
                sites.add(site);
                builder.site(site, Part.ALL);
            }
            List<PortRange> ports = new ArrayList<>();
            for (int p = random.nextInt(3); p >= 0; p--) {
                int first = 1 + random.nextInt(60_000);
                ports.add(new PortRange(first, first + random.nextInt(3) * random.nextInt(2_500)));
            }
            ports.forEach(builder::ports);
            Firewall firewall = builder.build();
            CidrSet all =
                    CidrSet.of(firewall.rules().stream().map(AllowRule::source).toList());
            OutwardAddresses others = new OutwardAddresses(
                    "others", CidrSet.ALL.minus(all).minus(World.PRIVATE).cidrs(), List.of(), List.of(), List.of());
            RuleList rules = back(target, firewall);

            FirewallReport report = rules.check(sites, Part.ALL, ports.toArray(PortRange[]::new));
            FirewallReport rest = rules.check(List.of(others), Part.ALL, ports.toArray(PortRange[]::new));

            assertThat(report.findings()).as("seed %d", seed).isEmpty();
            assertThat(report.sites())
                    .as("seed %d", seed)
                    .allSatisfy(s -> assertThat(s.answer()).isEqualTo(Answer.ACCEPTED));
            // Azure always lets its own probes in
            CidrSet probes = CidrSet.of(Cidr.parse("168.63.129.16/32"));
            assertThat(CidrSet.of(others.all()).minus(probes))
                    .as("seed %d", seed)
                    .isEqualTo(CidrSet.of(rest.sites().get(0).refused().stream()
                                    .flatMap((Gap g) -> g.sources().stream())
                                    .toList())
                            .minus(probes));
            assertThat(rest.sites().get(0).refused())
                    .as("seed %d", seed)
                    .singleElement()
                    .satisfies(gap -> assertThat(gap.ports()).isEqualTo(PortRange.merged(ports)));
        }
    }

    private static List<Cidr> networks(Random random) {
        List<Cidr> networks = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            networks.add(
                    random.nextInt(3) > 0
                            ? Cidr.parseMasked("193." + random.nextInt(256) + "." + random.nextInt(256) + "."
                                    + random.nextInt(256) + "/" + (10 + random.nextInt(23)))
                            : Cidr.parseMasked("2001:" + Integer.toHexString(random.nextInt(65_536)) + "::"
                                    + Integer.toHexString(random.nextInt(65_536)) + "/" + (20 + random.nextInt(109))));
        }
        return networks;
    }

    private static RuleList back(String target, Firewall firewall) {
        return switch (target) {
            case "openstack" -> RuleList.openStack(listed(firewall.openStack("group")));
            case "azure" -> RuleList.azure(firewall.azure(100));
            default ->
                RuleList.azure("{\"resources\": [{\"type\": \"Microsoft.Network/networkSecurityGroups\","
                        + "\"properties\": {\"securityRules\": " + firewall.azure(4000) + "}}]}");
        };
    }

    /** What the client would list after these commands. */
    private static String listed(List<String> commands) {
        ArrayNode list = JSON.createArrayNode();
        for (String command : commands) {
            List<String> words = List.of(command.split(" ", -1));
            ObjectNode row = list.addObject();
            row.put("ID", "" + list.size());
            row.put("IP Protocol", after(words, "--protocol"));
            row.put("Ethertype", after(words, "--ethertype"));
            row.put("IP Range", after(words, "--remote-ip"));
            String port = after(words, "--dst-port");
            row.put("Port Range", port.contains(":") ? port : port + ":" + port);
            row.put("Direction", "ingress");
            row.putNull("Remote Security Group");
            row.putNull("Remote Address Group");
        }
        return list.toString();
    }

    private static String after(List<String> words, String option) {
        return words.get(words.indexOf(option) + 1);
    }
}
