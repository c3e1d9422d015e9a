package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a list of firewall rules does with new TCP connections to some ports. Immutable.
 *
 * @param sites the answer for each site, in the order in which they were asked
 * @param openToWorld what anybody may connect to, or possibly may
 * @param notUnderstood the rules on which an answer depends and whose meaning isn't known
 */
public record FirewallReport(List<SiteAnswer> sites, List<Exposure> openToWorld, List<NotUnderstood> notUnderstood) {
    /** Whether a site is let in. */
    public enum Answer {
        /** From each of its addresses to each of the ports. */
        ACCEPTED,
        /** Not from each of its addresses, or not to each of the ports. */
        REFUSED,
        /** Nothing is surely refused, but something depends on rules that aren't understood. */
        NOT_UNDERSTOOD,
        /** Nobody has written down the addresses that would have to be let in. */
        ADDRESSES_UNKNOWN
    }

    /**
     * Networks and the ports that they can't connect to, or possibly can't.
     *
     * @param ports the ports
     * @param sources the fewest networks with exactly the addresses in question
     */
    public record Gap(List<PortRange> ports, List<Cidr> sources) {
        /** Checks the parts. */
        public Gap {
            ports = List.copyOf(ports);
            sources = List.copyOf(sources);
        }
    }

    /**
     * What becomes of one site.
     *
     * @param site its name
     * @param part which of its machines were asked about
     * @param answer whether they are let in
     * @param refused what is surely refused; empty unless {@link Answer#REFUSED}
     * @param unclear what depends on rules that aren't understood
     */
    public record SiteAnswer(
            String site, OutwardAddresses.Part part, Answer answer, List<Gap> refused, List<Gap> unclear) {
        /** Checks the parts. */
        public SiteAnswer {
            Objects.requireNonNull(site, "site");
            Objects.requireNonNull(part, "part");
            Objects.requireNonNull(answer, "answer");
            refused = List.copyOf(refused);
            unclear = List.copyOf(unclear);
        }
    }

    /**
     * Ports that are open to the world: to at least half of the family's public addresses.
     *
     * @param family the family
     * @param ports the ports
     * @param sure false if it depends on rules that aren't understood
     */
    public record Exposure(Cidr.Family family, List<PortRange> ports, boolean sure) {
        /** Checks the parts. */
        public Exposure {
            Objects.requireNonNull(family, "family");
            ports = List.copyOf(ports);
        }
    }

    /** Checks the parts. */
    public FirewallReport {
        sites = List.copyOf(sites);
        openToWorld = List.copyOf(openToWorld);
        notUnderstood = List.copyOf(notUnderstood);
    }

    /**
     * Returns all that isn't as it should be, in words: {@code firewall-refuses}, {@code firewall-unknown},
     * {@code firewall-world} and {@code firewall-not-understood}.
     *
     * @return warnings; empty if each site is let in and nothing is open to the world
     */
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        for (SiteAnswer site : sites) {
            for (Gap gap : site.refused()) {
                findings.add(Finding.warning(
                        "firewall-refuses",
                        "site " + site.site() + " is refused: TCP ports " + gap.ports() + " must be open to "
                                + gap.sources()));
            }
            for (Gap gap : site.unclear()) {
                findings.add(Finding.warning(
                        "firewall-unknown",
                        "whether site " + site.site() + " is let in from " + gap.sources() + " to TCP ports "
                                + gap.ports() + " depends on rules that aren't understood"));
            }
            if (site.answer() == Answer.ADDRESSES_UNKNOWN) {
                findings.add(Finding.warning(
                        "firewall-unknown", AddressesUnknownException.message(site.site(), site.part())));
            }
        }
        for (Exposure open : openToWorld) {
            findings.add(Finding.warning(
                    "firewall-world",
                    "TCP ports " + open.ports() + (open.sure() ? " are" : " may be") + " open to the world over "
                            + open.family() + ": allow the networks that need them, and no others"));
        }
        for (NotUnderstood rule : notUnderstood) {
            findings.add(Finding.warning(
                    "firewall-not-understood", "rule at '" + rule.where() + "': " + rule.why() + ": " + rule.rule()));
        }
        return findings;
    }
}
