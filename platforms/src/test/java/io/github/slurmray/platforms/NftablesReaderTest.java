package io.github.slurmray.platforms;

import static io.github.slurmray.platforms.FirewallSamples.ROIHU;
import static io.github.slurmray.platforms.FirewallSamples.answer;
import static io.github.slurmray.platforms.FirewallSamples.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.platforms.FirewallReport.Answer;
import io.github.slurmray.platforms.FirewallReport.Exposure;
import io.github.slurmray.platforms.OutwardAddresses.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class NftablesReaderTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String TCP_22 =
            "{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}},\"right\":22}}";

    private static RuleList read(String... objects) {
        return RuleList.nftables("{\"nftables\": [" + String.join(",", objects) + "]}");
    }

    private static String table(String family, String name, String more) {
        return "{\"table\": {\"family\": \"" + family + "\", \"name\": \"" + name + "\"" + more + "}}";
    }

    private static String hooked(String family, String table, String hook, int priority, String policy) {
        return ("{\"chain\": {\"family\": \"%s\", \"table\": \"%s\", \"name\": \"c\", \"type\": \"filter\", "
                        + "\"hook\": \"%s\", \"prio\": %d, \"policy\": \"%s\"}}")
                .formatted(family, table, hook, priority, policy);
    }

    private static String rule(String family, String table, String... statements) {
        return "{\"rule\": {\"family\": \"" + family + "\", \"table\": \"" + table + "\", \"chain\": \"c\", \"expr\": ["
                + String.join(",", statements) + "]}}";
    }

    private static String from(String network) {
        Cidr cidr = Cidr.parse(network);
        String address = network.substring(0, network.indexOf('/'));
        return ("{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"%s\", \"field\": \"saddr\"}}, "
                        + "\"right\": {\"prefix\": {\"addr\": \"%s\", \"len\": %d}}}}")
                .formatted(cidr.family() == Cidr.Family.IPV4 ? "ip" : "ip6", address, cidr.length());
    }

    /** Each captured rule alone in its chain, and what its comment says. */
    static Stream<Arguments> statements() {
        JsonNode captured = JSON.readTree(resource("nft/statements.json")).get("nftables");
        List<Arguments> cases = new ArrayList<>();
        for (JsonNode item : captured) {
            JsonNode comment = item.at("/rule/comment");
            if (comment.isString()) {
                ObjectNode alone = JSON.createObjectNode();
                ArrayNode objects = alone.putArray("nftables");
                for (JsonNode other : captured) {
                    if (other.at("/rule/comment").isMissingNode() || other.equals(item)) {
                        objects.add(other);
                    }
                }
                cases.add(Arguments.of(item.at("/rule/expr").toString(), comment.stringValue(), alone.toString()));
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("statements")
    void eachStatementOfTheRealNftMeansWhatItDoes(String statement, String expected, String json) {
        Answer answer = switch (expected) {
            case "accepted" -> Answer.ACCEPTED;
            case "refused" -> Answer.REFUSED;
            default -> Answer.NOT_UNDERSTOOD;
        };

        FirewallReport report = RuleList.nftables(json)
                .check(List.of(FirewallSamples.site("s", "192.0.2.5/32")), Part.ALL, PortRange.of(22));

        assertThat(report.sites().get(0).answer()).isEqualTo(answer);
        assertThat(report.notUnderstood().isEmpty()).isEqualTo(answer != Answer.NOT_UNDERSTOOD);
    }

    @Test
    void whatTheFileOfAFirewallBecomesInTheKernelLetsInThoseAndNobodyElse() {
        RuleList rules = RuleList.nftables(resource("nft/firewall.json"));

        FirewallReport report = rules.check(List.of(ROIHU), Part.ALL, PortRange.of(22), new PortRange(8280, 8289));

        assertThat(report.findings()).isEmpty();
        assertThat(report.sites())
                .singleElement()
                .satisfies(s -> assertThat(s.answer()).isEqualTo(Answer.ACCEPTED));
        assertThat(answer(rules, "203.0.113.7/32", 22)).isEqualTo(Answer.ACCEPTED);
        assertThat(answer(rules, "203.0.113.8/32", 22)).isEqualTo(Answer.REFUSED);
        assertThat(answer(rules, "2001:db8:7::/64", 8289)).isEqualTo(Answer.ACCEPTED);
        assertThat(answer(rules, "2001:db8:8::/64", 8289)).isEqualTo(Answer.REFUSED);
        assertThat(rules.check(List.of(), Part.ALL, new PortRange(20, 25), new PortRange(8270, 8300))
                        .openToWorld())
                .hasSize(2)
                .allSatisfy(e -> assertThat(e.ports())
                        .containsExactly(
                                new PortRange(20, 21),
                                new PortRange(23, 25),
                                new PortRange(8270, 8279),
                                new PortRange(8290, 8300)));
    }

    @Test
    void withoutAnyChainTheMachineIsOpenToTheWorld() {
        assertThat(read().check(List.of(), Part.ALL, PortRange.of(22)).openToWorld())
                .containsExactly(
                        new Exposure(Cidr.Family.IPV4, List.of(PortRange.of(22)), true),
                        new Exposure(Cidr.Family.IPV6, List.of(PortRange.of(22)), true));
    }

    @Test
    void aDropInAnyTableIsFinalAndAnAcceptIsNot() {
        for (int priority : List.of(-10, 10)) {
            RuleList rules = read(
                    table("inet", "a", ""),
                    hooked("inet", "a", "input", 0, "drop"),
                    rule("inet", "a", TCP_22, "{\"accept\": null}"),
                    table("ip", "b", ""),
                    hooked("ip", "b", "input", priority, "accept"),
                    rule("ip", "b", from("192.0.2.0/24"), "{\"drop\": null}"));

            assertThat(answer(rules, "192.0.2.0/25", 22)).isEqualTo(Answer.REFUSED);
            assertThat(answer(rules, "198.51.100.0/24", 22)).isEqualTo(Answer.ACCEPTED);
            assertThat(answer(rules, "2001:db8::/32", 22)).isEqualTo(Answer.ACCEPTED);
            assertThat(answer(rules, "2001:db8::/32", 23)).isEqualTo(Answer.REFUSED);
        }
    }

    @Test
    void aTableOfOneFamilyLeavesTheOtherAlone() {
        RuleList rules = read(table("ip", "a", ""), hooked("ip", "a", "input", 0, "drop"));

        assertThat(rules.check(List.of(), Part.ALL, PortRange.of(22)).openToWorld())
                .containsExactly(new Exposure(Cidr.Family.IPV6, List.of(PortRange.of(22)), true));
    }

    @Test
    void dormantTablesAndOtherHooksDecideNothing() {
        RuleList rules = read(
                table("inet", "a", ", \"flags\": \"dormant\""),
                hooked("inet", "a", "input", 0, "drop"),
                table("inet", "b", ", \"flags\": [\"dormant\"]"),
                hooked("inet", "b", "input", 0, "drop"),
                table("inet", "f", ""),
                hooked("inet", "f", "forward", 0, "drop"),
                table("inet", "o", ""),
                hooked("inet", "o", "output", 0, "drop"),
                table("arp", "p", ""),
                hooked("arp", "p", "input", 0, "drop"),
                "{\"counter\": {\"family\": \"inet\", \"name\": \"n\", \"table\": \"a\"}}");

        assertThat(answer(rules, "192.0.2.0/24", 22)).isEqualTo(Answer.ACCEPTED);
    }

    @Test
    void whatIsRedirectedBeforeTheFilterIsNotUnderstood() {
        RuleList rules = read(
                table("ip", "nat", ""),
                hooked("ip", "nat", "prerouting", -100, "accept"),
                rule("ip", "nat", TCP_22, "{\"redirect\": {\"port\": 2222}}"),
                table("inet", "a", ""),
                hooked("inet", "a", "input", 0, "accept"));

        assertThat(answer(rules, "192.0.2.0/24", 22)).isEqualTo(Answer.NOT_UNDERSTOOD);
        assertThat(answer(rules, "192.0.2.0/24", 80)).isEqualTo(Answer.ACCEPTED);
        assertThat(answer(rules, "2001:db8::/32", 22)).isEqualTo(Answer.ACCEPTED);
        assertThat(rules.check(List.of(), Part.ALL, PortRange.of(22)).notUnderstood())
                .singleElement()
                .satisfies(n -> {
                    assertThat(n.where()).isEqualTo("/nftables/2/rule");
                    assertThat(n.why()).contains("redirect");
                });
    }

    @Test
    void aFilterOfOneInterfaceIsNotUnderstoodUnlessItIsEmpty() {
        String ingress = hooked("netdev", "n", "ingress", 0, "accept");

        assertThat(answer(read(table("netdev", "n", ""), ingress), "192.0.2.0/24", 22))
                .isEqualTo(Answer.ACCEPTED);
        assertThat(answer(
                        read(table("netdev", "n", ""), ingress, rule("netdev", "n", "{\"drop\": null}")),
                        "192.0.2.0/24",
                        22))
                .isEqualTo(Answer.NOT_UNDERSTOOD);
        assertThat(answer(read(table("inet", "n", ""), hooked("inet", "n", "ingress", 0, "drop")), "192.0.2.0/24", 22))
                .isEqualTo(Answer.NOT_UNDERSTOOD);
    }

    /** As the real nft lists 'meta nfproto ipv4 reject' in a table of both families: without the first part. */
    @ParameterizedTest
    @CsvSource({
        "icmp, REFUSED, ACCEPTED",
        "icmpv6, ACCEPTED, REFUSED",
        "icmpx, REFUSED, REFUSED",
        "tcp reset, REFUSED, REFUSED"
    })
    void aRejectionByIcmpIsForItsFamilyOnly(String type, Answer ipv4, Answer ipv6) {
        RuleList rules = read(
                table("inet", "a", ""),
                hooked("inet", "a", "input", 0, "accept"),
                rule("inet", "a", "{\"reject\": {\"type\": \"" + type + "\"}}"));

        assertThat(answer(rules, "192.0.2.0/24", 22)).isEqualTo(ipv4);
        assertThat(answer(rules, "2001:db8::/32", 22)).isEqualTo(ipv6);
    }

    /** Statements that nobody promises to understand: accepted or refused by chance, reported with their place. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"queue\": {\"num\": 1}}",
                "{\"xt\": null}",
                "{\"xt\": {\"type\": \"target\", \"name\": \"REJECT\"}}",
                "{\"tproxy\": {\"port\": 1}}",
                "{\"notrack\": null}",
                "{\"something new\": {}}",
                "{\"mangle\": {\"key\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"value\": 1}}",
            })
    void anUnknownStatementIsReportedAndCountsAsNeither(String statement) {
        RuleList rules = read(
                table("inet", "a", ""),
                hooked("inet", "a", "input", 0, "accept"),
                rule("inet", "a", TCP_22, statement));

        FirewallReport report = rules.check(List.of(ROIHU), Part.ALL, PortRange.of(22), PortRange.of(23));

        assertThat(report.sites().get(0).answer()).isEqualTo(Answer.NOT_UNDERSTOOD);
        assertThat(report.sites().get(0).unclear())
                .singleElement()
                .satisfies(gap -> assertThat(gap.ports()).containsExactly(PortRange.of(22)));
        assertThat(report.notUnderstood())
                .singleElement()
                .satisfies(n -> assertThat(n.where()).isEqualTo("/nftables/2/rule"));
        assertThat(report.openToWorld())
                .contains(
                        new Exposure(Cidr.Family.IPV4, List.of(PortRange.of(23)), true),
                        new Exposure(Cidr.Family.IPV4, List.of(PortRange.of(22)), false));
    }

    /** What can't come from nft: the JSON, its path, and what was expected. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]                                        | ``                  | nft -j list ruleset",
                "{}                                        | /nftables           | nft -j list ruleset",
                "{\"nftables\": {}}                        | /nftables           | a list",
                "{\"nftables\": [7]}                       | /nftables/0         | nft -j list ruleset",
                "{\"nftables\": [{\"a\": 1, \"b\": 2}]}    | /nftables/0         | nft -j list ruleset",
                "{\"nftables\": [{\"add\": {}}]}           | /nftables/0/add     | an object of a ruleset",
                "{\"nftables\": [{\"chain\": {}}]}         | /nftables/0/chain/family | a name",
                "{\"nftables\": [{\"chain\": null}]}       | /nftables/0/chain/family | a name",
                "{\"nftables\": [{\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"c\"}}]} | /nftables/0/rule | a chain that stands before it",
            })
    void whatIsNoRulesetIsRefusedWithItsPath(String json, String pointer, String expected) {
        assertThatThrownBy(() -> RuleList.nftables(json))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("nftables ruleset at '" + pointer + "': expected ")
                .hasMessageContaining(expected);
    }

    /** A statement that makes no sense, its path below the rule, and what was expected. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "7                                        | /0                 | a statement",
                "{\"match\": 7}                           | /0/match/op        | an operator",
                "{\"match\": {\"op\": \"==\"}}            | /0/match/left      | an expression",
                "{\"match\": {\"op\": \"==\", \"left\": 7}} | /0/match/right   | an expression",
                "{\"jump\": {\"target\": \"nowhere\"}}    | /0/jump            | a chain of the same table",
                "{\"jump\": null}                         | /0/jump/target     | a name",
                "{\"vmap\": {\"key\": {\"ct\": {\"key\": \"state\"}}, \"data\": {\"set\": [[\"new\"]]}}} | /0/vmap/data/set/0 | a key and a verdict",
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}, \"right\": \"@gone\"}} | /0/match/right | a set",
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}, \"right\": \"::1\"}} | /0/match/right | a range of IPv4",
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": -1}} | /0/match/right | a port from 0 to 65535",
                "{\"match\": {\"op\": \"<\", \"left\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": -2147483648}} | /0/match/right | a port from 0 to 65535",
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": {\"range\": [100, 1]}}} | /0/match/right | goes up",
                "{\"accept\": {\"new\": 1}}              | /0/accept          | nothing beside",
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}, \"right\": \"example.org\"}} | /0/match/right | an address",
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}, \"right\": {\"range\": [\"9.0.0.0\", \"8.0.0.0\"]}}} | /0/match/right | an address",
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}, \"right\": {\"prefix\": {\"addr\": \"9.0.0.0\", \"len\": 99}}}} | /0/match/right | an address",
            })
    void aStatementThatNftNeverPrintsIsRefusedWithItsPath(String statement, String pointer, String expected) {
        assertThatThrownBy(() -> read(
                        table("inet", "a", ""),
                        hooked("inet", "a", "input", 0, "accept"),
                        rule("inet", "a", statement)))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("nftables ruleset at '/nftables/2/rule/expr" + pointer + "': expected ")
                .hasMessageContaining(expected);
    }

    private static String set(String more) {
        return "{\"set\": {\"family\": \"inet\", \"table\": \"a\", \"name\": \"s\", \"type\": \"ipv4_addr\"" + more
                + "}}";
    }

    private static final String IN_SET = "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", "
            + "\"field\": \"saddr\"}}, \"right\": \"@s\"}}";

    /** What a set with 192.0.2.5 has more, as nft prints it or may once print it, and what becomes of that address. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"elem\": [\"192.0.2.5\"] | ACCEPTED",
                "\"elem\": [{\"elem\": {\"val\": \"192.0.2.5\", \"timeout\": 300, \"expires\": 299, \"comment\": \"x\"}}] | ACCEPTED",
                "\"elem\": [{\"elem\": {\"val\": \"192.0.2.5\", \"counter\": {\"packets\": 0, \"bytes\": 0}}}], \"stmt\": [{\"counter\": null}] | ACCEPTED",
                "\"flags\": [\"interval\"], \"elem\": [{\"prefix\": {\"addr\": \"10.0.0.0\", \"len\": 8}}, \"*\"] | ACCEPTED",
                "\"elem\": [{\"elem\": {\"val\": \"192.0.2.5\", \"limit\": {\"rate\": 1, \"burst\": 5, \"per\": \"day\"}}}] | NOT_UNDERSTOOD",
                "\"elem\": [{\"elem\": {\"val\": \"192.0.2.5\", \"quota\": {\"val\": 10, \"val_unit\": \"bytes\"}}}] | NOT_UNDERSTOOD",
                "\"elem\": [{\"elem\": {\"val\": \"192.0.2.5\", \"ct count\": {\"val\": 5, \"inv\": true}}}] | NOT_UNDERSTOOD",
                "\"elem\": [\"192.0.2.5\"], \"stmt\": [{\"limit\": {\"rate\": 1, \"burst\": 5, \"per\": \"day\"}}] | NOT_UNDERSTOOD",
                "\"elem\": [\"192.0.2.5\"], \"stmt\": [{\"counter\": null}, {\"quota\": {\"val\": 1}}] | NOT_UNDERSTOOD",
                "\"elem\": [\"192.0.2.5\"], \"flags\": [\"inverted\"] | NOT_UNDERSTOOD",
                "\"elem\": [\"192.0.2.5\"], \"new\": 1 | NOT_UNDERSTOOD",
                "\"elem\": [{\"elem\": {\"val\": \"192.0.2.5\", \"new\": 1}}] | NOT_UNDERSTOOD",
            })
    void aSetWhoseElementsMayHoldOnlySometimesIsNotUnderstood(String more, Answer answer) {
        RuleList accepts = read(
                table("inet", "a", ""),
                set("," + more),
                hooked("inet", "a", "input", 0, "drop"),
                rule("inet", "a", IN_SET, "{\"accept\": null}"));
        RuleList drops = read(
                table("inet", "a", ""),
                set("," + more),
                hooked("inet", "a", "input", 0, "accept"),
                rule("inet", "a", IN_SET, "{\"drop\": null}"));

        assertThat(answer(accepts, "192.0.2.5/32", 22)).isEqualTo(answer);
        assertThat(answer(drops, "192.0.2.5/32", 22)).isEqualTo(answer == Answer.ACCEPTED ? Answer.REFUSED : answer);
        assertThat(answer(accepts, "2001:db8::5/128", 22)).isEqualTo(Answer.REFUSED);
    }

    /** As 'nft -j -t list ruleset' prints it. */
    @Test
    void setsWhoseElementsMayHaveBeenLeftOutAreNotUnderstood() {
        String[] terse = {
            table("inet", "a", ""),
            set(""),
            hooked("inet", "a", "input", 0, "accept"),
            rule("inet", "a", IN_SET, "{\"drop\": null}")
        };
        RuleList rules = read(terse);
        RuleList verdicts = read(
                terse[0],
                "{\"map\": {\"family\": \"inet\", \"table\": \"a\", \"name\": \"m\", \"type\": \"inet_service\", \"map\": \"verdict\"}}",
                terse[2],
                rule(
                        "inet",
                        "a",
                        "{\"vmap\": {\"key\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"data\": \"@m\"}}"));
        RuleList whole = read(
                terse[0], terse[1], set(", \"elem\": [\"192.0.2.6\"]").replace("\"s\"", "\"t\""), terse[2], terse[3]);

        assertThat(answer(rules, "192.0.2.5/32", 22)).isEqualTo(Answer.NOT_UNDERSTOOD);
        assertThat(rules.check(List.of(ROIHU), Part.ALL, PortRange.of(22)).notUnderstood())
                .singleElement()
                .satisfies(n -> assertThat(n.why()).contains("without -t"));
        assertThat(answer(verdicts, "192.0.2.5/32", 22)).isEqualTo(Answer.NOT_UNDERSTOOD);
        // another set has elements, so they weren't left out, and this one is empty
        assertThat(answer(whole, "192.0.2.5/32", 22)).isEqualTo(Answer.ACCEPTED);
    }

    /** A change to a chain that drops, which can't come from nft, the pointer, and what was expected. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"drop\"             | \"DROP\"            | /policy   | accept or drop",
                "\"drop\"             | \"foo\"             | /policy   | accept or drop",
                "\"policy\": \"drop\" | \"comment\": \"x\"  | /policy   | accept or drop",
                "\"input\"            | \"INPUT\"           | /hook     | one of the hooks",
                "\"input\"            | null              | /hook     | the hook of a chain",
                "\"prio\": 0          | \"prio\": \"filter\" | /prio    | a number",
                "\"prio\": 0          | \"comment\": \"x\"  | /prio     | a number",
                "\"prio\": 0          | \"prio\": 0, \"x\": 1 | /x      | one of the keys",
                "\"table\": \"a\"     | \"table\": \"b\"    | ``        | a table that stands before it",
            })
    void aChainThatNftNeverPrintsIsRefusedWithItsPath(String usual, String given, String pointer, String expected) {
        String chain = hooked("inet", "a", "input", 0, "drop");
        assertThat(chain).contains(usual);

        assertThatThrownBy(() -> read(table("inet", "a", ""), chain.replace(usual, given)))
                .isInstanceOf(RuleListException.class)
                .hasMessageStartingWith("nftables ruleset at '/nftables/1/chain" + pointer + "': expected ")
                .hasMessageContaining(expected);
    }

    @Test
    void whatIsDeclaredTwiceOrNotKnownIsRefused() {
        String table = table("inet", "a", "");
        String chain = hooked("inet", "a", "input", 0, "accept");
        String rule = rule("inet", "a", "{\"drop\": null}");

        assertThatThrownBy(() -> read(table, chain, rule, chain)).hasMessageContaining("/nftables/3/chain");
        assertThatThrownBy(() -> read(table, chain, rule, table)).hasMessageContaining("/nftables/3/table");
        assertThatThrownBy(() -> read(table, set(""), set(""))).hasMessageContaining("/nftables/2/set");
        assertThatThrownBy(() -> read(table("inet", "a", ", \"flags\": [\"asleep\"]")))
                .hasMessageContaining("/nftables/0/table/flags/0", "dormant");
        assertThatThrownBy(() -> read(table("foo", "a", ""))).hasMessageContaining("/nftables/0/table", "families");
        assertThatThrownBy(() -> read(table, chain, rule.replace("\"expr\"", "\"disabled\": true, \"expr\"")))
                .hasMessageContaining("/nftables/2/rule/disabled");
        assertThatThrownBy(() -> read("{\"metainfo\": {\"json_schema_version\": 2}}"))
                .hasMessageContaining("/nftables/0/metainfo", "version 1");
    }

    /** Statements before a drop on port 22 that don't surely hold, or whose meaning isn't known. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"tunnel\": \"gre\", \"protocol\": \"ip\", \"field\": \"saddr\"}}, \"right\": \"192.0.2.5\"}}",
                "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"tunnel\": \"gre\", \"protocol\": \"udp\", \"field\": \"dport\"}}, \"right\": 22}}",
                "{\"match\": {\"op\": \"==\", \"left\": {\"meta\": {\"key\": \"l4proto\", \"new\": 1}}, \"right\": \"udp\"}}",
                "{\"match\": {\"op\": \"==\", \"left\": {\"ct\": {\"key\": \"state\", \"dir\": \"reply\"}}, \"right\": \"established\"}}",
                "{\"match\": {\"op\": \"==\", \"left\": {\"meta\": {\"key\": \"l4proto\"}}, \"right\": \"udp\", \"inv\": true}}",
                "{\"match\": {\"op\": \"in\", \"left\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": 23}}",
                "{\"match\": {\"op\": \"==\", \"left\": {\"ct\": {\"key\": \"state\"}}, \"right\": [\"established\", \"related\"]}}",
                "{\"counter\": {\"map\": {\"key\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"data\": {\"set\": [[23, \"c\"]]}}}}",
                "{\"ct helper\": {\"map\": {}}}",
                "{\"log\": {\"new\": 1}}",
                "{\"mangle\": {\"key\": {\"meta\": {\"key\": \"mark\"}}, \"value\": {\"map\": {}}}}",
                "{\"mangle\": {\"key\": {\"tcp option\": {\"name\": \"maxseg\", \"field\": \"size\"}}, \"value\": 1400}}",
            })
    void aStatementWithSomethingThatIsNotKnownIsNotUnderstood(String statement) {
        RuleList rules = read(
                table("inet", "a", ""),
                hooked("inet", "a", "input", 0, "accept"),
                rule("inet", "a", TCP_22, statement, "{\"drop\": null}"));

        assertThat(answer(rules, "192.0.2.5/32", 22)).isEqualTo(Answer.NOT_UNDERSTOOD);
        assertThat(answer(rules, "192.0.2.5/32", 23)).isEqualTo(Answer.ACCEPTED);
    }

    @Test
    void aLongValueIsCutInAnError() {
        assertThatThrownBy(() -> RuleList.nftables("{\"nftables\": [\"" + "x".repeat(100_000) + "\"]}"))
                .isInstanceOf(RuleListException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
    }

    @Test
    void deepJsonIsRefused() {
        String deep = "{\"nftables\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThatThrownBy(() -> RuleList.nftables(deep)).isInstanceOf(RuleListException.class);
    }

    @Test
    void aLargeSetIsReadAtOnce() {
        StringBuilder elements = new StringBuilder("\"192.0.2.5\"");
        for (int i = 0; i < 100_000; i++) {
            elements.append(",\"10.")
                    .append(i >> 16)
                    .append('.')
                    .append(i >> 8 & 255)
                    .append('.')
                    .append(i & 254)
                    .append('"');
        }
        RuleList rules = read(
                table("inet", "a", ""),
                "{\"set\": {\"family\": \"inet\", \"table\": \"a\", \"name\": \"s\", \"type\": \"ipv4_addr\", \"elem\": ["
                        + elements + "]}}",
                hooked("inet", "a", "input", 0, "drop"),
                rule(
                        "inet",
                        "a",
                        "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}, "
                                + "\"right\": \"@s\"}}",
                        "{\"accept\": null}"));

        assertThat(answer(rules, "192.0.2.5/32", 22)).isEqualTo(Answer.ACCEPTED);
        assertThat(answer(rules, "192.0.2.4/32", 22)).isEqualTo(Answer.REFUSED);
    }

    /** Many rules, each for a port of its own, that look at one set with very many addresses. */
    @Test
    @Timeout(60)
    void manyRulesMayLookAtOneLargeSet() {
        int count = 400;
        List<String> objects = new ArrayList<>(List.of(table("inet", "a", "")));
        StringBuilder elements = new StringBuilder("\"192.0.2.5\"");
        for (int i = 0; i < 60_000; i++) {
            elements.append(",\"")
                    .append(1 + i % 200)
                    .append('.')
                    .append(i / 200 % 256)
                    .append('.')
                    .append(i / 51_200 * 2)
                    .append(".1\"");
        }
        objects.add(set(", \"elem\": [" + elements + "]"));
        objects.add(hooked("inet", "a", "input", 0, "accept"));
        for (int i = 0; i < count; i++) {
            objects.add(rule("inet", "a", IN_SET, TCP_22.replace("22", "" + (1000 + 2 * i)), "{\"drop\": null}"));
        }
        RuleList rules = read(objects.toArray(String[]::new));

        assertThat(answer(rules, "192.0.2.5/32", 22)).isEqualTo(Answer.ACCEPTED);
        assertThat(answer(rules, "192.0.2.5/32", 1000)).isEqualTo(Answer.REFUSED);
        assertThatThrownBy(() -> rules.check(List.of(ROIHU), Part.ALL, new PortRange(1, 65_535)))
                .isInstanceOf(RuleListException.class)
                .hasMessageContaining("ask for fewer ports");
    }
}
