package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import io.github.slurmray.core.CidrSet;
import io.github.slurmray.platforms.FirewallReport.Answer;
import io.github.slurmray.platforms.FirewallReport.Exposure;
import io.github.slurmray.platforms.FirewallReport.Gap;
import io.github.slurmray.platforms.FirewallReport.SiteAnswer;
import io.github.slurmray.platforms.Ruleset.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The rules that a machine's firewall has, read from what OpenStack, nftables or Azure print; {@link #check} tells
 * which sites they let in. Immutable.
 *
 * <p>A check follows a new TCP connection from outside through the rules as the firewall would: order, priorities,
 * refusals and defaults count. Nothing asks the DNS or any network.
 *
 * <p>A list is read strictly: what has a key, a value or a place that isn't known is refused, or makes what depends on
 * it not understood, and never counts as absent.
 */
public final class RuleList {
    private final Ruleset ruleset;

    private RuleList(Ruleset ruleset) {
        this.ruleset = ruleset;
    }

    /**
     * Reads security groups of OpenStack. A rule that lets in the members of a security group is taken to let in no
     * public address: its members are machines of the cloud.
     *
     * @param json what {@code openstack security group rule list --long -f json <group>} or {@code openstack security
     *     group show -f json <group>} prints
     * @param more the same of each other group of the same machine: their rules add up
     * @return the rules
     * @throws RuleListException if it isn't that, lacks a column, or holds the rules of several groups in one list
     */
    public static RuleList openStack(String json, String... more) {
        List<String> groups = new ArrayList<>(List.of(json));
        groups.addAll(Arrays.asList(more));
        return new RuleList(OpenStackRules.read(groups));
    }

    /**
     * Reads the rules of a Linux machine. Of a list in which no set has elements, nobody knows whether they were left
     * out ({@code -t}), and what depends on them isn't understood.
     *
     * @param json what {@code nft -j list ruleset} prints
     * @return the rules
     * @throws RuleListException if it isn't that
     */
    public static RuleList nftables(String json) {
        return new RuleList(NftablesReader.read(json));
    }

    /**
     * Reads a network security group of Azure. The rules that every group has are added; the virtual network is taken
     * to have private addresses only.
     *
     * @param json what {@code az network nsg show} or {@code az network nsg rule list} prints, or a template (ARM) with
     *     one group, or the array {@code securityRules} of one
     * @return the rules
     * @throws RuleListException if it isn't that, holds several groups or a priority twice, or has rules that depend on
     *     loops, conditions or other deployments
     */
    public static RuleList azure(String json) {
        return new RuleList(AzureRules.read(json));
    }

    /**
     * Tells what these rules do with new TCP connections from some sites, and whom else they let in.
     *
     * @param sites the sites
     * @param part which of their machines must be let in
     * @param ports to which ports; at least one
     * @return the answer for each site, what is open to the world, and which rules weren't understood
     * @throws IllegalArgumentException if there is no port
     * @throws RuleListException if the rules are too many or too deep to follow
     */
    public FirewallReport check(List<OutwardAddresses> sites, OutwardAddresses.Part part, PortRange... ports) {
        if (ports.length == 0) {
            throw new IllegalArgumentException("a check needs at least one port");
        }
        Map<PortRange, Outcome> outcomes = ruleset.decide(PortRange.merged(List.of(ports)));
        List<SiteAnswer> answers =
                sites.stream().map(site -> answer(site, part, outcomes)).toList();
        return new FirewallReport(answers, exposures(outcomes), reasons(sites, part, outcomes));
    }

    private static SiteAnswer answer(
            OutwardAddresses site, OutwardAddresses.Part part, Map<PortRange, Outcome> outcomes) {
        CidrSet needed = CidrSet.of(site.of(part));
        List<Gap> refused = gaps(outcomes, outcome -> outcome.refused().and(needed));
        List<Gap> unclear = gaps(outcomes, outcome -> outcome.unclear().and(needed));
        Answer answer = needed.isEmpty()
                ? Answer.ADDRESSES_UNKNOWN
                : !refused.isEmpty() ? Answer.REFUSED : !unclear.isEmpty() ? Answer.NOT_UNDERSTOOD : Answer.ACCEPTED;
        return new SiteAnswer(site.site(), part, answer, refused, unclear);
    }

    private static List<Gap> gaps(Map<PortRange, Outcome> outcomes, Function<Outcome, CidrSet> sources) {
        Map<List<Cidr>, List<PortRange>> bySources = new LinkedHashMap<>();
        outcomes.forEach((ports, outcome) -> {
            CidrSet missing = sources.apply(outcome);
            if (!missing.isEmpty()) {
                bySources
                        .computeIfAbsent(missing.cidrs(), s -> new ArrayList<>())
                        .add(ports);
            }
        });
        List<Gap> gaps = new ArrayList<>();
        bySources.forEach((missing, ports) -> gaps.add(new Gap(PortRange.merged(ports), missing)));
        return gaps;
    }

    private static List<Exposure> exposures(Map<PortRange, Outcome> outcomes) {
        List<Exposure> exposures = new ArrayList<>();
        IdentityHashMap<Outcome, List<PortRange>> byOutcome = new IdentityHashMap<>();
        outcomes.forEach((ports, outcome) ->
                byOutcome.computeIfAbsent(outcome, o -> new ArrayList<>()).add(ports));
        for (Cidr.Family family : Cidr.Family.values()) {
            List<PortRange> sure = new ArrayList<>();
            List<PortRange> possible = new ArrayList<>();
            byOutcome.forEach((outcome, ports) -> {
                if (World.isIn(outcome.accepted(), family)) {
                    sure.addAll(ports);
                } else if (World.isIn(outcome.accepted().plus(outcome.unclear()), family)) {
                    possible.addAll(ports);
                }
            });
            if (!sure.isEmpty()) {
                exposures.add(new Exposure(family, PortRange.merged(sure), true));
            }
            if (!possible.isEmpty()) {
                exposures.add(new Exposure(family, PortRange.merged(possible), false));
            }
        }
        return exposures;
    }

    /** The rules on which an answer about a site, or about the world, depends. */
    private static List<NotUnderstood> reasons(
            List<OutwardAddresses> sites, OutwardAddresses.Part part, Map<PortRange, Outcome> outcomes) {
        CidrSet asked =
                CidrSet.of(sites.stream().flatMap(s -> s.of(part).stream()).toList());
        Set<NotUnderstood> reasons = new LinkedHashSet<>();
        for (Outcome outcome : outcomes.values()) {
            outcome.reasons().forEach((reason, hit) -> {
                CidrSet open = hit.and(outcome.unclear());
                if (!open.and(asked).isEmpty()
                        || Arrays.stream(Cidr.Family.values()).anyMatch(f -> World.isIn(open, f))) {
                    reasons.add(reason);
                }
            });
        }
        return List.copyOf(reasons);
    }
}
