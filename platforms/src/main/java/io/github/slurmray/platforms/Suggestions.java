package io.github.slurmray.platforms;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which partitions of a site take a request, and why the others don't.
 *
 * @param fitting those that take it: cheapest first among those that are billed in one unit, then those whose bill
 *     isn't known
 * @param others the errors that stand against each other one, by its name
 */
public record Suggestions(List<Suggestion> fitting, Map<String, List<Finding>> others) {
    private static final Comparator<Suggestion> CHEAPEST_FIRST = Comparator.comparing(
                    (Suggestion s) -> s.bill() instanceof Bill.Unknown)
            .thenComparing(s -> s.bill() instanceof Bill.Known b ? b.unit() : "")
            .thenComparing(s -> s.bill() instanceof Bill.Known b ? b.total() : BigDecimal.ZERO)
            .thenComparing(s -> s.partition().name());

    /** Copies the parts. */
    public Suggestions {
        fitting = List.copyOf(fitting);
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    }

    static Suggestions of(Platform site, ResourceRequest request) {
        List<Suggestion> fitting = new ArrayList<>();
        Map<String, List<Finding>> others = new LinkedHashMap<>();
        for (Partition partition : site.partitions().values()) {
            SiteRequest worded = new SiteRequest(site, partition, request);
            List<Finding> findings = PartitionRules.check(site, partition, worded.filledRequest());
            List<Finding> errors = findings.stream()
                    .filter(f -> f.severity() == Finding.Severity.ERROR)
                    .toList();
            if (errors.isEmpty()) {
                fitting.add(new Suggestion(worded, site.estimate(worded), findings));
            } else {
                others.put(partition.name(), errors);
            }
        }
        fitting.sort(CHEAPEST_FIRST);
        return new Suggestions(fitting, others);
    }
}
