package io.github.slurmray.platforms;

import io.github.slurmray.core.ProtocolException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a site's own command printed, as lines that are safe to match and to show, and the values in them. */
final class Printed {
    /** A number as these commands print it, without a sign. */
    static final String NUMBER = "\\d{1,15}(?:\\.\\d{1,9})?";

    /** A time such as 2-13:45:36. */
    static final String DURATION = "(?:\\d{1,6}-)?\\d{1,6}:\\d\\d:\\d\\d";

    private static final String UNITS = "BKMGTPE";
    private static final int LONGEST_LINE = 1_000;
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*[A-Za-z]");
    private static final Pattern UNPRINTABLE = Pattern.compile("\\p{C}");
    private static final Pattern RULE = Pattern.compile("[-=]{3,}[-= ]*");
    private static final Pattern DURATION_PARTS = Pattern.compile("(?:(\\d{1,6})-)?(\\d{1,6}):(\\d\\d):(\\d\\d)");

    private Printed() {}

    /**
     * The lines that aren't blank, without colours, without blanks around them, with a question mark for what can't be
     * printed, and cut where they are longer than any real one.
     */
    static List<String> lines(String output) {
        return output.lines()
                .map(l -> l.length() > LONGEST_LINE ? l.substring(0, LONGEST_LINE) + "…" : l)
                .map(l -> COLOUR.matcher(l).replaceAll("").replace('\t', ' '))
                .map(l -> UNPRINTABLE.matcher(l).replaceAll("?").strip())
                .filter(l -> !l.isEmpty())
                .toList();
    }

    /**
     * Gives the lines to a reader, one after the other, and returns those that it doesn't understand. A last line
     * without its line break may be cut off, and the number at its end too, so that nobody reads it.
     */
    static List<String> unknown(String output, Predicate<String> understands) {
        int end = output.lastIndexOf('\n') + 1;
        List<String> unknown = new ArrayList<>();
        for (String line : lines(output.substring(0, end))) {
            if (!understands.test(line)) {
                unknown.add(line);
            }
        }
        unknown.addAll(lines(output.substring(end)));
        return unknown;
    }

    /** Tells whether a line is drawn. */
    static boolean isRule(String line) {
        return RULE.matcher(line).matches();
    }

    static Optional<LocalDate> date(String text) {
        try {
            return Optional.of(LocalDate.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** A day and a time with a blank between them. */
    static Optional<LocalDateTime> time(String text) {
        try {
            return Optional.of(LocalDateTime.parse(text.replace(' ', 'T')));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** A time in the form of {@link #DURATION}. */
    static Optional<Duration> duration(String text) {
        Matcher m = DURATION_PARTS.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        long days = m.group(1) == null ? 0 : Long.parseLong(m.group(1));
        return Optional.of(Duration.ofDays(days)
                .plusHours(Long.parseLong(m.group(2)))
                .plusMinutes(Long.parseLong(m.group(3)))
                .plusSeconds(Long.parseLong(m.group(4))));
    }

    /**
     * An amount such as 4.4 and G, rounded to a whole number; empty if it doesn't fit in a long.
     *
     * @param unit the first letter is the power of the base: none or B for 0, K for 1 and so on, in either case
     */
    static OptionalLong amount(String number, String unit, int base) {
        int power = unit.isEmpty() ? 0 : UNITS.indexOf(Character.toUpperCase(unit.charAt(0)));
        BigDecimal amount = new BigDecimal(number)
                .multiply(BigDecimal.valueOf(base).pow(power))
                .setScale(0, RoundingMode.HALF_UP);
        return amount.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? OptionalLong.empty()
                : OptionalLong.of(amount.longValueExact());
    }

    /** What to throw where nothing of a command's output was found. */
    static ProtocolException isNoOutputOf(String command, String missing, List<String> unknownLines) {
        return new ProtocolException(
                "this is no output of " + command + ", as it has no " + missing + "; "
                        + unknownLines.stream()
                                .findFirst()
                                .map(l -> "the first line that doesn't fit is '" + l + "'")
                                .orElse("it is empty or cut off"),
                null);
    }
}
