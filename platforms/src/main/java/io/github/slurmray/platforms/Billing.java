package io.github.slurmray.platforms;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * How a site bills jobs, as far as it is known. Immutable.
 *
 * @param rules at most one for a partition
 * @param unknown why the formula of a partition isn't known, by partition
 */
public record Billing(List<BillingRule> rules, Map<String, String> unknown) {
    /**
     * Copies the parts.
     *
     * @throws IllegalArgumentException if two rules are for the same partition, or a partition has a rule and a reason
     *     why there is none
     */
    public Billing {
        rules = List.copyOf(rules);
        unknown = Map.copyOf(unknown);
        Set<String> seen = new HashSet<>(unknown.keySet());
        for (BillingRule rule : rules) {
            for (String partition : rule.partitions()) {
                if (!seen.add(partition)) {
                    throw new IllegalArgumentException("partition " + partition + " is billed twice, or has a rule and"
                            + " is among those whose formula is unknown");
                }
            }
        }
    }

    /**
     * Reads what a site says of billing.
     *
     * @param partitions the keys of its partitions
     * @param isForgotten whether a file that was laid over another took a partition away; it needn't take the price,
     *     too
     */
    static Billing read(Section s, Set<String> partitions, Predicate<String> isForgotten) {
        s.text("storage");
        s.text("note");
        List<BillingRule> rules = s.list("rules", r -> {
            r.text("note");
            List<String> of = r.texts("partitions");
            of.forEach(p -> refuseUnknown(p, r, "partitions", partitions, isForgotten));
            Map<String, Formula> perHour = new LinkedHashMap<>();
            Section formulas = r.part("perHour");
            r.textsByKey("perHour")
                    .keySet()
                    .forEach(part -> perHour.put(
                            part,
                            formulas.parsed(part, "a formula", BillingRule::price)
                                    .orElseThrow()));
            String unit = r.line("unit", "a unit").orElseThrow(() -> r.bad("unit", "a unit", null));
            if (perHour.isEmpty()) {
                throw r.bad("perHour", "a formula for each part of the price", null);
            }
            return new BillingRule(of, unit, perHour);
        });
        Map<String, String> unknown = s.textsByKey("unknown");
        unknown.keySet().forEach(p -> refuseUnknown(p, s.part("unknown"), p, partitions, isForgotten));
        try {
            return new Billing(rules, unknown);
        } catch (IllegalArgumentException e) {
            throw s.bad("one rule for each partition (" + e.getMessage() + ")");
        }
    }

    private static void refuseUnknown(
            String partition, Section s, String key, Set<String> partitions, Predicate<String> isForgotten) {
        if (!partitions.contains(partition) && !isForgotten.test(partition)) {
            throw s.contradicts(
                    key,
                    "keys of partitions: " + partitions + " (there is no " + partition + ")",
                    List.of(SiteFacts.below("/partitions", partition)));
        }
    }

    /**
     * Computes a job's bill.
     *
     * @param partition the job's partition
     * @param usage the job
     * @return unknown if there is no rule for the partition, or a quantity that its formulas read is unknown
     */
    public Bill bill(String partition, JobUsage usage) {
        return rules.stream()
                .filter(r -> r.partitions().contains(partition))
                .findFirst()
                .map(r -> r.bill(usage))
                .orElseGet(() -> new Bill.Unknown(
                        unknown.getOrDefault(partition, "no formula is known for partition " + partition)
                                + "; a rule for it can be added under /billing/rules of a site file",
                        Set.of()));
    }
}
