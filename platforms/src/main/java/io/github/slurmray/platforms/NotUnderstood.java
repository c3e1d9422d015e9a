package io.github.slurmray.platforms;

import java.util.Objects;

/**
 * A rule of a list, or a part of it, whose meaning for a site isn't known. What it may decide counts neither as
 * accepted nor as refused.
 *
 * @param where the JSON pointer of the rule
 * @param rule the rule as it was given, cut if it is long
 * @param why what it depends on
 */
public record NotUnderstood(String where, String rule, String why) {
    /** Checks the parts. */
    public NotUnderstood {
        Objects.requireNonNull(where, "where");
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(why, "why");
    }
}
