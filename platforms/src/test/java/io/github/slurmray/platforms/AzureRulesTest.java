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
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
                "{\"resources\": [{\"type\": \"Microsoft.Network/networkSecurityGroups\", \"name\": \"g\"}, "
                        + "{\"type\": \"microsoft.network/networksecuritygroups/securityrules\", "
                        + "\"name\": \"G/r\", \"properties\": {" + rule + "}}]}");

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
                "\"destinationPortRange\": \"22\" | \"destinationPortRange\": \"\", \"destinationPortRanges\": [\"22\"] | ACCEPTED",
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

    /**
     * A change to a denial for 8.8.8.0/24 on port 22 that could make it deny nothing, its pointer, and what was
     * expected.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"destinationPortRange\": \"22\"        | \"description\": \"\"               | /destinationPortRange | a text, or a list",
                "\"destinationPortRange\": \"22\"        | \"destinationPortRanges\": []       | /destinationPortRange | a text, or a list",
                "\"sourceAddressPrefix\": \"8.8.8.0/24\" | \"description\": \"\"               | /sourceAddressPrefix | a text, or a list",
                "\"sourceAddressPrefix\": \"8.8.8.0/24\" | \"sourceAddressPrefix\": \"\"       | /sourceAddressPrefix | a text, or a list",
                "\"sourceAddressPrefix\"                 | \"sourceAddresPrefix\"              | /sourceAddresPrefix | one of the keys",
                "\"sourcePortRange\": \"*\"              | \"description\": \"\"               | /sourcePortRange | a text, or a list",
                "\"destinationAddressPrefix\": \"*\"     | \"description\": \"\"               | /destinationAddressPrefix | a text, or a list",
                "\"22\"                                  | \"30-20\"                           | /destinationPortRange | ports that go up",
                "\"22\"                                  | \"0-65536\"                         | /destinationPortRange | ports that go up",
                "100                                     | -100                                | /priority | from 100 to 4096",
                "100                                     | 4097                                | /priority | from 100 to 4096",
                "\"sourcePortRange\": \"*\"              | \"sourcePortRange\": \"*\", \"sourceApplicationSecurityGroups\": [{}] | `` | not both",
                "\"sourcePortRange\": \"*\"              | \"sourcePortRange\": \"*\", \"destinationApplicationSecurityGroups\": [{}] | `` | not both",
            })
    void aDenialThatLacksSomethingIsRefusedAndNotIgnored(String usual, String given, String pointer, String expected) {
        String deny = rule(100, "Deny", "8.8.8.0/24", "22");
        assertThat(deny).contains(usual);

        assertThatThrownBy(() -> RuleList.azure(template(deny.replace(usual, given), rule(4096, "Allow", "*", "*"))))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("Azure network security group at "
                        + "'/resources/1/properties/securityRules/0/properties" + pointer + "': expected ")
                .hasMessageContaining(expected);
    }

    /** Templates with rules that aren't where they are read, the pointer, and what was expected. */
    @Test
    void rulesThatAreNotReadAreRefusedAndNotTakenForNone() {
        String open = "{\"name\": \"r\", \"properties\": {" + rule(100, "Allow", "*", "*") + "}}";
        String empty = "{\"type\": \"Microsoft.Network/networkSecurityGroups\", \"name\": \"g\", "
                + "\"properties\": {\"securityRules\": []}}";
        String child = "{\"type\": \"Microsoft.Network/networkSecurityGroups/securityRules\", \"name\": \"g/r\", "
                + "\"properties\": {" + rule(100, "Allow", "*", "*") + "}}";
        String nested = "{\"type\": \"Microsoft.Resources/deployments\", \"name\": \"d\", \"properties\": {";
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put(
                resources(empty.replace("\"securityRules\": []", "\"copy\": [{\"name\": \"securityRules\"}]")),
                "/resources/0/properties/copy");
        cases.put(resources(empty.replace("\"name\": \"g\"", "\"copy\": {\"count\": 2}")), "/resources/0/copy");
        cases.put(resources(empty.replace("\"name\": \"g\"", "\"condition\": false")), "/resources/0/condition");
        cases.put(resources(empty.replace("\"name\": \"g\"", "\"existing\": true")), "/resources/0/existing");
        cases.put(resources(empty, nested + "\"template\": {\"resources\": [" + child + "]}}}"), "/resources/1");
        cases.put(resources(empty, nested + "\"templateLink\": {\"uri\": \"https://example.org\"}}}"), "/resources/1");
        cases.put(resources(empty, "{\"type\": \"[parameters('t')]\"}"), "/resources/1");
        cases.put(resources(empty, "{\"type\": \"x\", \"resources\": [" + child + "]}"), "/resources/1/resources/0");
        cases.put(
                resources(empty, child.replace("\"name\": \"g/r\"", "\"condition\": false, \"name\": \"g/r\"")),
                "/resources/1/condition");
        cases.put(
                resources(empty, child.replace("\"name\": \"g/r\"", "\"copy\": {\"count\": 2}, \"name\": \"g/r\"")),
                "/resources/1/copy");
        cases.put(resources(empty, child.replace("g/r", "other/r")), "/resources/1/name");
        cases.put(resources(empty, child.replace("g/r", "[format('{0}/r', parameters('g'))]")), "/resources/1/name");
        cases.put(
                resources(
                        empty.replace("\"name\": \"g\"", "\"name\": \"[parameters('g')]\""),
                        child.replace("g/r", "[parameters('g')]/r")),
                "/resources/1/name");
        // of a group whose other rules aren't here
        cases.put(resources(child), "");
        cases.put(resources(empty, empty), "");
        cases.put("[" + empty + "," + open + "]", "");
        cases.put(empty.replace("\"securityRules\": []", ""), "/properties/securityRules");
        cases.put(empty.replace("[]", "null"), "/properties/securityRules");
        cases.put(empty.replace("[]", "\"[variables('rules')]\""), "/properties/securityRules");
        cases.put("[{\"type\": \"x\", \"properties\": {" + rule(100, "Allow", "*", "*") + "}}]", "/0");

        assertThat(answer(RuleList.azure(resources(empty, child)), "8.8.8.8/32", 22))
                .isEqualTo(Answer.ACCEPTED);
        assertThat(cases)
                .allSatisfy((json, pointer) -> assertThatThrownBy(() -> RuleList.azure(json))
                        .isInstanceOf(RuleListException.class)
                        .hasMessageStartingWith("Azure network security group at '" + pointer + "': expected "));
    }

    private static String resources(String... resources) {
        return "{\"resources\": [" + String.join(",", resources) + "]}";
    }

    @Test
    void moreNetworksThanAzureTakesAreRefused() {
        Firewall.Builder builder = Firewall.builder().port(22);
        for (int i = 0; i < 4000; i++) {
            builder.own(Cidr.parse("20." + (i >> 8) + "." + (i & 255) + ".8/32"));
        }
        assertThat(builder.build().azure(100)).contains("20.15.159.8");
        builder.own(Cidr.parse("2001:db8::/32"));
        assertThatThrownBy(() -> builder.build().azure(100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 4000 networks", "there are 4001");
    }

    @Test
    void aLongNameIsNotCutWithinACharacter() {
        for (int before : List.of(1, 2)) {
            String name = "x".repeat(before) + "\ud83d\ude00".repeat(200);
            Firewall firewall = Firewall.builder()
                    .site(FirewallSamples.site(name, "192.0.2.0/24"), Part.ALL)
                    .port(22)
                    .build();
            assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(firewall.azure(100)))
                    .isTrue();
        }
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
