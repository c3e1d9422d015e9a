package io.github.slurmray.testkit.internal.slurm;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Slurm's text forms of times and durations: pure functions. */
final class Times {
    private static final Pattern LIMIT = Pattern.compile("(?:(\\d{1,6})-)?(\\d{1,6})(?::(\\d{1,6}))?(?::(\\d{1,6}))?");
    private static final Pattern NOW = Pattern.compile("now(?:([+-])(\\d{1,9})([a-z]*))?");
    private static final Pattern DATE = Pattern.compile("(\\d{4})-(\\d{1,2})-(\\d{1,2})(?:[T ](.+))?");
    private static final Pattern CLOCK = Pattern.compile("(\\d{1,2}):(\\d{2})(?::(\\d{2}))?");
    private static final Map<Character, String> STRFTIME = Map.ofEntries(
            Map.entry('Y', "yyyy"),
            Map.entry('m', "MM"),
            Map.entry('d', "dd"),
            Map.entry('H', "HH"),
            Map.entry('M', "mm"),
            Map.entry('S', "ss"),
            Map.entry('b', "MMM"),
            Map.entry('a', "EEE"),
            Map.entry('y', "yy"),
            Map.entry('T', "HH:mm:ss"),
            Map.entry('F', "yyyy-MM-dd"));

    private Times() {}

    /**
     * A time limit: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes, or
     * days-hours:minutes:seconds, rounded up to minutes. Unlimited is the longest duration.
     *
     * @return empty if it has another form
     */
    static Optional<Duration> limit(String text) {
        if (text.equals("-1") || text.equalsIgnoreCase("INFINITE") || text.equalsIgnoreCase("UNLIMITED")) {
            return Optional.of(Job.UNLIMITED);
        }
        Matcher m = LIMIT.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        long a = number(m, 2);
        long b = number(m, 3);
        long c = number(m, 4);
        Duration d;
        if (m.group(1) != null) {
            d = Duration.ofDays(number(m, 1)).plusHours(a).plusMinutes(b).plusSeconds(c);
        } else if (m.group(4) != null) {
            d = Duration.ofHours(a).plusMinutes(b).plusSeconds(c);
        } else {
            d = Duration.ofMinutes(a).plusSeconds(b);
        }
        return Optional.of(Duration.ofMinutes((d.toSeconds() + 59) / 60));
    }

