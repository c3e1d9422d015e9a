package io.github.slurmray.platforms;

import io.github.slurmray.core.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code csc-workspaces} or {@code lumi-workspaces} printed: the user's storage areas, and on LUMI the projects'
 * allocations. Immutable.
 *
 * <p>Both print few digits, so {@link Amount} keeps their text. Their units differ: CSC's are powers of 1024 (a limit
 * of 10 GiB is printed as 10G, an empty directory as 4.0K), LUMI's are powers of 1000 and rounded up (20 GiB is printed
 * as 22G, 50 GiB as 54G, 8 KiB as 8.2K). Files are counted in thousands by both.
 *
 * @param areas in the order of the output
 * @param allocations LUMI's table at the end; empty on other sites
 * @param unknownLines the lines that aren't understood, such as a message of the day
 */
public record Workspaces(List<Area> areas, Optional<LumiAllocations> allocations, List<String> unknownLines) {
    /** Copies the lists. */
    public Workspaces {
        areas = List.copyOf(areas);
        Objects.requireNonNull(allocations, "allocations");
        unknownLines = List.copyOf(unknownLines);
    }

    /**
     * Reads the output. A line that isn't understood is kept apart, and what it says isn't guessed.
     *
     * @param output all that the command printed, with whatever came before and after; a last line without its line
     *     break counts as cut off, and isn't read
     * @return the areas
     * @throws ProtocolException if it has no table of areas; the message has the first line that doesn't fit
     */
    public static Workspaces parse(String output) {
        Reader reader = new Reader();
        LumiAllocations.Reader allocations = new LumiAllocations.Reader();
        List<String> unknown = Printed.unknown(output, l -> reader.understands(l) || allocations.understands(l));
        if (reader.layout == null) {
            throw Printed.isNoOutputOf("csc-workspaces or lumi-workspaces", "table of disk areas", unknown);
        }
        return new Workspaces(reader.areas, allocations.result(List.of()), unknown);
    }

    /**
     * A storage area.
     *
     * @param path such as {@code /scratch/project_2001234}
     * @param project whose it is: the last part of the path; empty if it is the user's own ({@code /users/…})
     * @param title the project's title, where the site prints it
     * @param bytes how full it is
     * @param files how many files and directories there are
     * @param cleanedAfter after what time without use the site removes files; empty if it doesn't, or doesn't print it
     */
    public record Area(
            String path,
            Optional<String> project,
            Optional<String> title,
            Usage bytes,
            Usage files,
            Optional<Duration> cleanedAfter) {}

    /**
     * What is used of a limit.
     *
     * @param used how much
     * @param limit of how much
     */
    public record Usage(Amount used, Amount limit) {
        /**
         * Returns which share of the limit is used.
         *
         * @return can be over 1; empty if either isn't known, or the limit is 0
         */
        public OptionalDouble share() {
            if (used.value().isEmpty() || limit.value().orElse(0) == 0) {
                return OptionalDouble.empty();
            }
            return OptionalDouble.of(
                    (double) used.value().getAsLong() / limit.value().getAsLong());
        }

        /** Returns such as {@code 4.4G/10G}. */
        @Override
        public String toString() {
            return used + "/" + limit;
        }
    }

    /**
     * A number as the site printed it.
     *
     * @param text such as {@code 4.4G}
     * @param value bytes or files, as precise as the text; empty if it is {@code n/a}, too large, or has no unit and
     *     could mean two things ({@code 7/10T})
     */
    public record Amount(String text, OptionalLong value) {
        /** Returns the text. */
        @Override
        public String toString() {
            return text;
        }
    }

    private enum Layout {
        /** csc-workspaces since 2025. */
        CLEANUP(1024),
        /** csc-workspaces before. */
        DESCRIPTION(1024),
        /** lumi-workspaces. */
        NO_MORE(1000);

        private final int base;

        Layout(int base) {
            this.base = base;
        }
    }

