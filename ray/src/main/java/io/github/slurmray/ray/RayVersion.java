package io.github.slurmray.ray;

import java.util.Objects;
import java.util.Optional;

/**
 * Which Ray answers.
 *
 * @param rayVersion Ray's version, such as {@code 2.43.0}
 * @param apiVersion the version of its Jobs API, such as {@code 4}
 * @param commit the commit that it was built from
 * @param sessionName the session, which changes with every start of the head; older Ray doesn't say
 */
public record RayVersion(String rayVersion, String apiVersion, String commit, Optional<String> sessionName) {
    /** Checks for nulls. */
    public RayVersion {
        Objects.requireNonNull(rayVersion, "rayVersion");
        Objects.requireNonNull(apiVersion, "apiVersion");
        Objects.requireNonNull(commit, "commit");
        Objects.requireNonNull(sessionName, "sessionName");
    }
}
