package io.github.slurmray.slurm;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the values that sacct and squeue print. What is empty or has another form is empty: pure functions. */
final class SacctValues {
    private static final String UNITS = "KMGTPE";
    private static final Pattern INTEGER = Pattern.compile("\\d{1,9}");
    private static final Pattern EPOCH = Pattern.compile("\\d{1,12}");
    private static final Pattern EXIT = Pattern.compile("(\\d{1,9}):(\\d{1,9})");
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,18}(?:\\.\\d{1,6})?)([KMGTPE]?)");
    private static final Pattern DURATION =
            Pattern.compile("(?:(\\d{1,6})-)?(?:(\\d{1,6}):)?(\\d{1,6}):(\\d{1,6})(?:\\.(\\d{1,9}))?");

    private SacctValues() {}

    static OptionalInt integer(String text) {
        return INTEGER.matcher(text).matches() ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }

    /** A time under SLURM_TIME_FORMAT=%s. Slurm prints N/A, Unknown or None for what hasn't happened. */
    static Optional<Instant> instant(String text) {
        if (!EPOCH.matcher(text).matches() || Long.parseLong(text) == 0) {
            return Optional.empty();
        }
        return Optional.of(Instant.ofEpochSecond(Long.parseLong(text)));
    }

    /** One half of an exit code such as 3:0, which is the code and the signal. */
    static OptionalInt exitPart(String text, int index) {
        Matcher m = EXIT.matcher(text);
        return m.matches() ? OptionalInt.of(Integer.parseInt(m.group(index + 1))) : OptionalInt.empty();
    }

    /** The signal in an exit code such as 0:15. */
    static OptionalInt signal(String text) {
        OptionalInt signal = exitPart(text, 1);
        return signal.orElse(0) == 0 ? OptionalInt.empty() : signal;
    }

    /** [days-][hours:]minutes:seconds[.fraction]. */
    static Optional<Duration> duration(String text) {
        Matcher m = DURATION.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        Duration d = Duration.ofDays(number(m, 1))
                .plusHours(number(m, 2))
                .plusMinutes(number(m, 3))
                .plusSeconds(number(m, 4));
        String fraction = m.group(5);
        return Optional.of(
                fraction == null ? d : d.plusNanos(Long.parseLong((fraction + "000000000").substring(0, 9))));
    }

    private static long number(Matcher m, int group) {
        String digits = m.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /** A number with a unit that is a power of 1024. */
    static OptionalLong bytes(String text) {
        return amount(text, 1024);
    }

    /** A number with a unit that is a power of 1000. */
    static OptionalLong decimalAmount(String text) {
        return amount(text, 1000);
    }

    private static OptionalLong amount(String text, int base) {
        Matcher m = AMOUNT.matcher(text);
        if (!m.matches()) {
            return OptionalLong.empty();
        }
        BigDecimal unit = BigDecimal.valueOf(base).pow(m.group(2).isEmpty() ? 0 : UNITS.indexOf(m.group(2)) + 1);
        return OptionalLong.of(new BigDecimal(m.group(1)).multiply(unit).longValue());
    }

    /** name=value,name=value. */
    static Map<String, String> tres(String text) {
        Map<String, String> tres = new LinkedHashMap<>();
        for (String item : text.split(",", -1)) {
            int eq = item.indexOf('=');
            if (eq > 0) {
                tres.put(item.substring(0, eq), item.substring(eq + 1));
            }
        }
        return tres;
    }
}
