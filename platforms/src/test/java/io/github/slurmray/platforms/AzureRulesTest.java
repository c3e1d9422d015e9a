package io.github.slurmray.platforms;

import static io.github.slurmray.platforms.FirewallSamples.INSIDE;
import static io.github.slurmray.platforms.FirewallSamples.LUMI;
import static io.github.slurmray.platforms.FirewallSamples.ROIHU;
import static io.github.slurmray.platforms.FirewallSamples.answer;
import static io.github.slurmray.platforms.FirewallSamples.ask;
import static io.github.slurmray.platforms.FirewallSamples.cidrs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.platforms.FirewallReport.Answer;
import io.github.slurmray.platforms.FirewallReport.Exposure;
import io.github.slurmray.platforms.FirewallReport.Gap;
import io.github.slurmray.platforms.OutwardAddresses.Part;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AzureRulesTest {
    /** As {@code az network nsg show} prints it. */
    private static final String SHOW = """
            {
              "defaultSecurityRules": [
                {
                  "access": "Allow",
                  "description": "Allow inbound traffic from all VMs in VNET",
                  "destinationAddressPrefix": "VirtualNetwork",
                  "destinationAddressPrefixes": [],
                  "destinationPortRange": "*",
                  "destinationPortRanges": [],
                  "direction": "Inbound",
                  "name": "AllowVnetInBound",
                  "priority": 65000,
                  "protocol": "*",
                  "provisioningState": "Succeeded",
                  "sourceAddressPrefix": "VirtualNetwork",
                  "sourceAddressPrefixes": [],
                  "sourcePortRange": "*",
                  "sourcePortRanges": [],
                  "type": "Microsoft.Network/networkSecurityGroups/defaultSecurityRules"
                },
                {
                  "access": "Allow",
                  "destinationAddressPrefix": "*",
                  "destinationPortRange": "*",
                  "direction": "Inbound",
                  "name": "AllowAzureLoadBalancerInBound",
                  "priority": 65001,
                  "protocol": "*",
                  "sourceAddressPrefix": "AzureLoadBalancer",
                  "sourcePortRange": "*"
                },
                {
                  "access": "Deny",
                  "destinationAddressPrefix": "*",
                  "destinationPortRange": "*",
                  "direction": "Inbound",
                  "name": "DenyAllInBound",
                  "priority": 65500,
                  "protocol": "*",
                  "sourceAddressPrefix": "*",
                  "sourcePortRange": "*"
                },
                {
                  "access": "Allow",
                  "destinationAddressPrefix": "Internet",
                  "destinationPortRange": "*",
                  "direction": "Outbound",
                  "name": "AllowInternetOutBound",
                  "priority": 65001,
                  "protocol": "*",
                  "sourceAddressPrefix": "*",
                  "sourcePortRange": "*"
                }
              ],
              "name": "vm-nsg",
              "resourceGroup": "rg",
              "securityRules": [
                {
                  "access": "Allow",
                  "destinationAddressPrefix": "*",
                  "destinationAddressPrefixes": [],
                  "destinationPortRange": "22",
                  "destinationPortRanges": [],
                  "direction": "Inbound",
                  "name": "ssh",
                  "priority": 300,
                  "protocol": "TCP",
                  "sourceAddressPrefix": null,
                  "sourceAddressPrefixes": ["86.50.172.0/27", "193.167.209.128/26"],
                  "sourcePortRange": "*",
                  "sourcePortRanges": []
                },
                {
                  "access": "Deny",
                  "destinationAddressPrefix": "*",
                  "destinationPortRanges": ["20-30", "3389"],
                  "direction": "Inbound",
                  "name": "not-lumi",
                  "priority": 200,
                  "protocol": "*",
                  "sourceAddressPrefix": "193.167.209.160/28",
                  "sourcePortRange": "*"
                }
              ],
              "type": "Microsoft.Network/networkSecurityGroups"
            }
            """;

    /** A template with one inbound rule; the given properties stand for the usual ones. */
    private static String template(String... rules) {
        StringBuilder list = new StringBuilder();
        for (String rule : rules) {
            list.append(list.isEmpty() ? "" : ",")
                    .append("{\"name\": \"r\", \"properties\": {")
                    .append(rule)
                    .append("}}");
        }
        return """
                {"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                 "contentVersion": "1.0.0.0",
                 "resources": [{"type": "Microsoft.Network/virtualNetworks", "name": "v", "properties": {}},
                               {"type": "Microsoft.Network/networkSecurityGroups", "name": "g",
                                "properties": {"securityRules": [%s]}}]}""".formatted(list);
    }

    private static String rule(int priority, String access, String source, String ports) {
        return ("\"priority\": %d, \"access\": \"%s\", \"direction\": \"Inbound\", \"protocol\": \"Tcp\", "
                        + "\"sourceAddressPrefix\": \"%s\", \"sourcePortRange\": \"*\", "
                        + "\"destinationAddressPrefix\": \"*\", \"destinationPortRange\": \"%s\"")
                .formatted(priority, access, source, ports);
    }

    @Test
    void theRuleWithTheLowestPriorityDecides() {
        RuleList rules = RuleList.azure(SHOW);

        assertThat(ask(rules, ROIHU, 22).refused())
                .containsExactly(new Gap(
                        List.of(PortRange.of(22)), cidrs("2001:708:10:6822::1:0/112", "2001:708:10:6822::2:0/112")));
        assertThat(ask(rules, LUMI, 22).refused())
                .containsExactly(new Gap(List.of(PortRange.of(22)), cidrs("193.167.209.160/28")));
        assertThat(answer(rules, "86.50.172.0/27", 22)).isEqualTo(Answer.ACCEPTED);
        assertThat(answer(rules, "86.50.172.0/27", 3389)).isEqualTo(Answer.REFUSED);
        assertThat(answer(rules, "168.63.129.16/32", 5)).isEqualTo(Answer.ACCEPTED);
        assertThat(rules.check(List.of(ROIHU), Part.ALL, new PortRange(1, 65535))
                        .openToWorld())
                .isEmpty();
    }

    @Test
    void theVirtualNetworkMayBeASiteInside() {
        for (String json : List.of(SHOW, template())) {
            FirewallReport report = RuleList.azure(json).check(List.of(INSIDE, ROIHU), Part.COMPUTE, PortRange.of(80));

            assertThat(report.sites())
                    .extracting(a -> a.answer())
                    .containsExactly(Answer.NOT_UNDERSTOOD, Answer.REFUSED);
            assertThat(report.notUnderstood())
                    .isNotEmpty()
                    .allSatisfy(n -> assertThat(n.why()).contains("virtual network"));
        }
    }

    @Test
    void everyFormOfAGroupIsTheSameGroup() {
        String rule = rule(100, "Allow", "86.50.172.0/27", "22");
        String flat = "{\"name\": \"r\", " + rule + "}";
        List<String> forms = List.of(
                template(rule),
                "[" + flat + "]",
                "[{\"name\": \"r\", \"properties\": {" + rule + "}}]",
                "{\"securityRules\": [" + flat + "]}",
                "[{\"name\": \"g\", \"securityRules\": [" + flat + "]}]",
                "{\"properties\": {\"securityRules\": [{\"properties\": {" + rule + "}}]}}",
                "{\"resources\": {\"g\": {\"type\": \"Microsoft.Network/networkSecurityGroups\", \"resources\": ["
                        + "{\"type\": \"securityRules\", \"properties\": {" + rule + "}}]}}}",
                "{\"resources\": [{\"type\": \"microsoft.network/networksecuritygroups/securityrules\", "
                        + "\"name\": \"g/r\", \"properties\": {" + rule + "}}]}");

        assertThat(forms).allSatisfy(json -> {
            RuleList rules = RuleList.azure(json);
            assertThat(answer(rules, "86.50.172.0/27", 22)).isEqualTo(Answer.ACCEPTED);
            assertThat(answer(rules, "86.50.172.32/32", 22)).isEqualTo(Answer.REFUSED);
            assertThat(answer(rules, "86.50.172.0/27", 23)).isEqualTo(Answer.REFUSED);
        });
    }

    /** Each: a change to a rule that lets 8.8.8.0/24 in to port 22, and what becomes of 8.8.8.8. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"Tcp\"            | \"tcp\"                        | ACCEPTED",
                "\"Tcp\"            | \"*\"                          | ACCEPTED",
                "\"Tcp\"            | \"Udp\"                        | REFUSED",
                "\"Tcp\"            | \"Icmp\"                       | REFUSED",
                "\"Tcp\"            | \"Quic\"                       | NOT_UNDERSTOOD",
                "\"Tcp\"            | \"[parameters('p')]\"          | NOT_UNDERSTOOD",
                "\"Allow\"          | \"allow\"                      | ACCEPTED",
                "\"Allow\"          | \"Deny\"                       | REFUSED",
                "\"Allow\"          | \"[parameters('a')]\"          | NOT_UNDERSTOOD",
                "\"Inbound\"        | \"Outbound\"                   | REFUSED",
                "\"22\"             | \"*\"                          | ACCEPTED",
                "\"22\"             | \"0-65535\"                    | ACCEPTED",
                "\"22\"             | \"23-80\"                      | REFUSED",
                "\"22\"             | \"[parameters('p')]\"          | NOT_UNDERSTOOD",
                "\"8.8.8.0/24\"     | \"8.8.8.8\"                    | ACCEPTED",
                "\"8.8.8.0/24\"     | \"8.8.8.7/24\"                 | ACCEPTED",
                "\"8.8.8.0/24\"     | \"*\"                          | ACCEPTED",
                "\"8.8.8.0/24\"     | \"0.0.0.0/0\"                  | ACCEPTED",
                "\"8.8.8.0/24\"     | \"::/0\"                       | REFUSED",
                "\"8.8.8.0/24\"     | \"Internet\"                   | ACCEPTED",
                "\"8.8.8.0/24\"     | \"VirtualNetwork\"             | REFUSED",
                "\"8.8.8.0/24\"     | \"AzureLoadBalancer\"          | REFUSED",
                "\"8.8.8.0/24\"     | \"Storage.WestEurope\"         | NOT_UNDERSTOOD",
                "\"8.8.8.0/24\"     | \"8.8.8.0-8.8.8.9\"            | NOT_UNDERSTOOD",
                "\"sourcePortRange\": \"*\" | \"sourcePortRange\": \"1024-65535\" | NOT_UNDERSTOOD",
                "\"sourcePortRange\": \"*\" | \"sourcePortRanges\": [\"0-65535\"] | ACCEPTED",
                "\"destinationAddressPrefix\": \"*\" | \"destinationAddressPrefix\": \"VirtualNetwork\" | ACCEPTED",
                "\"destinationAddressPrefix\": \"*\" | \"destinationAddressPrefix\": \"0.0.0.0/0\" | ACCEPTED",
                "\"destinationAddressPrefix\": \"*\" | \"destinationAddressPrefix\": \"::/0\" | REFUSED",
                "\"destinationAddressPrefix\": \"*\" | \"destinationAddressPrefix\": \"10.0.0.4\" | NOT_UNDERSTOOD",
                "\"destinationAddressPrefix\": \"*\" | \"destinationApplicationSecurityGroups\": [{\"id\": \"x\"}] | NOT_UNDERSTOOD",
                "\"sourceAddressPrefix\": \"8.8.8.0/24\" | \"sourceAddressPrefixes\": [\"9.9.9.9\", \"8.8.8.0/25\"] | ACCEPTED",
                "\"sourceAddressPrefix\": \"8.8.8.0/24\" | \"sourceApplicationSecurityGroups\": [{\"id\": \"x\"}] | REFUSED",
                "\"destinationPortRange\": \"22\" | \"destinationPortRanges\": [\"80\", \"20-25\"] | ACCEPTED",
            })
    void eachPropertyMeansWhatAzureSays(String usual, String given, Answer answer) {
        String json = template(rule(100, "Allow", "8.8.8.0/24", "22"));
        assertThat(json).contains(usual);

        assertThat(answer(RuleList.azure(json.replace(usual, given)), "8.8.8.8/32", 22))
                .isEqualTo(answer);
    }

    @Test
    void whatComesAfterARuleThatIsNotUnderstoodCanNotBeSure() {
        RuleList rules = RuleList.azure(template(
                rule(100, "Deny", "AzureCloud", "*"),
                rule(110, "Allow", "8.8.8.0/24", "22"),
                rule(120, "Deny", "*", "*")));

        FirewallReport report =
                rules.check(List.of(FirewallSamples.site("s", "8.8.8.8/32")), Part.ALL, PortRange.of(22));

        assertThat(report.sites().get(0).answer()).isEqualTo(Answer.NOT_UNDERSTOOD);
        assertThat(report.notUnderstood())
                .singleElement()
                .satisfies(n -> assertThat(n.where()).isEqualTo("/resources/1/properties/securityRules/0"));
        assertThat(answer(rules, "9.9.9.9/32", 22)).isEqualTo(Answer.REFUSED);
    }

    @Test
    void theInternetIsTheWorldAndPrivateNetworksAreNotSurelyPartOfIt() {
        RuleList rules = RuleList.azure(template(rule(100, "Allow", "Internet", "22")));

        assertThat(rules.check(List.of(), Part.ALL, PortRange.of(22), PortRange.of(80))
                        .openToWorld())
                .containsExactly(
                        new Exposure(Cidr.Family.IPV4, List.of(PortRange.of(22)), true),
                        new Exposure(Cidr.Family.IPV6, List.of(PortRange.of(22)), true));
        assertThat(ask(rules, INSIDE, 22).answer()).isEqualTo(Answer.NOT_UNDERSTOOD);
    }

    @Test
    void aDenialBeforeItClosesTheWorldAgain() {
        RuleList rules = RuleList.azure(template(
                rule(4096, "Allow", "*", "*"),
                rule(100, "Allow", "192.0.2.0/24", "22"),
                rule(101, "Deny", "*", "22-23")));

        assertThat(rules.check(List.of(), Part.ALL, new PortRange(20, 25)).openToWorld())
                .allSatisfy(e -> assertThat(e.ports()).containsExactly(new PortRange(20, 21), new PortRange(24, 25)))
                .hasSize(2);
        assertThat(answer(rules, "192.0.2.0/24", 22)).isEqualTo(Answer.ACCEPTED);
    }

    @Test
    void severalGroupsAreRefusedWithTheRemedy() {
        assertThatThrownBy(() -> RuleList.azure("[" + SHOW + "," + SHOW + "]"))
                .isInstanceOf(RuleListException.class)
                .hasMessageContaining("one group, not 2; give each alone");
    }

    @Test
    void aPriorityThatTwoInboundRulesHaveIsRefused() {
        assertThatThrownBy(() -> RuleList.azure(template(rule(100, "Allow", "*", "22"), rule(100, "Deny", "*", "22"))))
                .isInstanceOf(RuleListException.class)
                .hasMessageContaining("/resources/1/properties/securityRules/1/properties/priority")
                .hasMessageContaining("but found 100");
    }

    /** The rule list, the pointer, and what was expected. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                | ``                 | a network security group",
                "7                                 | ``                 | a network security group",
                "{\"resources\": []}               | ``                 | a network security group",
                "{\"securityRules\": {}}           | /securityRules     | a list",
                "[7]                               | /0                 | a rule",
                "[{}]                              | /0/direction       | Inbound or Outbound",
                "[{\"direction\": 1}]              | /0/direction       | Inbound or Outbound",
                "[{\"direction\": \"In\"}]         | /0                 | Inbound or Outbound",
                "[{\"direction\": \"Inbound\"}]    | /0/priority        | a number",
                "[{\"direction\": \"Inbound\", \"priority\": \"[variables('p')]\"}] | /0/priority | a number",
                "[{\"direction\": \"Inbound\", \"priority\": 100}] | /0/protocol | Tcp",
                "[{\"direction\": \"Inbound\", \"priority\": 100, \"protocol\": \"Tcp\", \"destinationPortRange\": 22}] | /0/destinationPortRange | a text",
            })
    void whatIsNoGroupIsRefusedWithItsPath(String json, String pointer, String expected) {
        assertThatThrownBy(() -> RuleList.azure(json))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("Azure network security group at '" + pointer + "': expected ")
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000})
    void aGroupWithoutInboundRulesRefusesEverybodyOutside(int port) {
        assertThat(ask(RuleList.azure("{\"securityRules\": []}"), ROIHU, port).answer())
                .isEqualTo(Answer.REFUSED);
        assertThat(ask(RuleList.azure("[]"), ROIHU, port).answer()).isEqualTo(Answer.REFUSED);
    }
}
