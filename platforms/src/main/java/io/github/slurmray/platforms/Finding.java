package io.github.slurmray.platforms;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something that a rule has to say of a request, before anything is sent. Immutable.
 *
 * <p>The message says it all in words; the parts are there for programs.
 */
public final class Finding {
    /** How much a finding matters. */
    public enum Severity {
        /** The site would refuse the request or never run it: a launch throws. */
        ERROR,
        /** It will work, but somebody should know. */
        WARNING,
        /** How the site reads the request; nothing is wrong with it. */
        NOTE
    }

    private final Severity severity;
    private final String rule;
    private final String message;
    private final @Nullable String option;
    private final @Nullable String value;
    private final @Nullable String limit;
    private final @Nullable String nearest;
    private final List<Source> sources;

    private Finding(
            Severity severity,
            String rule,
            String message,
            @Nullable String option,
            @Nullable String value,
            @Nullable String limit,
            @Nullable String nearest,
            List<Source> sources) {
        this.severity = Objects.requireNonNull(severity, "severity");
        this.rule = Objects.requireNonNull(rule, "rule");
        this.message = Objects.requireNonNull(message, "message");
        this.option = option;
        this.value = value;
        this.limit = limit;
        this.nearest = nearest;
        this.sources = List.copyOf(sources);
    }

    private static Finding of(Severity severity, String rule, String message) {
        return new Finding(severity, rule, message, null, null, null, null, List.of());
    }

    /**
     * Returns a finding that stops a launch.
     *
     * @param rule the rule's short name
     * @param message the option, its value, the limit and what fits instead
     * @return the finding
     */
    public static Finding error(String rule, String message) {
        return of(Severity.ERROR, rule, message);
    }

    /**
     * Returns a finding that doesn't stop a launch.
     *
     * @param rule the rule's short name
     * @param message what somebody should know
     * @return the finding
     */
    public static Finding warning(String rule, String message) {
        return of(Severity.WARNING, rule, message);
    }

    /**
     * Returns a finding that says how the site reads a request.
     *
     * @param rule the rule's short name
     * @param message what is good to know
     * @return the finding
     */
    public static Finding note(String rule, String message) {
        return of(Severity.NOTE, rule, message);
    }

    /** Returns this finding about an option and its value. */
    Finding about(String ofOption, Object ofValue) {
        return new Finding(severity, rule, message, ofOption, ofValue.toString(), limit, nearest, sources);
    }

    /** Returns this finding about an amount that no single option says. */
    Finding amount(String ofAll) {
        return new Finding(severity, rule, message, null, ofAll, limit, nearest, sources);
    }

    /** Returns this finding with the limit that isn't kept, and what would fit. */
    Finding limit(Object most, String fitting) {
        return new Finding(severity, rule, message, option, value, most.toString(), fitting, sources);
    }

    /** Returns this finding with where the limit comes from. */
    Finding from(List<Source> said) {
        return new Finding(severity, rule, message, option, value, limit, nearest, said);
    }

    /**
     * Returns this finding in other words, for callers whose users know an option by another name.
     *
     * @param words all of it in words
     * @return the finding, with the same rule and parts
     */
    public Finding saying(String words) {
        return new Finding(severity, rule, words, option, value, limit, nearest, sources);
    }

    /**
     * Returns how much it matters.
     *
     * @return whether it stops a launch
     */
    public Severity severity() {
        return severity;
    }

    /**
     * Returns the rule's short name.
     *
     * @return such as {@code partition-time}; stable, for filters and tests
     */
    public String rule() {
        return rule;
    }

    /**
     * Returns all of it in words.
     *
     * @return the option, its value, the limit and what fits instead
     */
    public String message() {
        return message;
    }

    /**
     * Returns the option that it is about.
     *
     * @return such as {@code --time}; empty if it is about no single one
     */
    public Optional<String> option() {
        return Optional.ofNullable(option);
    }

    /**
     * Returns the option's value, or the amount that several options come to.
     *
     * @return as Slurm writes it; empty if it is about neither
     */
    public Optional<String> value() {
        return Optional.ofNullable(value);
    }

    /**
     * Returns the limit that isn't kept.
     *
     * @return as Slurm writes it; empty if no limit is at stake
     */
    public Optional<String> limit() {
        return Optional.ofNullable(limit);
    }

    /**
     * Returns the nearest that fits.
     *
     * @return the partitions that take the whole request, as in {@code this fits in all}, else the limit, as in
     *     {@code at most 8}; empty if neither is known
     */
    public Optional<String> nearest() {
        return Optional.ofNullable(nearest);
    }

    /**
     * Returns on whose word the limit stands.
     *
     * @return empty if the finding isn't about a fact of the site
     */
    public List<Source> sources() {
        return sources;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Finding other
                && severity == other.severity
                && rule.equals(other.rule)
                && message.equals(other.message)
                && Objects.equals(option, other.option)
                && Objects.equals(value, other.value)
                && Objects.equals(limit, other.limit)
                && Objects.equals(nearest, other.nearest)
                && sources.equals(other.sources);
    }

    @Override
    public int hashCode() {
        return Objects.hash(severity, rule, message, option, value);
    }

    @Override
    public String toString() {
        return severity + " " + rule + ": " + message;
    }
}
