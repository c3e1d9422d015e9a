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

class OpenStackRulesTest {
    /** As the client prints a group's rules with --long; of a rule for members of a group, it prints 0.0.0.0/0. */
    private static final String LIST = """
            [
              {
                "ID": "1a6f7e66-9a31-4b2c-8f8e-0d2c8f2f6a01",
                "IP Protocol": null,
                "Ethertype": "IPv4",
                "IP Range": "0.0.0.0/0",
                "Port Range": "",
                "Direction": "egress",
                "Remote Security Group": null,
                "Remote Address Group": null
              },
              {
                "ID": "1a6f7e66-9a31-4b2c-8f8e-0d2c8f2f6a02",
                "IP Protocol": null,
                "Ethertype": "IPv4",
                "IP Range": "0.0.0.0/0",
                "Port Range": "",
                "Direction": "ingress",
                "Remote Security Group": "5c2f4b0e-6f26-4d24-93f1-5d9b9f3f0001",
                "Remote Address Group": null
              },
              {
                "ID": "1a6f7e66-9a31-4b2c-8f8e-0d2c8f2f6a03",
                "IP Protocol": "tcp",
                "Ethertype": "IPv4",
                "IP Range": "86.50.172.0/28",
                "Port Range": "22:22",
                "Direction": "ingress",
                "Remote Security Group": null,
                "Remote Address Group": null
              },
              {
                "ID": "1a6f7e66-9a31-4b2c-8f8e-0d2c8f2f6a04",
                "IP Protocol": "tcp",
                "Ethertype": "IPv4",
                "IP Range": "193.167.209.128/26",
                "Port Range": "8000:8999",
                "Direction": "ingress",
                "Remote Security Group": null,
                "Remote Address Group": null
              },
              {
                "ID": "1a6f7e66-9a31-4b2c-8f8e-0d2c8f2f6a05",
                "IP Protocol": "icmp",
                "Ethertype": "IPv4",
                "IP Range": "0.0.0.0/0",
                "Port Range": "type=8",
                "Direction": "ingress",
                "Remote Security Group": null,
                "Remote Address Group": null
              }
            ]
            """;

    /** The rule itself, in the form of {@code security group show}. */
    private static RuleList show(String... rules) {
        return RuleList.openStack("{\"id\": \"1\", \"name\": \"g\", \"rules\": [" + String.join(",", rules) + "]}");
    }

    private static String rule(String protocol, String ports, String source) {
        return "{\"direction\": \"ingress\", \"ethertype\": \"IPv4\", \"protocol\": " + protocol + ", " + ports
                + ", \"remote_ip_prefix\": " + source + ", \"remote_group_id\": null}";
    }

    private static final String PORT_22 = "\"port_range_min\": 22, \"port_range_max\": 22";

    @Test
    void aListSaysWhoIsLetInWhoIsNotAndWhatIsMissing() {
        FirewallReport report = RuleList.openStack(LIST)
                .check(List.of(ROIHU, LUMI), Part.ALL, PortRange.of(22), new PortRange(8280, 8289));

        assertThat(report.sites().get(0).answer()).isEqualTo(Answer.REFUSED);
        assertThat(report.sites().get(0).refused())
                .containsExactly(
                        new Gap(
                                List.of(PortRange.of(22)),
                                cidrs("86.50.172.16/28", "2001:708:10:6822::1:0/112", "2001:708:10:6822::2:0/112")),
                        new Gap(List.of(new PortRange(8280, 8289)), ROIHU.of(Part.ALL)));
        assertThat(report.sites().get(1).refused())
                .containsExactly(new Gap(List.of(PortRange.of(22)), LUMI.of(Part.ALL)));
        assertThat(report.openToWorld()).isEmpty();
        assertThat(report.notUnderstood()).isEmpty();
        assertThat(report.findings()).extracting(Finding::rule).containsOnly("firewall-refuses");
        assertThat(report.findings().get(2).message())
                .isEqualTo("site lumi is refused: TCP ports [22] must be open to [193.167.209.128/26]");
    }

    @Test
    void computeNodesMayBeLetInWhereTheWholeSiteIsNot() {
        FirewallReport report = RuleList.openStack(LIST).check(List.of(ROIHU, LUMI), Part.COMPUTE, PortRange.of(22));

        assertThat(report.sites().get(0).answer()).isEqualTo(Answer.ACCEPTED);
        assertThat(report.sites().get(1).answer()).isEqualTo(Answer.ADDRESSES_UNKNOWN);
        assertThat(report.findings())
                .singleElement()
                .satisfies(f -> assertThat(f.message()).contains("site lumi at '/outward/compute'"));
    }

