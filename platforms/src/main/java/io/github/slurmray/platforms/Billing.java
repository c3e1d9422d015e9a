package io.github.slurmray.platforms;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
