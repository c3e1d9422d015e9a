package io.github.slurmray.slurm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lays rows out in aligned columns, without those that are empty in all rows, and with times to be read by people. */
final class AccountingTable {
    private static final Set<String> TIMES = Set.of("Submit", "Start", "End");

    private AccountingTable() {}

    static String render(List<AccountingRow> rows) {
        Set<String> fields = new LinkedHashSet<>();
        rows.forEach(r -> fields.addAll(r.raw().keySet()));
        List<StringBuilder> lines = new ArrayList<>();
        for (int i = 0; i <= rows.size(); i++) {
            lines.add(new StringBuilder());
        }
        for (String field : fields) {
            List<String> column = new ArrayList<>();
            rows.forEach(r -> column.add(value(field, r.get(field))));
            if (column.stream().allMatch(String::isEmpty)) {
                continue;
            }
            column.add(0, field);
            int width = column.stream().mapToInt(String::length).max().orElse(0);
            for (int i = 0; i < column.size(); i++) {
                StringBuilder line = lines.get(i);
                line.append(line.length() == 0 ? "" : "  ");
                line.append(column.get(i))
                        .append(" ".repeat(width - column.get(i).length()));
            }
        }
        StringBuilder table = new StringBuilder();
        lines.forEach(l -> table.append(l.toString().stripTrailing()).append('\n'));
        return table.toString();
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
}