    @Test
    void membersOfAGroupAreNotTheWorldButMayBeASiteInside() {
        FirewallReport report = RuleList.openStack(LIST).check(List.of(ROIHU, INSIDE), Part.COMPUTE, PortRange.of(443));

        assertThat(report.openToWorld()).isEmpty();
        assertThat(report.sites().get(0).answer()).isEqualTo(Answer.REFUSED);
        assertThat(report.sites().get(1).answer()).isEqualTo(Answer.NOT_UNDERSTOOD);
        assertThat(report.sites().get(1).unclear())
                .containsExactly(new Gap(List.of(PortRange.of(443)), cidrs("10.42.0.0/24")));
        assertThat(report.notUnderstood()).singleElement().satisfies(n -> {
            assertThat(n.where()).isEqualTo("/1");
            assertThat(n.why()).contains("members of a security group");
            assertThat(n.rule()).contains("1a6f7e66-9a31-4b2c-8f8e-0d2c8f2f6a02");
        });
        assertThat(report.findings())
                .extracting(Finding::rule)
                .containsExactly("firewall-refuses", "firewall-unknown", "firewall-not-understood");
    }

    @Test
    void theGroupsOfAMachineAddUp() {
        RuleList both = RuleList.openStack(LIST, """
                {"rules": [{"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 22,
                            "port_range_max": 22, "remote_ip_prefix": "193.167.209.128/26", "remote_group_id": null,
                            "remote_address_group_id": null, "normalized_cidr": "193.167.209.128/26"}]}""");

        assertThat(ask(both, LUMI, 22).answer()).isEqualTo(Answer.ACCEPTED);
        assertThat(ask(both, LUMI, 8280).answer()).isEqualTo(Answer.ACCEPTED);
        assertThat(ask(both, LUMI, 80).answer()).isEqualTo(Answer.REFUSED);
    }

    @Test
    void theRulesOfSeveralGroupsInOneListAreRefusedWithTheRemedy() {
        String list = LIST.replaceFirst("\"Remote Address Group\": null", "\"Security Group\": \"a\"")
                .replaceFirst("\"Remote Address Group\": null", "\"Security Group\": \"b\"");
        assertThatThrownBy(() -> RuleList.openStack(list))
                .isInstanceOf(RuleListException.class)
                .hasMessageContaining("OpenStack rule list at ''")
                .hasMessageContaining("\"a\"", "\"b\"")
                .hasMessageContaining("list each group of the machine alone");
    }

