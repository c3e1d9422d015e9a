package io.github.slurmray.platforms;

import io.github.slurmray.core.ProtocolException;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code lumi-allocations} printed: what LUMI has granted to projects, and what of it is used. Immutable.
 *
 * <p>It lies about now: the numbers come from a cache that is refreshed in the background, so they can be old, and
 * those of two calls can't be subtracted to get one job's bill. Compute that from accounting ({@link JobUsage},
 * {@link Billing}).
 *
 * @param updated when the numbers were collected, in the site's own time; empty if the version of the tool doesn't say
 * @param projects in the order of the output
 * @param unknownLines the lines that aren't understood, such as a message of the day
 */
public record LumiAllocations(Optional<LocalDateTime> updated, List<Project> projects, List<String> unknownLines) {
    /** Copies the lists. */
    public LumiAllocations {
        Objects.requireNonNull(updated, "updated");
        projects = List.copyOf(projects);
        unknownLines = List.copyOf(unknownLines);
    }

    /**
     * Reads the output. A line that isn't understood is kept apart, and what it says isn't guessed.
     *
     * @param output all that the command printed, with whatever came before and after; a last line without its line
     *     break counts as cut off, and isn't read
     * @return the allocations
     * @throws ProtocolException if it has no table of allocations; the message has the first line that doesn't fit
     */
    public static LumiAllocations parse(String output) {
        Reader reader = new Reader();
        List<String> unknown = Printed.unknown(output, l -> reader.understands(l) || Printed.isRule(l));
        return reader.result(unknown)
                .orElseThrow(() -> Printed.isNoOutputOf("lumi-allocations", "table of allocations", unknown));
    }

    /**
     * A project's allocations.
     *
     * @param name such as {@code project_465001234}
     * @param balances by LUMI's names: {@code CPU}, {@code GPU}, {@code Storage} and {@code QPU}; one that is
     *     {@code N/A}, as nothing is granted, is left out
     */
    public record Project(String name, Map<String, Balance> balances) {
        /** Copies the balances. */
        public Project {
            Objects.requireNonNull(name, "name");
            balances = Collections.unmodifiableMap(new LinkedHashMap<>(balances));
        }
    }

    /**
     * What is granted and used of one kind.
     *
     * @param used can be more than was granted
     * @param allocated what was granted
     * @param unit as it is printed: {@code core/hours}, {@code gpu/hours} (an hour of a module, which is two GCDs),
     *     {@code TB/hours} or {@code qpu/secs}
     */
    public record Balance(BigDecimal used, BigDecimal allocated, String unit) {}

    /** Takes the lines of the table one by one, as they also stand at the end of lumi-workspaces. */
    static final class Reader {
        private static final Pattern UPDATED = Pattern.compile("Data updated: (\\S+ \\S+)");
        private static final Pattern COLUMN = Pattern.compile("(\\w+) \\(used/allocated\\)");
        private static final Pattern BALANCE = Pattern.compile(
                "(NUM)/(NUM) +\\( *NUM%\\) (core/hours|gpu/hours|TB/hours|qpu/secs)".replace("NUM", Printed.NUMBER));

        private Optional<LocalDateTime> updated = Optional.empty();
        private List<String> columns = List.of();
        private final List<Project> projects = new ArrayList<>();

        boolean understands(String line) {
            Matcher m = UPDATED.matcher(line);
            if (m.matches() && updated.isEmpty()) {
                updated = Printed.time(m.group(1));
                return updated.isPresent();
            }
            List<String> cells =
                    Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            return columns.isEmpty() ? header(cells) : row(cells);
        }

        private boolean header(List<String> cells) {
            List<String> names = new ArrayList<>();
            for (String cell : cells.subList(1, cells.size())) {
                Matcher m = COLUMN.matcher(cell);
                if (!m.matches()) {
                    return false;
                }
                names.add(m.group(1));
            }
            if (!cells.get(0).equals("Project") || names.isEmpty()) {
                return false;
            }
            columns = names;
            return true;
        }

        private boolean row(List<String> cells) {
            if (cells.size() != columns.size() + 1 || cells.get(0).isEmpty()) {
                return false;
            }
            Map<String, Balance> balances = new LinkedHashMap<>();
            for (int i = 0; i < columns.size(); i++) {
                String cell = cells.get(i + 1);
                Matcher m = BALANCE.matcher(cell);
                if (m.matches()) {
                    Balance balance = new Balance(new BigDecimal(m.group(1)), new BigDecimal(m.group(2)), m.group(3));
                    balances.put(columns.get(i), balance);
                } else if (!cell.equals("N/A")) {
                    return false;
                }
            }
            projects.add(new Project(cells.get(0), balances));
            return true;
        }

        Optional<LumiAllocations> result(List<String> unknownLines) {
            return columns.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new LumiAllocations(updated, projects, unknownLines));
        }
    }
}