    private static long number(Matcher m, int group) {
        String digits = m.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /**
     * A point in time: {@code now-1hour}, {@code today}, {@code 2026-11-22T10:00}, {@code 10:00:00}, seconds since
     * 1970.
     *
     * @return empty if it has another form
     */
    static Optional<Instant> point(String text, Instant now, ZoneId zone) {
        Matcher m = NOW.matcher(text);
        if (m.matches()) {
            if (m.group(1) == null) {
                return Optional.of(now);
            }
            return unit(m.group(3)).map(unit -> {
                Duration d = unit.multipliedBy(Long.parseLong(m.group(2)));
                return m.group(1).equals("+") ? now.plus(d) : now.minus(d);
            });
        }
        LocalDate today = LocalDate.ofInstant(now, zone);
        if (text.equals("today") || text.equals("midnight")) {
            return Optional.of(today.atStartOfDay(zone).toInstant());
        }
        if (text.equals("tomorrow")) {
            return Optional.of(today.plusDays(1).atStartOfDay(zone).toInstant());
        }
        if (text.matches("\\d{9,12}")) {
            return Optional.of(Instant.ofEpochSecond(Long.parseLong(text)));
        }
        try {
            Matcher date = DATE.matcher(text);
            if (date.matches()) {
                LocalDate day = LocalDate.of((int) number(date, 1), (int) number(date, 2), (int) number(date, 3));
                String clock = date.group(4);
                return clock == null
                        ? Optional.of(day.atStartOfDay(zone).toInstant())
                        : clock(clock).map(t -> day.atTime(t).atZone(zone).toInstant());
            }
            return clock(text).map(t -> today.atTime(t).atZone(zone).toInstant());
        } catch (java.time.DateTimeException e) {
            return Optional.empty();
        }
    }

    /** What commands say of a text that is no point in time. */
    static String complaint(String text) {
        return "Invalid time specification (pos=" + (text.matches("now[+-].*") ? 4 : 0) + "): " + text + "\n";
    }

    private static Optional<LocalTime> clock(String text) {
        Matcher m = CLOCK.matcher(text);
        return m.matches()
                ? Optional.of(LocalTime.of((int) number(m, 1), (int) number(m, 2), (int) number(m, 3)))
                : Optional.empty();
    }

    private static Optional<Duration> unit(String word) {
        if (word.isEmpty() || "seconds".startsWith(word)) {
            return Optional.of(Duration.ofSeconds(1));
        }
        for (Map.Entry<String, Duration> unit : Map.of(
                        "minutes", Duration.ofMinutes(1),
                        "hours", Duration.ofHours(1),
                        "days", Duration.ofDays(1),
                        "weeks", Duration.ofDays(7))
                .entrySet()) {
            if (unit.getKey().startsWith(word)) {
                return Optional.of(unit.getValue());
            }
        }
        return Optional.empty();
    }

    /** As {@code SLURM_TIME_FORMAT} wants it; by default 2026-11-22T10:00:00. */
    static String print(Instant time, Map<String, String> env, ZoneId zone) {
        String format = env.getOrDefault("SLURM_TIME_FORMAT", "standard");
        if (format.equals("%s")) {
            return Long.toString(time.getEpochSecond());
        }
        LocalDateTime local = LocalDateTime.ofInstant(time, zone);
        if (!format.contains("%")) {
            if (!format.equals("standard")) {
                throw new Unsupported("SLURM_TIME_FORMAT=" + format);
            }
            return local.format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss"));
        }
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                s.append(c);
                continue;
            }
            char letter = format.charAt(++i);
            String pattern = STRFTIME.get(letter);
            if (letter == 's') {
                s.append(time.getEpochSecond());
            } else if (pattern == null) {
                throw new Unsupported("SLURM_TIME_FORMAT=" + format);
            } else {
                s.append(local.format(DateTimeFormatter.ofPattern(pattern, java.util.Locale.ROOT)));
            }
        }
        return s.toString();
    }

    /** As C's ctime prints it: Wed Nov 25 22:58:45 2026. */
    static String ctime(Instant time, ZoneId zone) {
        return LocalDateTime.ofInstant(time, zone)
                .format(DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT));
    }

    /** As squeue prints durations: 0:07, 12:30, 1:00:00, 2-03:00:00. */
    static String brief(Duration d) {
        long s = Math.max(0, d.toSeconds());
        long days = s / 86_400;
        long hours = s / 3600 % 24;
        String tail = padded(s % 60, 2);
        if (days > 0) {
            return days + "-" + padded(hours, 2) + ":" + padded(s / 60 % 60, 2) + ":" + tail;
        }
        return hours > 0 ? hours + ":" + padded(s / 60 % 60, 2) + ":" + tail : (s / 60 % 60) + ":" + tail;
    }

    /** As scontrol and sacct print durations: 00:00:07, 2-03:00:00. */
    static String full(Duration d) {
        long s = Math.max(0, d.toSeconds());
        String clock = padded(s / 3600 % 24, 2) + ":" + padded(s / 60 % 60, 2) + ":" + padded(s % 60, 2);
        return s >= 86_400 ? s / 86_400 + "-" + clock : clock;
    }

    /** As sacct prints CPU times: 00:00.479 below an hour, 01:02:03 above. */
    static String cpu(Duration d) {
        return d.toHours() > 0
                ? full(d)
                : padded(d.toMinutes(), 2) + ":" + padded(d.toSecondsPart(), 2) + "." + padded(d.toMillisPart(), 3);
    }

    /** Not by a Formatter, the first of which in a JVM takes a tenth of the emulation's start. */
    private static String padded(long number, int digits) {
        String text = Long.toString(number);
        return "0".repeat(Math.max(0, digits - text.length())) + text;
    }
}