    /** The API: 0 and any are all protocols, no ports are all ports, no source is everywhere. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null     | \"port_range_min\": null, \"port_range_max\": null | null           | ACCEPTED",
                "\"any\"  | \"port_range_min\": null                           | \"0.0.0.0/0\"  | ACCEPTED",
                "\"0\"    | \"id\": \"1\"                                        | null           | ACCEPTED",
                "\"6\"    | \"port_range_min\": 22, \"port_range_max\": 22     | null           | ACCEPTED",
                "\"TCP\"  | \"port_range_min\": 1, \"port_range_max\": 65535   | \"8.8.8.8\"    | ACCEPTED",
                "\"tcp\"  | \"port_range_min\": 22, \"port_range_max\": 22     | \"8.8.8.9/29\" | ACCEPTED",
                "\"tcp\"  | \"port_range_min\": 23, \"port_range_max\": 80     | null           | REFUSED",
                "\"tcp\"  | \"port_range_min\": 22, \"port_range_max\": 22     | \"8.8.8.9\"    | REFUSED",
                "\"tcp\"  | \"port_range_min\": 22, \"port_range_max\": 22     | \"::/0\"       | REFUSED",
                "\"udp\"  | \"port_range_min\": 22                             | null           | REFUSED",
                "\"17\"   | \"id\": \"1\"                                        | null           | REFUSED",
                "\"icmp\" | \"port_range_min\": 8                              | null           | REFUSED",
                "\"quic\" | \"port_range_min\": 22                             | null           | NOT_UNDERSTOOD",
                "\"quic\" | \"port_range_min\": 22                             | \"9.9.9.9\"    | REFUSED",
            })
    void protocolsPortsAndSourcesMeanWhatTheApiSays(String protocol, String ports, String source, Answer answer) {
        assertThat(answer(show(rule(protocol, ports, source)), "8.8.8.8/32", 22))
                .isEqualTo(answer);
    }

    @Test
    void anAddressGroupMayHoldAnybody() {
        FirewallReport report = show("{\"direction\": \"ingress\", \"ethertype\": \"IPv4\", \"protocol\": \"tcp\", "
                        + PORT_22 + ", \"remote_address_group_id\": \"7\"}")
                .check(List.of(ROIHU), Part.COMPUTE, PortRange.of(22));

        assertThat(report.sites().get(0).answer()).isEqualTo(Answer.NOT_UNDERSTOOD);
        assertThat(report.openToWorld())
                .containsExactly(new Exposure(Cidr.Family.IPV4, List.of(PortRange.of(22)), false));
        assertThat(report.notUnderstood())
                .singleElement()
                .satisfies(n -> assertThat(n.where()).isEqualTo("/rules/0"));
        assertThat(report.findings().toString()).contains("may be open to the world over IPv4");
    }

    @Test
    void whatIsNotUnderstoodButDecidesNothingIsNotReported() {
        FirewallReport report = show(rule("\"tcp\"", PORT_22, "null"), rule("\"quic\"", PORT_22, "null"))
                .check(List.of(ROIHU), Part.COMPUTE, PortRange.of(22));

        assertThat(report.sites().get(0).answer()).isEqualTo(Answer.ACCEPTED);
        assertThat(report.notUnderstood()).isEmpty();
    }

    @Test
    void whatIsOpenToTheWorldIsSaidByPortAndFamily() {
        RuleList rules = show(
                rule("\"tcp\"", "\"port_range_min\": 80, \"port_range_max\": 443", "null"),
                rule("\"tcp\"", PORT_22, "\"128.0.0.0/1\""),
                "{\"direction\": \"ingress\", \"ethertype\": \"IPv6\", \"protocol\": \"tcp\", " + PORT_22 + "}");

        FirewallReport report = rules.check(List.of(), Part.ALL, new PortRange(1, 1000));

        assertThat(report.openToWorld())
                .containsExactly(
                        new Exposure(Cidr.Family.IPV4, List.of(PortRange.of(22), new PortRange(80, 443)), true),
                        new Exposure(Cidr.Family.IPV6, List.of(PortRange.of(22)), true));
    }

    /** The input, the pointer, and what was expected. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                                  | /rules       | --long -f json",
                "{\"rules\": \"direction='egress', ethertype='IPv4'\"} | /rules     | --long -f json",
                "7                                                   | ``           | --long -f json",
                "[7]                                                 | /0           | a rule",
                "[{\"IP Protocol\": \"tcp\"}]                        | /0/Direction | --long",
                "[{\"Direction\": \"up\"}]                           | /0           | ingress or egress",
                "[{\"Direction\": \"ingress\"}]                      | /0/Ethertype | IPv4 or IPv6",
                "[{\"Direction\": \"ingress\", \"Ethertype\": \"ARP\"}] | /0        | IPv4 or IPv6",
                "[{\"Direction\": \"ingress\", \"Ethertype\": \"IPv4\", \"IP Protocol\": 6}] | /0/IP Protocol | a text",
                "[{\"Direction\": \"ingress\", \"Ethertype\": \"IPv4\", \"IP Protocol\": \"tcp\", \"Port Range\": \"ssh\"}] | /0/Port Range | 22:22",
            })
    void whatIsNoListIsRefusedWithItsPath(String json, String pointer, String expected) {
        assertThatThrownBy(() -> RuleList.openStack(json))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("OpenStack rule list at '" + pointer + "': expected ")
                .hasMessageContaining(expected)
                .hasMessageContaining("but found ");
    }

    /** A change to a rule of a list that lets the world in to port 22, the pointer, and what was expected. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // a column that isn't there would mean everything
                "\"IP Range\": \"0.0.0.0/0\"           | \"ID\": \"1\"                      | /0/IP Range | --long",
                "\"IP Range\"                          | \"IP range\"                      | /0/IP range | one of the keys",
                "\"Port Range\": \"22:22\"             | \"ID\": \"1\"                      | /0/Port Range | --long",
                "\"Port Range\": \"22:22\"             | \"Port Range\": null              | /0/Port Range | 22:22",
                "\"IP Protocol\": \"tcp\"              | \"ID\": \"1\"                      | /0/IP Protocol | --long",
                "\"Remote Security Group\": null       | \"ID\": \"1\"                      | /0/Remote Security Group | --long",
                "\"Remote Address Group\": null        | \"ID\": \"1\"                      | /0/Remote Address Group | security group show",
                "\"Remote Security Group\": null       | \"Remote Security Group\": \"\"     | /0/Remote Security Group | a group's id",
                "\"Remote Security Group\": null       | \"Remote Security Group\": \"None\" | /0/Remote Security Group | a group's id",
                "\"Remote Address Group\": null        | \"Remote Address Group\": \" \"     | /0/Remote Address Group | a group's id",
                "\"Remote Address Group\": null        | \"Remote Address Group\": null, \"remote_ip_prefix\": \"10.0.0.0/8\" | /0/remote_ip_prefix | one of the keys",
                "22:22                                 | 0:0                               | /0/Port Range | ports that go up, from 1 to 65535",
                "22:22                                 | 30:20                             | /0/Port Range | ports that go up, from 1 to 65535",
                "22:22                                 | 1:65536                           | /0/Port Range | ports that go up, from 1 to 65535",
                "22:22                                 | -1:-1                             | /0/Port Range | 22:22",
                "\"0.0.0.0/0\"                         | \"everywhere\"                    | /0/IP Range | a network",
                "\"0.0.0.0/0\"                         | 4                                 | /0/IP Range | a network",
            })
    void whatAListOfTheClientNeverHasIsRefusedWithItsPath(String usual, String given, String pointer, String expected) {
        String list = "[{\"Direction\": \"ingress\", \"Ethertype\": \"IPv4\", \"IP Protocol\": \"tcp\", "
                + "\"IP Range\": \"0.0.0.0/0\", \"Port Range\": \"22:22\", \"Remote Security Group\": null, "
                + "\"Remote Address Group\": null}]";
        assertThat(RuleList.openStack(list)
                        .check(List.of(), Part.ALL, PortRange.of(22))
                        .openToWorld())
                .containsExactly(new Exposure(Cidr.Family.IPV4, List.of(PortRange.of(22)), true));
        assertThat(list).contains(usual);

        assertThatThrownBy(() -> RuleList.openStack(list.replace(usual, given)))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("OpenStack rule list at '" + pointer + "': expected ")
                .hasMessageContaining(expected);
    }

    /** The ports, the pointer below the rule, and what was expected. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"port_range_min\": -1, \"port_range_max\": -1       | /port_range_min | from 1 to 65535",
                "\"port_range_min\": 0, \"port_range_max\": 0         | /port_range_min | from 1 to 65535",
                "\"port_range_min\": 30, \"port_range_max\": 20       | /port_range_max | ports that go up",
                "\"port_range_min\": 1, \"port_range_max\": 2147483647 | /port_range_max | from 1 to 65535",
                "\"port_range_min\": 1, \"port_range_max\": null      | /port_range_max | a port",
                "\"port_range_max\": 22                               | /port_range_min | a port",
                "\"port_range_min\": 2.5, \"port_range_max\": 22      | /port_range_min | a port",
                "\"port_range_min\": 22, \"port_range_mix\": 22       | /port_range_mix | one of the keys",
            })
    void portsThatTheApiNeverHasAreRefusedWithTheirPath(String ports, String pointer, String expected) {
        assertThatThrownBy(() -> show(rule("\"tcp\"", ports, "null")))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("OpenStack rule list at '/rules/0" + pointer + "': expected ")
                .hasMessageContaining(expected);
    }

    /** What isn't JSON, and the remedy, in words that aren't the JSON library's. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{\"ID\": \"1\"       | it ends in the middle of a value",
                "[] []               | it goes on after its end",
                "[] x                | a character that can't stand there",
                "[NaN]               | a character that can't stand there",
                "{\"a\": 1, \"a\": 2}  | a key twice",
                "[1,]                | a character that can't stand there",
            })
    void whatIsNoJsonIsRefusedInOurOwnWords(String json, String words) {
        assertThatThrownBy(() -> RuleList.openStack(json))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("OpenStack rule list, line 1, is not JSON: ")
                .hasMessageContaining(words)
                .satisfies(e -> assertThat(e.getMessage())
                        .doesNotContainIgnoringCase("jackson", "feature", "token", "REDACTED", "Constraints"));
    }

    @Test
    void deepJsonIsRefusedInOurOwnWords() {
        assertThatThrownBy(() -> RuleList.openStack("[".repeat(100_000)))
                .isInstanceOf(RuleListException.class)
                .hasMessageContaining("nested too deep")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("StreamReadConstraints"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "[1,]", "{\"a\": 1, \"a\": 2}", "[] []", "No SecurityGroup found for x"})
    void whatIsNoJsonIsRefused(String json) {
        assertThatThrownBy(() -> RuleList.openStack(json))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("OpenStack rule list")
                .hasMessageContaining("not JSON");
        assertThatThrownBy(() -> RuleList.nftables(json))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("nftables ruleset")
                .hasMessageContaining("not JSON");
        assertThatThrownBy(() -> RuleList.azure(json))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("Azure network security group")
                .hasMessageContaining("not JSON");
    }

    @Test
    void aGroupWithoutRulesRefusesEverybody() {
        assertThat(ask(RuleList.openStack("[]"), ROIHU, 22).answer()).isEqualTo(Answer.REFUSED);
        assertThatThrownBy(() -> RuleList.openStack("[]").check(List.of(ROIHU), Part.ALL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one port");
    }
}
