package io.github.slurmray.platforms;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the jobs of some partitions are billed. Immutable.
 *
 * @param partitions whose jobs
 * @param unit such as {@code CPU BU}
 * @param perHour the parts of the price of an hour by name; the bill is their sum, times the wall time
 */
public record BillingRule(List<String> partitions, String unit, Map<String, Formula> perHour) {
    /**
     * Copies the parts.
     *
     * @throws IllegalArgumentException if there is no part
     */
    public BillingRule {
        partitions = List.copyOf(partitions);
        Objects.requireNonNull(unit, "unit");
        perHour = Collections.unmodifiableMap(new LinkedHashMap<>(perHour));
        if (perHour.isEmpty()) {
            throw new IllegalArgumentException("a billing rule needs at least one part");
        }
    }

    /**
     * Reads a part of the price; one that would pay the user, or that has no value, is a mistake.
     *
     * @throws IllegalArgumentException if it is no formula, or has no value of at least 0 for a job with 1, or with
     *     1000, of all that there is
     */
    static Formula price(String text) {
        Formula formula = Formula.parse(text);
        for (int each : new int[] {1, 1000}) {
            Map<Quantity, BigDecimal> all = new EnumMap<>(Quantity.class);
            EnumSet.allOf(Quantity.class).forEach(q -> all.put(q, BigDecimal.valueOf(each)));
            Formula.Value value = formula.value(new JobUsage(all, Duration.ZERO));
            if (value instanceof Formula.Value.Unknown unknown) {
                throw new IllegalArgumentException(unknown.reason());
            }
            if (value instanceof Formula.Value.Known known && known.amount().signum() < 0) {
                throw new IllegalArgumentException(
                        "'" + text + "' comes to less than 0 for a job with " + each + " of all that there is");
            }
        }
        return formula;
    }

    /**
     * Computes a job's bill.
     *
     * @param usage the job
     * @return unknown if a quantity that a formula reads is unknown
     */
    public Bill bill(JobUsage usage) {
        boolean slices = usage.get(Quantity.SLICES).filter(n -> n.signum() > 0).isPresent();
        if (slices && perHour.values().stream().noneMatch(f -> f.quantities().contains(Quantity.SLICES))) {
            return new Bill.Unknown("what a part of a GPU costs isn't known", Set.of());
        }
        Map<String, BigDecimal> amounts = new LinkedHashMap<>();
        Set<Quantity> missing = EnumSet.noneOf(Quantity.class);
        Set<String> reasons = new TreeSet<>();
        perHour.forEach((name, formula) -> {
            Formula.Value value = formula.value(usage);
            if (value instanceof Formula.Value.Known known) {
                amounts.put(name, known.amount());
            } else if (value instanceof Formula.Value.Unknown unknown) {
                missing.addAll(unknown.missing());
                reasons.add(unknown.reason());
            }
        });
        return reasons.isEmpty()
                ? new Bill.Known(unit, amounts, usage.wallTime())
                : new Bill.Unknown(String.join("; ", reasons), missing);
    }
}
