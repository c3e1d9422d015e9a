package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the values of sbatch's options, and refuses them in sbatch's words: pure functions. */
final class SbatchValues {
    private static final long MAX_MEMORY = 1L << 40;
    private static final Pattern MEMORY = Pattern.compile("(\\d{1,12})([kKmMgGtT]?)[bB]?");
    private static final Pattern SIGNAL = Pattern.compile("(?:([BR]+):)?([A-Za-z0-9]+)(?:@(\\d{1,5}))?");
    private static final Pattern ARRAY = Pattern.compile("(\\d{1,7})(?:-(\\d{1,7})(?::(\\d{1,7}))?)?");
    private static final Pattern LEADING = Pattern.compile("(-?\\d{1,9}).*");

    private static final Set<String> MAIL_TYPES = Set.of(
            "NONE",
            "BEGIN",
            "END",
            "FAIL",
            "REQUEUE",
            "ALL",
            "INVALID_DEPEND",
            "STAGE_OUT",
            "TIME_LIMIT",
            "TIME_LIMIT_90",
            "TIME_LIMIT_80",
            "TIME_LIMIT_50",
            "ARRAY_TASKS");

    private SbatchValues() {}

    /** A range of node counts. */
    record NodeCount(int least, int most) {}

    static Misused invalid(String option) {
        return new Misused("sbatch: error: Invalid --" + option + " specification\n", 255);
    }

    static int positive(String name, String value) throws Misused {
        if (!value.matches("0*[1-9]\\d{0,8}")) {
            throw new Misused("sbatch: error: Invalid numeric value \"" + value + "\" for --" + name + ".\n", 1);
        }
        return Integer.parseInt(value);
    }

    /** A number as C's strtol reads it: what follows doesn't matter, and no number is 0. */
    static long leadingNumber(String value) {
        Matcher m = LEADING.matcher(value);
        return m.matches() ? Long.parseLong(m.group(1)) : 0;
    }

    /** MB, rounded up. More than any site has is as much as can still be multiplied. */
    static long memory(String name, String value) throws Misused {
        Matcher m = MEMORY.matcher(value);
        if (!m.matches()) {
            throw invalid(name);
        }
        long n = Long.parseLong(m.group(1));
        long mb = switch (m.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> (n + 1023) / 1024;
            case "g" -> n << 10;
            case "t" -> n << 20;
            default -> n;
        };
        return Math.min(mb, MAX_MEMORY);
    }

    /** Reads {@code 2}, {@code 1-4}, {@code 1k}. */
    static NodeCount nodes(String value) throws Misused {
        int dash = value.indexOf('-');
        if (dash < 0) {
            int n = Math.max(1, count(value));
            return new NodeCount(n, n);
        }
        int least = dash == 0 ? 0 : count(value.substring(0, dash));
        int most = dash + 1 == value.length() ? -1 : count(value.substring(dash + 1));
        if (most < least) {
            throw new Misused(
                    "sbatch: error: Maximum node count " + most + " is less than minimum node count " + least + "\n",
                    255);
        }
        return new NodeCount(Math.max(1, least), most);
    }

    private static int count(String text) throws Misused {
        if (!text.matches("\\d{1,6}[kKmM]?")) {
            throw new Misused("sbatch: error: \"" + text + "\" is not a valid node count\n", 255);
        }
        int unit = "km".indexOf(Character.toLowerCase(text.charAt(text.length() - 1)));
        return unit < 0
                ? Integer.parseInt(text)
                : Integer.parseInt(text.substring(0, text.length() - 1)) << (10 * (unit + 1));
    }

    /** Zero is no limit, and so is what is below it. */
    static Duration timeLimit(String value) throws Misused {
        if (value.matches("-\\d{1,6}")) {
            return Job.UNLIMITED;
        }
        String text = value.matches("\\d{1,6}-") ? value + "0" : value;
        Optional<Duration> limit = Times.limit(text);
        return limit.map(l -> l.isZero() ? Job.UNLIMITED : l).orElseThrow(() -> invalid("time"));
    }

    /**
     * Reads the task ids of an array.
     *
     * @param limit the first task id that the site doesn't take; a range up to there isn't written out, but has its
     *     last task, by which it will be refused
     */
    static Set<Integer> array(String value, int limit) throws Misused {
        Set<Integer> tasks = new TreeSet<>();
        String list = value.replaceFirst("%.*", "");
        if (value.isEmpty()) {
            return tasks;
        }
        for (String item : list.split(",", -1)) {
            Matcher m = ARRAY.matcher(item);
            int first = m.matches() ? Integer.parseInt(m.group(1)) : 0;
            int last = !m.matches() || m.group(2) == null ? first : Integer.parseInt(m.group(2));
            int step = !m.matches() || m.group(3) == null ? 1 : Integer.parseInt(m.group(3));
            if (!m.matches() || last < first || step == 0) {
                throw new Misused("sbatch: error: Batch job submission failed: Invalid job array specification\n", 1);
            }
            for (int task = last < limit ? first : last; task <= last; task += step) {
                tasks.add(task);
            }
        }
        return tasks;
    }

    /** How many tasks of an array may run at once; 0, or what is no number, is no limit. */
    static OptionalInt throttle(String array) {
        int percent = array.indexOf('%');
        int most = percent < 0 ? 0 : (int) leadingNumber(array.substring(percent + 1));
        return most > 0 ? OptionalInt.of(most) : OptionalInt.empty();
    }

    static List<String> features(String value) {
        if (!value.matches("[A-Za-z0-9_.-]*(&[A-Za-z0-9_.-]+)*")) {
            throw new Unsupported("sbatch --constraint=" + value);
        }
        return value.isEmpty() ? List.of() : List.of(value.split("&"));
    }

    static boolean exclusive(String value) throws Misused {
        if (List.of("user", "mcs", "topo").contains(value)) {
            throw new Unsupported("sbatch --exclusive=" + value);
        }
        if (!value.isEmpty()) {
            throw invalid("exclusive");
        }
        return true;
    }

    /** A priority; what is no number is none. */
    static OptionalLong priority(String value) {
        return value.matches("\\d{1,9}.*") ? OptionalLong.of(leadingNumber(value)) : OptionalLong.empty();
    }

    static Map<String, Integer> gres(String value) throws Misused {
        try {
            return Gres.parse(value);
        } catch (IllegalArgumentException e) {
            throw new Misused(
                    "sbatch: error: Batch job submission failed: Invalid Trackable RESource (TRES) specification\n", 1);
        }
    }

    static boolean yes(String name, String value) throws Misused {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw invalid(name);
        };
    }

    static boolean appends(String value) throws Misused {
        return switch (value) {
            case "a", "append" -> true;
            case "t", "truncate" -> false;
            default -> throw invalid("open-mode");
        };
    }

    static void checkMailTypes(String value) throws Misused {
        for (String type : value.toUpperCase(Locale.ROOT).split(",", -1)) {
            if (!MAIL_TYPES.contains(type)) {
                throw invalid("mail-type");
            }
        }
    }

    static JobRequest.EarlySignal signal(String value) throws Misused {
        Matcher m = SIGNAL.matcher(value);
        Optional<String> name = m.matches() ? Signals.name(m.group(2)) : Optional.empty();
        long before = !m.matches() || m.group(3) == null ? 60 : Long.parseLong(m.group(3));
        if (name.isEmpty() || before > 65_535) {
            throw invalid("signal");
        }
        boolean batch = m.group(1) != null && m.group(1).contains("B");
        return new JobRequest.EarlySignal(name.get(), Duration.ofSeconds(before), batch);
    }
}
