package io.github.slurmray.platforms;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which partitions of a site take a request, and why the others don't.
 *
 * @param fitting those that take it: cheapest first among those that are billed in one unit, then those whose bill
 *     isn't known; of those at one price, the ones that are there for something special come last
 * @param others the errors that stand against each other one, by its name
 */
public record Suggestions(List<Suggestion> fitting, Map<String, List<Finding>> others) {
    private static final Comparator<Suggestion> CHEAPEST_FIRST = Comparator.comparing(
                    (Suggestion s) -> s.bill() instanceof Bill.Unknown)
            .thenComparing(s -> s.bill() instanceof Bill.Known b ? b.unit() : "")
            .thenComparing(s -> s.bill() instanceof Bill.Known b ? b.total() : BigDecimal.ZERO)
            .thenComparing(s -> s.partition().accessCondition().isPresent())
            .thenComparing(s -> s.partition().name());

    /** The options whose values follow from others, where the request doesn't say them. */
    private static final Set<String> FOLLOWS = Set.of("--cpus-per-task", "--mem");

    /** Copies the parts. */
    public Suggestions {
        fitting = List.copyOf(fitting);
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    }

    static Suggestions of(Platform site, ResourceRequest request) {
        List<SiteRequest> worded = site.partitions().values().stream()
                .map(p -> new SiteRequest(site, p, request))
                .toList();
        List<String> takers = worded.stream()
                .filter(w -> errors(against(w, List.of())).isEmpty())
                .map(w -> w.partition().name())
                .sorted()
                .toList();
        List<Suggestion> fitting = new ArrayList<>();
        Map<String, List<Finding>> others = new LinkedHashMap<>();
        for (SiteRequest w : worded) {
            List<Finding> findings = against(w, takers);
            if (takers.contains(w.partition().name())) {
                fitting.add(new Suggestion(w, site.estimate(w), findings));
            } else {
                others.put(w.partition().name(), errors(findings));
            }
        }
        fitting.sort(CHEAPEST_FIRST);
        return new Suggestions(fitting, others);
    }

    private static List<Finding> against(SiteRequest worded, List<String> takers) {
        List<Finding> findings = new ArrayList<>(worded.findings());
        SiteRules.against(worded.amount(), worded.script(), () -> takers).stream()
                .map(f -> explained(f, worded))
                .forEach(findings::add);
        return findings;
    }

    /** Says of a value that the request doesn't have where it comes from. */
    private static Finding explained(Finding finding, SiteRequest worded) {
        for (SiteRequest.Filled filled : worded.filled()) {
            String said = filled.option() + "=" + filled.value();
            if (FOLLOWS.contains(filled.option()) && finding.message().startsWith(said + ":")) {
                return finding.saying(filled + finding.message().substring(said.length()));
            }
        }
        return finding;
    }

    private static List<Finding> errors(List<Finding> findings) {
        return findings.stream()
                .filter(f -> f.severity() == Finding.Severity.ERROR)
                .toList();
    }
}
