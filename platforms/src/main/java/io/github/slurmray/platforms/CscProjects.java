package io.github.slurmray.platforms;

import io.github.slurmray.core.ProtocolException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code csc-projects} printed: the user's projects at CSC and their billing units, in the form since October 2025
 * (four kinds of them) or before (one kind). Immutable.
 *
 * <p>It lies about now: the numbers are those of {@link #updated}, so those of two calls can't be subtracted to get one
 * job's bill.
 *
 * @param projects in the order of the output
 * @param updated when the numbers were collected, in the site's own time; empty in the old form
 * @param unknownLines the lines that aren't understood, such as a message of the day
 */
public record CscProjects(List<Project> projects, Optional<LocalDateTime> updated, List<String> unknownLines) {
    /** Copies the lists. */
    public CscProjects {
        projects = List.copyOf(projects);
        Objects.requireNonNull(updated, "updated");
        unknownLines = List.copyOf(unknownLines);
    }

    /**
     * Reads the output. A line that isn't understood is kept apart, and what it says isn't guessed.
     *
     * @param output all that the command printed, with whatever came before and after; a last line without its line
     *     break counts as cut off, and isn't read
     * @return the projects
     * @throws ProtocolException if it has no project; the message has the first line that doesn't fit
     */
    public static CscProjects parse(String output) {
        Reader reader = new Reader();
        List<String> unknown = Printed.unknown(output, l -> Printed.isRule(l) || reader.understands(l));
        List<Project> projects = reader.projects.stream().map(Draft::project).toList();
        if (projects.isEmpty()) {
            throw Printed.isNoOutputOf("csc-projects", "project", unknown);
        }
        return new CscProjects(projects, reader.updated, unknown);
    }

    /**
     * A project.
     *
     * @param name such as {@code project_2001234}
     * @param owner whose it is
     * @param title without its quotes
     * @param start its first day
     * @param end its last day
     * @param status such as {@code open}
     * @param balances by unit: {@code CPU BU}, {@code GPU BU}, {@code Storage BU} and {@code Cloud BU}; {@code BU} in
     *     the old form
     * @param latestGrant when billing units were granted last
     */
    public record Project(
            String name,
            Optional<String> owner,
            Optional<String> title,
            Optional<LocalDate> start,
            Optional<LocalDate> end,
            Optional<String> status,
            Map<String, Balance> balances,
            Optional<LocalDate> latestGrant) {
        /** Copies the balances. */
        public Project {
            Objects.requireNonNull(name, "name");
            balances = Collections.unmodifiableMap(new LinkedHashMap<>(balances));
        }
    }

    /**
     * The billing units of one kind.
     *
     * @param budget what was granted
     * @param used what is used
     * @param remain what is left; can be negative
     */
    public record Balance(BigDecimal budget, BigDecimal used, BigDecimal remain) {}

    private static final class Draft {
        private final String name;
        private final @Nullable String owner;
        private final Map<String, Balance> balances = new LinkedHashMap<>();
        private @Nullable String title;
        private @Nullable LocalDate start;
        private @Nullable LocalDate end;
        private @Nullable String status;
        private @Nullable LocalDate latestGrant;

        Draft(String name, @Nullable String owner) {
            this.name = name;
            this.owner = owner;
        }

        Project project() {
            return new Project(
                    name,
                    Optional.ofNullable(owner),
                    Optional.ofNullable(title),
                    Optional.ofNullable(start),
                    Optional.ofNullable(end),
                    Optional.ofNullable(status),
                    balances,
                    Optional.ofNullable(latestGrant));
        }
    }

    private static final class Reader {
        private static final String SIGNED = "(-?" + Printed.NUMBER + ")";
        private static final Pattern PROJECT = Pattern.compile("Project: (\\S+)(?: +Owner: (.+))?");
        private static final Pattern TITLE = Pattern.compile("Title: \"(.*)\"");
        private static final Pattern LIFE = Pattern.compile("Start: (\\S+) +End: (\\S+) +Status: (\\S+)");
        private static final Pattern HEADER = Pattern.compile("Billing units +Budget +Used +Remain");
        private static final Pattern BALANCE = Pattern.compile("(\\w+ BU): +" + SIGNED + " +" + SIGNED + " +" + SIGNED);
        private static final Pattern ONE_BALANCE =
                Pattern.compile("Budget: +" + SIGNED + " +Used:? +" + SIGNED + " +Remain: +" + SIGNED);
        private static final Pattern GRANT = Pattern.compile("Latest resource grant: (\\S+)");
        private static final Pattern UPDATED = Pattern.compile("Project info updated: (\\S+ \\S+)");

        private final List<Draft> projects = new ArrayList<>();
        private Optional<LocalDateTime> updated = Optional.empty();

        boolean understands(String line) {
            Matcher m = PROJECT.matcher(line);
            if (m.matches()) {
                projects.add(new Draft(m.group(1), m.group(2)));
                return true;
            }
            if (m.usePattern(UPDATED).matches()) {
                Optional<LocalDateTime> time = Printed.time(m.group(1));
                updated = time.or(() -> updated);
                return time.isPresent();
            }
            return !projects.isEmpty() && describes(projects.get(projects.size() - 1), m);
        }

        private static boolean describes(Draft project, Matcher m) {
            if (m.usePattern(HEADER).matches()) {
                return true;
            }
            if (m.usePattern(TITLE).matches()) {
                project.title = m.group(1);
                return true;
            }
            if (m.usePattern(LIFE).matches()) {
                Optional<LocalDate> start = Printed.date(m.group(1));
                Optional<LocalDate> end = Printed.date(m.group(2));
                if (start.isEmpty() || end.isEmpty()) {
                    return false;
                }
                project.start = start.get();
                project.end = end.get();
                project.status = m.group(3);
                return true;
            }
            if (m.usePattern(GRANT).matches()) {
                project.latestGrant = Printed.date(m.group(1)).orElse(null);
                return project.latestGrant != null;
            }
            if (m.usePattern(BALANCE).matches()) {
                project.balances.put(m.group(1), balance(m, 2));
                return true;
            }
            if (m.usePattern(ONE_BALANCE).matches()) {
                project.balances.put("BU", balance(m, 1));
                return true;
            }
            return false;
        }

        private static Balance balance(Matcher m, int first) {
            return new Balance(
                    new BigDecimal(m.group(first)),
                    new BigDecimal(m.group(first + 1)),
                    new BigDecimal(m.group(first + 2)));
        }
    }
}
