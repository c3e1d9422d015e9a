package io.github.slurmray.slurm;

import io.github.slurmray.core.WallTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/** Lays rows out in aligned columns, without those that are empty in all rows, to be read by people. */
final class AccountingTable {
    private static final String NAME = "JobName";
    private static final int WIDTH = 120;
    private static final int SHORTEST_NAME = 8;
    private static final String UNITS = "KMGTPE";
    private static final Set<String> TIMES = Set.of("Submit", "Start", "End");

    private static final Map<String, Function<AccountingRow, String>> CHOSEN = chosen();

    private final List<StringBuilder> lines = new ArrayList<>();

    private AccountingTable(int rows) {
        for (int i = 0; i <= rows; i++) {
            lines.add(new StringBuilder());
        }
    }

    /** The columns that most people look at, by their headings. */
    private static Map<String, Function<AccountingRow, String>> chosen() {
        Map<String, Function<AccountingRow, String>> columns = new LinkedHashMap<>();
        columns.put("JobID", AccountingRow::jobId);
        columns.put(NAME, AccountingRow::jobName);
        columns.put("State", r -> r.state().replaceFirst(" .*", ""));
        columns.put("Exit", r -> r.get("ExitCode"));
        columns.put("Nodes", r -> number(r.allocNodes()));
        columns.put("CPUs", r -> number(r.allocCpus()));
        columns.put("Planned", r -> time(r.planned()));
        columns.put("Elapsed", r -> time(r.elapsed()));
        columns.put("TotalCPU", r -> time(r.totalCpu()));
        columns.put("CPU%", AccountingTable::cpuShare);
        columns.put("MaxRSS", r -> size(r.maxRssBytes()));
        columns.put("ReqMem", r -> size(r.reqMemBytes()));
        return columns;
    }

    static String render(List<AccountingRow> rows) {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        CHOSEN.forEach((heading, value) -> columns.put(
                heading, rows.stream().map(value).map(AccountingTable::oneLine).toList()));
        columns.values().removeIf(column -> column.stream().allMatch(String::isEmpty));
        int others = columns.entrySet().stream()
                .filter(c -> !c.getKey().equals(NAME))
                .mapToInt(c -> width(c.getKey(), c.getValue()) + 2)
                .sum();
        int room = Math.max(SHORTEST_NAME, WIDTH - others);
        columns.computeIfPresent(
                NAME, (heading, names) -> names.stream().map(n -> cut(n, room)).toList());
        return lay(columns, rows.size());
    }

    /** All fields, as sacct prints them. */
    static String renderAll(List<AccountingRow> rows) {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        rows.stream().flatMap(r -> r.raw().keySet().stream()).distinct().forEach(field -> {
            List<String> column =
                    rows.stream().map(r -> value(field, r.get(field))).toList();
            if (!column.stream().allMatch(String::isEmpty)) {
                columns.put(field, column);
            }
        });
        return lay(columns, rows.size());
    }

    private static String lay(Map<String, List<String>> columns, int rows) {
        AccountingTable table = new AccountingTable(rows);
        columns.forEach(table::add);
        StringBuilder text = new StringBuilder();
        table.lines.forEach(l -> text.append(l.toString().stripTrailing()).append('\n'));
        return text.toString();
    }

    private void add(String heading, List<String> column) {
        int width = width(heading, column);
        for (int i = 0; i < lines.size(); i++) {
            String cell = i == 0 ? heading : column.get(i - 1);
            StringBuilder line = lines.get(i);
            line.append(line.length() == 0 ? "" : "  ").append(cell).append(" ".repeat(width - cell.length()));
        }
    }

    private static int width(String heading, List<String> column) {
        return Math.max(
                heading.length(), column.stream().mapToInt(String::length).max().orElse(0));
    }

    private static String value(String field, String value) {
        return TIMES.contains(field) && value.matches("\\d{1,12}")
                ? Instant.ofEpochSecond(Long.parseLong(value)).toString()
                : oneLine(value);
    }

    /** A job's name is free text, and must not draw rows of its own or act on a terminal. */
    private static String oneLine(String value) {
        return value.replaceAll("\\p{Cntrl}", "?");
    }

    private static String cut(String text, int room) {
        return text.length() <= room ? text : text.substring(0, room - 1) + "…";
    }

    private static String number(OptionalInt n) {
        return n.isPresent() ? Integer.toString(n.getAsInt()) : "";
    }

    /** In whole seconds, as Slurm writes them. */
    private static String time(Optional<Duration> time) {
        return time.map(d -> Duration.ofSeconds(Math.round(d.toMillis() / 1000.0)))
                .map(d -> d.isZero() ? "00:00:00" : WallTime.of(d).toSlurm())
                .orElse("");
    }

    /** The share of the allocated CPU time that was used. */
    private static String cpuShare(AccountingRow row) {
        Optional<Duration> allocated = row.cpuTime().filter(d -> !d.isZero());
        if (allocated.isEmpty() || row.totalCpu().isEmpty()) {
            return "";
        }
        double share =
                (double) row.totalCpu().get().toMillis() / allocated.get().toMillis();
        return Math.round(100 * share) + "%";
    }

    /** Such as {@code 1.9G}: units of 1024, as those of sacct. */
    private static String size(OptionalLong bytes) {
        if (bytes.isEmpty()) {
            return "";
        }
        double amount = bytes.getAsLong();
        int unit = -1;
        while (amount >= 1024 && unit < UNITS.length() - 1) {
            amount /= 1024;
            unit++;
        }
        String digits = String.format(Locale.ROOT, amount < 10 && unit >= 0 ? "%.1f" : "%.0f", amount);
        return digits.replaceFirst("\\.0$", "") + (unit < 0 ? "" : UNITS.charAt(unit));
    }
}
