package io.github.slurmray.slurm;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lays rows out in aligned columns. */
final class AccountingTable {
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
            column.add(field);
            rows.forEach(r -> column.add(oneLine(r.get(field))));
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

    /** A job's name is free text, and must not draw rows of its own or act on a terminal. */
    private static String oneLine(String value) {
        return value.replaceAll("\\p{Cntrl}", "?");
    }
}
