package io.github.slurmray.ray;

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
 * @param runDirectory the cluster's directory on the site, absolute or below the home directory
 */
public record LaunchPlan(
        ClusterId id,
        SbatchScript script,
        List<Finding> findings,
        List<SiteRequest.Filled> filled,
        String runDirectory) {
    /** Copies the lists. */
    public LaunchPlan {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(script, "script");
        findings = List.copyOf(findings);
        filled = List.copyOf(filled);
        Objects.requireNonNull(runDirectory, "runDirectory");
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
