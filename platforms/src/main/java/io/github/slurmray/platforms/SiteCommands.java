package io.github.slurmray.platforms;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The commands of a site's own that say what its users have and used; {@link SiteNumbers} runs them. Empty where a site
 * has none, or none is known.
 *
 * @param workspaces lists storage areas, such as {@code csc-workspaces}: see {@link Workspaces}
 * @param efficiency shows a job's efficiency and bill, such as {@code seff}: see {@link Seff}
 * @param projects shows projects and their budgets, such as {@code csc-projects}: see {@link CscProjects}
 * @param allocations shows what of the allocations is used, such as {@code lumi-allocations}: see
 *     {@link LumiAllocations}
 */
public record SiteCommands(
        Optional<String> workspaces,
        Optional<String> efficiency,
        Optional<String> projects,
        Optional<String> allocations) {
    /** Checks the parts. */
    public SiteCommands {
        Objects.requireNonNull(workspaces, "workspaces");
        Objects.requireNonNull(efficiency, "efficiency");
        Objects.requireNonNull(projects, "projects");
        Objects.requireNonNull(allocations, "allocations");
    }

    static SiteCommands read(Section s) {
        s.text("note");
        return new SiteCommands(
                known(s, "workspaces", "csc-workspaces", "lumi-workspaces"),
                known(s, "efficiency", "seff"),
                known(s, "projects", "csc-projects"),
                known(s, "allocations", "lumi-allocations"));
    }

    // what else a command prints, nothing here could read
    private static Optional<String> known(Section s, String what, String... commands) {
        return s.matching(what, "one of " + List.of(commands), String.join("|", commands));
    }
}
