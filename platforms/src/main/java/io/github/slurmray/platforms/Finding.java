package io.github.slurmray.platforms;

import java.util.Objects;

/**
 * Something that a rule has to say of a request, before anything is sent.
 *
 * @param severity whether it stops a launch
 * @param rule the rule's short name, such as {@code partition-time}; stable, for filters and tests
 * @param message the option, its value, the limit and what fits instead
 */
public record Finding(Severity severity, String rule, String message) {
    /** Whether a finding stops a launch. */
    public enum Severity {
        /** The site would refuse the request or never run it: a launch throws. */
        ERROR,
        /** It will work, but somebody should know. */
        WARNING
    }

    /** Checks the parts. */
    public Finding {
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(message, "message");
    }

    /**
     * Returns a finding that stops a launch.
     *
     * @param rule the rule's short name
     * @param message the option, its value, the limit and what fits instead
     * @return the finding
     */
    public static Finding error(String rule, String message) {
        return new Finding(Severity.ERROR, rule, message);
    }

    /**
     * Returns a finding that doesn't stop a launch.
     *
     * @param rule the rule's short name
     * @param message what somebody should know
     * @return the finding
     */
    public static Finding warning(String rule, String message) {
        return new Finding(Severity.WARNING, rule, message);
    }

    @Override
    public String toString() {
        return severity + " " + rule + ": " + message;
    }
}