    private static final class Reader {
        private static final Pattern HEADER = Pattern.compile(
                "Disk area +Capacity\\(used/max\\) +Files\\(used/max\\)(?: +(Cleanup|Project description))?");
        private static final Pattern KNOWN = Pattern.compile("Personal home folder|Project applications|Project scratch"
                + "|Quota for your projects:|Status of your allocations:|(?:Home folder|Project) is hosted on \\S+");
        private static final Pattern PROJECT = Pattern.compile("Project: (\\S+)(?: +\"(.*)\")?");
        private static final String AMOUNT = "(?:\\d{1,15}(?:\\.\\d{1,9})?|\\.\\d{1,9})(?:[KMGTPE](?:i?B)?|B)?";
        private static final String USAGE = "(n/a|" + AMOUNT + "/" + AMOUNT + ")";
        private static final Pattern AREA =
                Pattern.compile("(/[^\\s/]\\S*) +" + USAGE + " +" + USAGE + "(?: +(\\S.*))?", Pattern.CASE_INSENSITIVE);
        private static final Pattern PARTS = Pattern.compile("([0-9.]+)([A-Za-z]*)");
        private static final Pattern DAYS = Pattern.compile("(\\d{1,5})d|n/a");

        private final List<Area> areas = new ArrayList<>();
        private final Map<String, String> titles = new HashMap<>();
        private @Nullable Layout layout;

        boolean understands(String line) {
            Matcher m = HEADER.matcher(line);
            if (m.matches()) {
                String more = m.group(1);
                layout = more == null ? Layout.NO_MORE : more.equals("Cleanup") ? Layout.CLEANUP : Layout.DESCRIPTION;
                return true;
            }
            if (m.usePattern(KNOWN).matches() || Printed.isRule(line)) {
                return true;
            }
            if (m.usePattern(PROJECT).matches()) {
                if (m.group(2) != null) {
                    titles.put(m.group(1), m.group(2));
                }
                return true;
            }
            return layout != null && m.usePattern(AREA).matches() && area(layout, m);
        }

        private boolean area(Layout of, Matcher m) {
            String path = m.group(1);
            Optional<String> more = Optional.ofNullable(m.group(4));
            Optional<String> project = path.startsWith("/users/")
                    ? Optional.empty()
                    : Optional.of(path.substring(path.lastIndexOf('/') + 1));
            Optional<Duration> cleanedAfter = Optional.empty();
            if (of == Layout.CLEANUP) {
                Optional<Matcher> days = more.map(DAYS::matcher).filter(Matcher::matches);
                if (days.isEmpty()) {
                    return false;
                }
                cleanedAfter = days.map(d -> d.group(1)).map(d -> Duration.ofDays(Long.parseLong(d)));
            } else if (of == Layout.NO_MORE && more.isPresent()) {
                return false;
            }
            areas.add(new Area(
                    path,
                    project,
                    of == Layout.DESCRIPTION ? more : project.map(titles::get),
                    bytes(m.group(2), of.base),
                    files(m.group(3)),
                    cleanedAfter));
            return true;
        }

        private static Usage bytes(String text, int base) {
            return usage(text, base, false);
        }

        private static Usage files(String text) {
            return usage(text, 1000, true);
        }

        private static Usage usage(String text, int base, boolean counted) {
            if (text.equalsIgnoreCase("n/a")) {
                Amount unknown = new Amount(text, OptionalLong.empty());
                return new Usage(unknown, unknown);
            }
            int slash = text.indexOf('/');
            String used = text.substring(0, slash);
            String limit = text.substring(slash + 1);
            return new Usage(amount(used, unit(limit), base, counted), amount(limit, unit(used), base, counted));
        }

        private static String unit(String text) {
            return text.replaceAll("[0-9.]", "");
        }

        /** A fraction without a unit has that of the other side, as there is no fraction of a byte or a file. */
        private static Amount amount(String text, String otherUnit, int base, boolean counted) {
            Matcher m = PARTS.matcher(text);
            if (!m.matches()) {
                throw new IllegalStateException("no amount: " + text);
            }
            String number = m.group(1);
            String unit = m.group(2);
            boolean fraction = number.contains(".");
            if (unit.isEmpty() && fraction) {
                unit = otherUnit;
            }
            boolean unknown = unit.isEmpty() && (fraction || (!counted && !number.matches("0+")));
            return new Amount(
                    text,
                    unknown
                            ? OptionalLong.empty()
                            : Printed.amount(
                                    number, unit, unit.toUpperCase(Locale.ROOT).endsWith("IB") ? 1024 : base));
        }
    }
}
