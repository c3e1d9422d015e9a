package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import io.github.slurmray.platforms.FirewallReport.Answer;
import io.github.slurmray.platforms.FirewallReport.SiteAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Sites and files that the tests of firewalls share. */
final class FirewallSamples {
    static final OutwardAddresses ROIHU = new OutwardAddresses(
            "roihu",
            cidrs("86.50.172.0/27"),
            cidrs("86.50.172.4/32", "86.50.172.5/32"),
            cidrs("86.50.172.16/29", "2001:708:10:6822::1:0/112"),
            cidrs("86.50.172.24/29", "2001:708:10:6822::2:0/112"));
    static final OutwardAddresses LUMI =
            new OutwardAddresses("lumi", cidrs("193.167.209.128/26"), List.of(), List.of(), List.of());
    static final OutwardAddresses INSIDE =
            new OutwardAddresses("inside", cidrs("10.42.0.0/24"), cidrs("10.42.0.0/24"), List.of(), List.of());

    private FirewallSamples() {}

    static List<Cidr> cidrs(String... networks) {
        return Arrays.stream(networks).map(Cidr::parse).toList();
    }

    static CidrSet set(String... networks) {
        return CidrSet.of(cidrs(networks));
    }

    static OutwardAddresses site(String name, String... networks) {
        return new OutwardAddresses(name, cidrs(networks), List.of(), List.of(), List.of());
    }

    /** The firewall that the captured files of nftables were made from. */
    static Firewall firewall() {
        return Firewall.builder()
                .site(ROIHU, OutwardAddresses.Part.ALL)
                .own(Cidr.parse("203.0.113.7/32"), Cidr.parse("86.50.172.32/28"), Cidr.parse("2001:db8:7::/64"))
                .port(22)
                .ports(new PortRange(8280, 8289))
                .build();
    }

    static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(FirewallSamples.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What becomes of one site with all of its addresses, on one port. */
    static SiteAnswer ask(RuleList rules, OutwardAddresses site, int port) {
        return rules.check(List.of(site), OutwardAddresses.Part.ALL, PortRange.of(port))
                .sites()
                .get(0);
    }

    static Answer answer(RuleList rules, String network, int port) {
        return ask(rules, site("s", network), port).answer();
    }
}
