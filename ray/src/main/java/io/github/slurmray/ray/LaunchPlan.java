package io.github.slurmray.ray;

import io.github.slurmray.platforms.Bill;
import io.github.slurmray.platforms.Finding;
import io.github.slurmray.platforms.SiteRequest;
import io.github.slurmray.slurm.SbatchScript;
import java.util.List;
import java.util.Objects;

/**
 * What a launch would do, as data: made without any connection, to be shown, checked and then launched.
 *
 * @param id the cluster's id, which its job and its run directory carry
 * @param script the whole batch script
 * @param findings what is known against the plan, or worth knowing of it
 * @param filled what the site filled in or worded, and why
 * @param bill what the job costs if it runs for its whole time limit
 * @param runDirectory the cluster's directory on the site, absolute or below the home directory
 */
public record LaunchPlan(
        ClusterId id,
        SbatchScript script,
        List<Finding> findings,
        List<SiteRequest.Filled> filled,
        Bill bill,
        String runDirectory) {
    /** Copies the lists. */
    public LaunchPlan {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(script, "script");
        findings = List.copyOf(findings);
        filled = List.copyOf(filled);
        Objects.requireNonNull(bill, "bill");
        Objects.requireNonNull(runDirectory, "runDirectory");
    }

    /**
     * Returns the plan for people: what is asked for, what the site filled in and on whose word, what is known against
     * it, and what it costs.
     *
     * @return some lines of text, the batch script's body not among them
     */
    public String describe() {
        StringBuilder text = new StringBuilder("cluster " + id + ", in " + runDirectory + "\n");
        script.directives()
                .forEach((option, value) -> text.append("  --")
                        .append(option)
                        .append(value.isEmpty() ? "" : "=" + value)
                        .append('\n'));
        if (!filled.isEmpty()) {
            text.append("filled in by the site:\n");
        }
        filled.forEach(f -> text.append("  ")
                .append(f)
                .append(f.sources().isEmpty() ? "" : ", says " + f.sources().get(0))
                .append('\n'));
        findings.forEach(f -> text.append(f).append('\n'));
        return text.append("bill for the whole time limit: ")
                .append(bill)
                .append('\n')
                .toString();
    }

    /**
     * Returns the findings that stop a launch.
     *
     * @return none if the plan can be launched
     */
    public List<Finding> errors() {
        return findings.stream()
                .filter(f -> f.severity() == Finding.Severity.ERROR)
                .toList();
    }
}
