package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who may connect to a machine of the user's: the sites that the user works with and the user's own networks, for given
 * TCP ports, as the fewest rules that let in exactly these. Immutable; the same input gives the same rules in the same
 * order.
 *
 * <p>It is rendered for OpenStack, nftables and Azure, and as plain JSON. {@link RuleList} reads what a machine has.
 */
public final class Firewall {
    /** A family of nftables' tables. */
    public enum NftFamily {
        /** IPv4 and IPv6. */
        INET("inet"),
        /** IPv4 only: connections over IPv6 pass by. */
        IP("ip"),
        /** IPv6 only: connections over IPv4 pass by. */
        IP6("ip6");

        private final String text;

        NftFamily(String text) {
            this.text = text;
        }

        boolean says(Cidr.Family family) {
            return this == INET || this == (family == Cidr.Family.IPV4 ? IP : IP6);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final JsonMapper JSON = JsonMapper.shared();

    private final List<AllowRule> rules;
    private final List<Finding> findings;

    private Firewall(List<AllowRule> rules, List<Finding> findings) {
        this.rules = List.copyOf(rules);
        this.findings = List.copyOf(findings);
    }

    /**
     * Starts with nobody and no port.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the rules, each for one network and one range of ports.
     *
     * @return in the order of the networks, then of the ports
     */
    public List<AllowRule> rules() {
        return rules;
    }

    /**
     * Returns what somebody should know of these rules: a warning {@code firewall-world} for each family that is open
     * to the world, and {@code firewall-site-closed} for each site that is let in for nothing.
     *
     * @return warnings
     */
    public List<Finding> findings() {
        return findings;
    }

    /**
     * Returns the rules as commands of OpenStack's client, each quoted for a POSIX shell. A command fails harmlessly if
     * the group has its rule already.
     *
     * @param group the security group's name or id; it must not start with a hyphen
     * @return one command each
     * @throws IllegalArgumentException if the group is blank, starts with a hyphen or holds control characters
     */
    public List<String> openStack(String group) {
        return OpenStackRules.commands(rules, group);
    }

    /**
     * Returns the rules as a file for {@code nft -f}: a table {@code slurmray} of its own, which replaces an earlier
     * one, that drops new connections to these ports from anywhere else, and leaves all other ports alone. What another
     * table drops stays dropped. Connections that exist are kept.
     *
     * @param family the table's family
     * @return the text
     * @throws IllegalArgumentException if the family can't say a network of the rules
     */
    public String nftables(NftFamily family) {
        return NftablesText.ruleset(rules, family);
    }

    /**
     * Returns the rules as the array {@code securityRules} of an Azure network security group, in the form of a
     * template (ARM, Bicep): one rule for each family, since Azure refuses to mix them.
     *
     * @param firstPriority the priority of the first rule, from 100 to 4096; the next has the next
     * @return JSON
     * @throws IllegalArgumentException if a priority isn't from 100 to 4096, or there are more than the 4000 networks
     *     that Azure takes
     */
    public String azure(int firstPriority) {
        return AzureText.array(rules, firstPriority);
    }

    /**
     * Returns the rules as plain JSON for other programs: an object whose {@code allow} is a list of objects with
     * {@code source}, {@code protocol} ({@code tcp}), {@code ports} ({@code 22} or {@code 8000-8010}) and {@code of}.
     *
     * @return JSON
     */
    public String json() {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode allow = root.putArray("allow");
        for (AllowRule rule : rules) {
            ObjectNode node = allow.addObject();
            node.put("source", rule.source().toString());
            node.put("protocol", "tcp");
            node.put("ports", rule.ports().toString());
            ArrayNode of = node.putArray("of");
            rule.of().forEach(of::add);
        }
        return pretty(root);
    }

    static String pretty(Object tree) {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n";
    }

    /** The words for whom a rule is, no longer than a target takes. */
    static String description(List<AllowRule> rules, int longest) {
        String names = String.join(
                ", ",
                rules.stream().flatMap(r -> r.of().stream()).distinct().sorted().toList());
        return RuleJson.cut("slurmray: " + names, longest);
    }

    @Override
    public String toString() {
        return "firewall " + rules;
    }

    /** Makes a {@link Firewall}. Not safe for several threads. */
    public static final class Builder {
        private static final CidrSet MAPPED = CidrSet.of(Cidr.parse("::ffff:0:0/96"));

        private final Map<String, List<Cidr>> sources = new TreeMap<>();
        private final List<PortRange> ports = new ArrayList<>();
        private final List<Finding> closed = new ArrayList<>();
        private boolean world;

        private Builder() {}

        /**
         * Lets a site in; several calls add up.
         *
         * @param site its addresses
         * @param part which of its machines: all, or compute nodes only
         * @return this
         * @throws AddressesUnknownException if the addresses of that part aren't known
         */
        public Builder site(OutwardAddresses site, OutwardAddresses.Part part) {
            List<Cidr> addresses = site.of(part);
            if (addresses.isEmpty()) {
                throw new AddressesUnknownException(site.site(), part);
            }
            return add(site.site(), addresses);
        }

        /**
         * Lets a site in as it is now. See {@link #site(Platform, OutwardAddresses.Part, Instant)}.
         *
         * @param site the site
         * @param part which of its machines: all, or compute nodes only
         * @return this
         * @throws AddressesUnknownException if the addresses of that part aren't known
         */
        public Builder site(Platform site, OutwardAddresses.Part part) {
            return site(site, part, Instant.now());
        }

        /**
         * Lets a site in; several calls add up. If nothing of that part connects any more, since the site is closed, or
         * runs no jobs, there will be the finding {@code firewall-site-closed}.
         *
         * @param site the site
         * @param part which of its machines: all, or compute nodes only
         * @param now when the rules are to hold
         * @return this
         * @throws AddressesUnknownException if the addresses of that part aren't known
         */
        public Builder site(Platform site, OutwardAddresses.Part part, Instant now) {
            site(site.outward(), part);
            LifeSpan life = site.lifeSpan();
            LifeSpan.State state = life.at(now);
            if (state == LifeSpan.State.CLOSED) {
                closed(
                        site,
                        "has been gone since "
                                + life.loginsUntil().or(life::until).orElseThrow());
            } else if (state == LifeSpan.State.LOGIN_ONLY && part == OutwardAddresses.Part.COMPUTE) {
                closed(site, "has run no jobs since " + life.until().orElseThrow());
            }
            return this;
        }

        private void closed(Platform site, String since) {
            closed.add(Finding.warning(
                            "firewall-site-closed",
                            site.title() + " " + since + ", so whoever connects from its addresses isn't one of your"
                                    + " jobs: leave it out")
                    .from(site.sourceOf("/lifeSpan/until")));
        }

        /**
         * Lets networks of the user's own in, such as an office's; several calls add up.
         *
         * @param networks the networks
         * @return this
         * @throws IllegalArgumentException if one is an IPv4-mapped IPv6 network, which no packet comes from
         */
        public Builder own(Cidr... networks) {
            return add("own", List.of(networks));
        }

        private Builder add(String name, List<Cidr> networks) {
            for (Cidr network : networks) {
                if (MAPPED.contains(CidrSet.of(network))) {
                    throw new IllegalArgumentException("network '" + network + "' of " + name
                            + " is an IPv4-mapped one, which no packet comes from: write it as IPv4");
                }
            }
            sources.computeIfAbsent(name, n -> new ArrayList<>()).addAll(networks);
            return this;
        }

        /**
         * Opens a port; several calls add up.
         *
         * @param port from 1 to 65,535
         * @return this
         * @throws IllegalArgumentException if it is none of those
         */
        public Builder port(int port) {
            return ports(PortRange.of(port));
        }

        /**
         * Opens ports; several calls add up.
         *
         * @param range the ports
         * @return this
         */
        public Builder ports(PortRange range) {
            ports.add(Objects.requireNonNull(range, "range"));
            return this;
        }

        /**
         * Says in so many words that the ports may be open to the world, if that is what the networks come to. Default:
         * they may not.
         *
         * @return this
         */
        public Builder allowWorld() {
            world = true;
            return this;
        }

        /**
         * Makes the rules.
         *
         * @return the firewall
         * @throws IllegalArgumentException if there is no network or no port, or the networks come to the world and
         *     nobody has said that they may
         */
        public Firewall build() {
            List<Cidr> cover = Cidr.covering(
                    sources.values().stream().flatMap(List::stream).toList());
            if (cover.isEmpty() || ports.isEmpty()) {
                throw new IllegalArgumentException("rules need a site or an own network, and a port, but there is no "
                        + (cover.isEmpty() ? "network" : "port"));
            }
            List<PortRange> ranges = PortRange.merged(ports);
            List<AllowRule> rules = new ArrayList<>();
            for (Cidr source : cover) {
                List<String> of = sources.entrySet().stream()
                        .filter(e -> e.getValue().stream().anyMatch(source::overlaps))
                        .map(Map.Entry::getKey)
                        .toList();
                ranges.forEach(range -> rules.add(new AllowRule(source, range, of)));
            }
            List<Finding> findings = new ArrayList<>(worldly(CidrSet.of(cover), ranges));
            findings.addAll(closed);
            return new Firewall(rules, findings);
        }

        private List<Finding> worldly(CidrSet cover, List<PortRange> ranges) {
            List<Finding> findings = new ArrayList<>();
            for (Cidr.Family family : Cidr.Family.values()) {
                if (World.isIn(cover, family)) {
                    String open = "TCP ports " + ranges + " would be open to the world: "
                            + cover.and(World.all(family)).cidrs() + " is at least half of " + family;
                    if (!world) {
                        throw new IllegalArgumentException(open + "; name the networks, or call allowWorld()");
                    }
                    findings.add(Finding.warning("firewall-world", open.replace("would be", "are")));
                }
            }
            return findings;
        }
    }
}
