package io.github.slurmray.platforms;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/**
 * Why a text is no JSON or YAML, and in which line, in our words: the parsers' own name their classes and settings.
 *
 * @param line counted from 1
 * @param why such as {@code it can't be read near '{"name":NaN}'}
 */
record Unreadable(int line, String why) {
    private static final int BEFORE = 20;
    private static final int AFTER = 20;

    // a YAML parser's exception is where the node began, and its text ends with the place of the problem
    private static final Pattern PROBLEM = Pattern.compile(".*line (\\d{1,8}), column (\\d{1,8}).*", Pattern.DOTALL);

    private static final Pattern INDENTED_BY_TAB = Pattern.compile(" *\t");

    /** Explains an exception. */
    static Unreadable of(JacksonException e, TokenStreamLocation parserIsAt, String text) {
        TokenStreamLocation at = e.getLocation() == null ? parserIsAt : e.getLocation();
        Matcher problem = PROBLEM.matcher(e.getOriginalMessage());
        int line = problem.matches() ? Integer.parseInt(problem.group(1)) : Math.max(1, at.getLineNr());
        int column = problem.matches() ? Integer.parseInt(problem.group(2)) : at.getColumnNr();
        if (e instanceof StreamConstraintsException) {
            return new Unreadable(line, "it is too deep, or a number or a key in it is too long");
        }
        if (e instanceof UnexpectedEndOfInputException) {
            return new Unreadable(line, "it ends too early");
        }
        if (e.getOriginalMessage().startsWith("Duplicate")) {
            return new Unreadable(line, "this key stands here twice");
        }
        String whole = text.lines().skip(line - 1L).findFirst().orElse("");
        if (problem.matches() && INDENTED_BY_TAB.matcher(whole).lookingAt()) {
            return new Unreadable(line, "this line is indented by a tab, and YAML wants blanks");
        }
        return new Unreadable(line, "it can't be read near '" + near(column, whole) + "'");
    }

    private static String near(int column, String whole) {
        int at = Math.min(whole.length(), Math.max(0, column - 1));
        return Name.shown(
                whole.substring(Math.max(0, at - BEFORE), Math.min(whole.length(), at + AFTER)), BEFORE + AFTER);
    }
}
