package io.github.slurmray.platforms;

import static io.github.slurmray.platforms.FirewallSamples.LUMI;
import static io.github.slurmray.platforms.FirewallSamples.ROIHU;
import static io.github.slurmray.platforms.FirewallSamples.cidrs;
import static io.github.slurmray.platforms.FirewallSamples.firewall;
import static io.github.slurmray.platforms.FirewallSamples.resource;
import static io.github.slurmray.platforms.FirewallSamples.site;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.Retry;
import io.github.slurmray.platforms.Firewall.NftFamily;
import io.github.slurmray.platforms.OutwardAddresses.Part;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FirewallTest {
    private static List<Cidr> sources(Firewall firewall) {
        return firewall.rules().stream().map(AllowRule::source).toList();
    }

    @Test
    void ofComputeNodesOnlyTheirAddressesAreLetInInOneRule() {
        Firewall minimal = Firewall.builder().site(ROIHU, Part.COMPUTE).port(22).build();

        assertThat(minimal.rules())
                .containsExactly(new AllowRule(Cidr.parse("86.50.172.4/31"), PortRange.of(22), List.of("roihu")));
        assertThat(minimal.findings()).isEmpty();
    }

    @Test
    void aWholeSiteIsAllOfItsAddressesOfBothFamilies() {
        Firewall whole = Firewall.builder().site(ROIHU, Part.ALL).port(22).build();

        assertThat(sources(whole))
                .isEqualTo(cidrs("86.50.172.0/27", "2001:708:10:6822::1:0/112", "2001:708:10:6822::2:0/112"));
    }

    @Test
    void unknownComputeAddressesAreSaidAndNeverBecomeTheWholeSite() {
        assertThatThrownBy(() -> Firewall.builder().site(LUMI, Part.COMPUTE))
                .isInstanceOfSatisfying(AddressesUnknownException.class, e -> {
                    assertThat(e.site()).isEqualTo("lumi");
                    assertThat(e.part()).isEqualTo(Part.COMPUTE);
                    assertThat(e.retry()).isEqualTo(Retry.POINTLESS);
                })
                .hasMessageContaining("site lumi at '/outward/compute'")
                .hasMessageContaining("Part.ALL");
    }

    @Test
    void aSiteOfWhichOnlyThePartsAreKnownIsNotKnownWhole() {
        OutwardAddresses parts =
                new OutwardAddresses("half", List.of(), cidrs("192.0.2.1/32"), cidrs("192.0.2.2/32"), List.of());

        assertThatThrownBy(() -> Firewall.builder().site(parts, Part.ALL))
                .isInstanceOf(AddressesUnknownException.class)
                .hasMessageContaining("site half at '/outward/all'");
        assertThat(parts.of(Part.COMPUTE)).isEqualTo(cidrs("192.0.2.1/32"));
    }

    @Test
    void networksOfSeveralSitesGrowTogetherAndKeepTheirNames() {
        Firewall firewall = Firewall.builder()
                .site(site("b", "192.0.2.0/25"), Part.ALL)
                .site(site("a", "192.0.2.128/25"), Part.ALL)
                .own(Cidr.parse("192.0.2.7/32"), Cidr.parse("198.51.100.0/24"))
                .ports(new PortRange(8280, 8281))
                .port(8282)
                .port(22)
                .build();

        assertThat(firewall.rules())
                .containsExactly(
                        new AllowRule(Cidr.parse("192.0.2.0/24"), PortRange.of(22), List.of("a", "b", "own")),
                        new AllowRule(Cidr.parse("192.0.2.0/24"), new PortRange(8280, 8282), List.of("a", "b", "own")),
                        new AllowRule(Cidr.parse("198.51.100.0/24"), PortRange.of(22), List.of("own")),
                        new AllowRule(Cidr.parse("198.51.100.0/24"), new PortRange(8280, 8282), List.of("own")));
    }

    @Test
    void theOrderInWhichThingsAreGivenChangesNothing() {
        Firewall one = Firewall.builder()
                .own(Cidr.parse("2001:db8::/32"), Cidr.parse("203.0.113.7/32"))
                .site(ROIHU, Part.COMPUTE)
                .site(LUMI, Part.ALL)
                .port(22)
                .port(80)
                .build();
        Firewall other = Firewall.builder()
                .port(80)
                .site(LUMI, Part.ALL)
                .port(22)
                .site(ROIHU, Part.COMPUTE)
                .own(Cidr.parse("203.0.113.7/32"), Cidr.parse("2001:db8::/32"))
                .build();

        assertThat(one.rules()).isEqualTo(other.rules());
        assertThat(one.nftables(NftFamily.INET)).isEqualTo(other.nftables(NftFamily.INET));
        assertThat(one.azure(100)).isEqualTo(other.azure(100));
        assertThat(one.json()).isEqualTo(other.json());
        assertThat(one.openStack("g")).isEqualTo(other.openStack("g"));
    }

    @ParameterizedTest
    @CsvSource({
        "ALL, 2026-07-31T08:59:59Z, ''",
        "COMPUTE, 2026-07-31T08:59:59Z, ''",
        "ALL, 2026-07-31T09:00:00Z, ''",
        "COMPUTE, 2026-07-31T09:00:00Z, has run no jobs since 2026-07-31T09:00:00Z",
        "ALL, 2026-10-15T09:00:00Z, has been gone since 2026-10-15T09:00:00Z",
        "COMPUTE, 2026-10-15T09:00:00Z, has been gone since 2026-10-15T09:00:00Z"
    })
    void aSiteFromWhichNothingComesAnyMoreIsWarnedOf(Part part, Instant now, String why) {
        String ours = """
                {"name": "ours", "extends": "csc-puhti", "outward": {"compute": ["86.50.164.176/32"]}}
                """;
        Platform puhti = PlatformFile.parse(ours.getBytes(UTF_8), "ours.json");
        List<Finding> findings =
                Firewall.builder().site(puhti, part, now).port(22).build().findings();

        assertThat(findings)
                .extracting(Finding::rule)
                .isEqualTo(why.isEmpty() ? List.of() : List.of("firewall-site-closed"));
        assertThat(findings).allSatisfy(f -> assertThat(f.message()).contains(why));
        assertThat(findings).allSatisfy(f -> assertThat(f.sources()).isNotEmpty());
    }

    @Test
    void aShippedSiteIsLetInWithItsOwnAddressesAndByItsName() {
        Firewall firewall = Firewall.builder()
                .site(Platforms.roihuGpu(), Part.COMPUTE)
                .port(22)
                .build();
        assertThat(firewall.rules())
                .containsExactly(
                        new AllowRule(Cidr.parse("86.50.172.4/31"), PortRange.of(22), List.of("csc-roihu-gpu")));
        assertThat(firewall.findings()).isEmpty();
        assertThatThrownBy(() -> Firewall.builder().site(Platforms.lumiG(), Part.COMPUTE))
                .isInstanceOf(AddressesUnknownException.class);
    }

    @Test
    void nobodyOrNoPortIsRefused() {
        assertThatThrownBy(() -> Firewall.builder().port(22).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no network");
        assertThatThrownBy(() -> Firewall.builder().site(LUMI, Part.ALL).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no port");
    }

    @Test
    void anIpv4MappedNetworkIsRefusedWithTheRemedy() {
        assertThatThrownBy(() -> Firewall.builder().own(Cidr.parse("::ffff:192.0.2.1/128")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'::ffff:192.0.2.1/128' of own")
                .hasMessageContaining("write it as IPv4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0/0", "0.0.0.0/1", "::/0", "2000::/3", "2000::/4"})
    void theWorldIsLetInOnlyWhenThatIsSaidAndThenWarnedOf(String network) {
        Firewall.Builder builder = Firewall.builder().own(Cidr.parse(network)).port(22);
        String family = Cidr.parse(network).family().toString();

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TCP ports [22] would be open to the world: [" + network + "]")
                .hasMessageContaining("allowWorld()");
        assertThat(builder.allowWorld().build().findings()).singleElement().satisfies(f -> {
            assertThat(f.severity()).isEqualTo(Finding.Severity.WARNING);
            assertThat(f.rule()).isEqualTo("firewall-world");
            assertThat(f.message()).contains("are open to the world", network, family);
        });
    }

    @Test
    void theWorldInPiecesIsTheWorldToo() {
        assertThatThrownBy(() -> Firewall.builder()
                        .own(cidrs("0.0.0.0/2", "64.0.0.0/3", "96.0.0.0/4", "112.0.0.0/4", "::/1", "8000::/1")
                                .toArray(Cidr[]::new))
                        .port(22)
                        .build())
                .hasMessageContaining("[0.0.0.0/1]");
        assertThat(Firewall.builder()
                        .own(Cidr.parse("4000::/2"))
                        .port(22)
                        .build()
                        .findings())
                .isEmpty();
    }

    @Test
    void openStackGetsOneQuotedCommandForEachRule() {
        assertThat(firewall().openStack("ray's vm"))
                .hasSize(12)
                .startsWith(
                        "openstack security group rule create --ingress --ethertype IPv4 --protocol tcp --dst-port 22 "
                                + "--remote-ip 86.50.172.0/27 --description 'slurmray: roihu' 'ray'\\''s vm'")
                .contains(
                        "openstack security group rule create --ingress --ethertype IPv6 --protocol tcp "
                                + "--dst-port 8280:8289 --remote-ip 2001:db8:7::/64 --description 'slurmray: own' 'ray'\\''s vm'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-group", "a\nb"})
    void aGroupThatTheClientWouldMisreadIsRefused(String group) {
        assertThatThrownBy(() -> firewall().openStack(group))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + group + "'")
                .hasMessageContaining("use its id");
    }

    @Test
    void aLongDescriptionIsCut() {
        Firewall.Builder builder = Firewall.builder().port(22);
        for (int i = 0; i < 100; i++) {
            builder.site(site("site" + i, "192.0.2.0/24"), Part.ALL);
        }
        String command = builder.build().openStack("g").get(0);
        String description = command.substring(command.indexOf("'") + 1, command.lastIndexOf("'"));
        assertThat(description)
                .hasSize(255)
                .startsWith("slurmray: site0, site1, ")
                .endsWith("...");
    }

    @Test
    void nftablesGetsTheFileThatTheRealNftHasLoaded() {
        assertThat(firewall().nftables(NftFamily.INET)).isEqualTo(resource("nft/firewall.nft"));
    }

    @Test
    void aTableOfOneFamilyRefusesTheOtherWithPathValueAndRemedy() {
        assertThatThrownBy(() -> firewall().nftables(NftFamily.IP))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("at '/allow/6/source': a table of family ip can't say the IPv6 network "
                        + "2001:708:10:6822::1:0/112; use family inet, or leave the network out");
        assertThatThrownBy(() -> firewall().nftables(NftFamily.IP6))
                .hasMessageContaining("at '/allow/0/source'")
                .hasMessageContaining("IPv4 network 86.50.172.0/27");
        assertThat(Firewall.builder().site(ROIHU, Part.COMPUTE).port(22).build().nftables(NftFamily.IP))
                .startsWith("table ip slurmray\n")
                .doesNotContain("ip6", "allowed6");
    }

    @Test
    void azureGetsOneRuleForEachFamily() {
        assertThat(firewall().azure(300)).isEqualTo("""
                [ {
                  "name" : "slurmray-ipv4",
                  "properties" : {
                    "description" : "slurmray: own, roihu",
                    "direction" : "Inbound",
                    "access" : "Allow",
                    "priority" : 300,
                    "protocol" : "Tcp",
                    "sourceAddressPrefixes" : [ "86.50.172.0/27", "86.50.172.32/28", "203.0.113.7/32" ],
                    "sourcePortRange" : "*",
                    "destinationAddressPrefix" : "*",
                    "destinationPortRanges" : [ "22", "8280-8289" ]
                  }
                }, {
                  "name" : "slurmray-ipv6",
                  "properties" : {
                    "description" : "slurmray: own, roihu",
                    "direction" : "Inbound",
                    "access" : "Allow",
                    "priority" : 301,
                    "protocol" : "Tcp",
                    "sourceAddressPrefixes" : [ "2001:708:10:6822::1:0/112", "2001:708:10:6822::2:0/112", "2001:db8:7::/64" ],
                    "sourcePortRange" : "*",
                    "destinationAddressPrefix" : "*",
                    "destinationPortRanges" : [ "22", "8280-8289" ]
                  }
                } ]
                """);
    }

    @Test
    void azureGetsOneValueInTheSingular() {
        assertThat(Firewall.builder().site(LUMI, Part.ALL).port(22).build().azure(100))
                .contains("\"sourceAddressPrefix\" : \"193.167.209.128/26\"", "\"destinationPortRange\" : \"22\"")
                .doesNotContain("Prefixes", "Ranges", "ipv6");
    }

    @ParameterizedTest
    @ValueSource(ints = {99, 4096, 4097, -1})
    void aPriorityThatAzureRefusesIsRefusedWithItsPath(int first) {
        assertThatThrownBy(() -> firewall().azure(first))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(first == 4096 ? "at '/1/properties/priority'" : "at '/0/properties/priority'")
                .hasMessageContaining("from 100 to 4096")
                .hasMessageContaining(first == 4096 ? "4097" : "" + first);
    }

    @Test
    void plainJsonHasEachRule() {
        assertThat(Firewall.builder()
                        .site(ROIHU, Part.COMPUTE)
                        .ports(new PortRange(8280, 8289))
                        .build()
                        .json())
                .isEqualTo("""
                        {
                          "allow" : [ {
                            "source" : "86.50.172.4/31",
                            "protocol" : "tcp",
                            "ports" : "8280-8289",
                            "of" : [ "roihu" ]
                          } ]
                        }
                        """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb"})
    void aSiteWithoutAUsableNameIsRefused(String name) {
        assertThatThrownBy(() -> site(name, "192.0.2.0/24"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'");
    }

    @Test
    void portsAreReadAndWritten() {
        assertThat(PortRange.parse("22")).isEqualTo(PortRange.of(22)).hasToString("22");
        assertThat(PortRange.parse("8000-8010"))
                .isEqualTo(new PortRange(8000, 8010))
                .hasToString("8000-8010");
        assertThat(PortRange.merged(List.of(
                        PortRange.of(5), new PortRange(1, 3), PortRange.of(4), new PortRange(7, 9), PortRange.of(8))))
                .hasToString("[1-5, 7-9]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "65536", "99999999999", "9-8", "-1", "1-", "ssh", "22:23", " 22"})
    void whatAreNoPortsIsRefused(String text) {
        assertThatThrownBy(() -> PortRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
