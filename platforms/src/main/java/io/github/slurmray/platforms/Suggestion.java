package io.github.slurmray.platforms;

import java.util.List;
import java.util.Objects;

/**
 * A partition that takes a request.
 *
 * @param request the request as the partition wants it worded
 * @param bill what it costs for its whole time limit, or for an hour if it says none
 * @param findings what is good to know of it
 */
public record Suggestion(SiteRequest request, Bill bill, List<Finding> findings) {
    /** Copies the list. */
    public Suggestion {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(bill, "bill");
        findings = List.copyOf(findings);
    }

    /**
     * Returns the partition.
     *
     * @return one of the site's
     */
    public Partition partition() {
        return request.partition();
    }

    @Override
    public String toString() {
        return partition().name() + ": " + bill;
    }
}
