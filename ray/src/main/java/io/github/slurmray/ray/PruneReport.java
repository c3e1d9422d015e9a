package io.github.slurmray.ray;

import java.util.List;
import java.util.Map;

/**
 * What a prune did.
 *
 * @param removed the clusters of which nothing is left now
 * @param kept the others, each with the reason
 */
public record PruneReport(List<ClusterId> removed, Map<ClusterId, String> kept) {
    /** Copies both. */
    public PruneReport {
        removed = List.copyOf(removed);
        kept = Map.copyOf(kept);
    }
}
