package io.github.slurmray.bench;

import static java.util.Locale.ROOT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a benchmark found: a Markdown table on standard output and {@code target/bench/NAME.json}; with {@code --docs}
 * also the table in {@code docs/BENCHMARKS.md}, between the lines {@code <!-- NAME -->} and {@code <!-- /NAME -->}.
 */
final class Report {
    private static final JsonMapper JSON = JsonMapper.shared();
    // with more runs than this a range says little
    private static final int FEW = 20;

    private final String name;
    private final Options options;
    private final List<Row> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    Report(String name, Options options) {
        this.name = name;
        this.options = options;
    }

    void add(Row row) {
        rows.add(row);
    }

    /** A sentence that the table needs to be understood. */
    void note(String note) {
        notes.add(note);
    }

    void publish() {
        String table = table();
        System.out.println(table);
        try {
            Path json = root().resolve("target/bench/" + name + ".json");
            Files.createDirectories(root().resolve("target/bench"));
            Files.writeString(json, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(asMap()) + "\n");
            if (options.docs()) {
                putIntoDocs(table);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path root() {
        return Path.of(System.getProperty("slurmray.root", "."))
                .toAbsolutePath()
                .normalize();
    }

    private Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("benchmark", name);
        map.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        map.put("quick", options.quick());
        map.put("cores", Runtime.getRuntime().availableProcessors());
        map.put("notes", notes);
        map.put("rows", rows.stream().map(Report::asMap).toList());
        return map;
    }

    private static Map<String, Object> asMap(Row row) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("row", row.row());
        map.put("unit", row.unit());
        map.put("values", row.values());
        map.put("ratio", row.ratio().orElse(null));
        map.put("goal", row.goal().orElse(null));
        map.put("met", row.met().orElse(null));
        return map;
    }

    private String table() {
        Set<String> contenders = new LinkedHashSet<>();
        rows.forEach(r -> contenders.addAll(r.values().keySet()));
        StringBuilder text = new StringBuilder("| | unit |");
        contenders.forEach(c -> text.append(' ').append(c).append(" |"));
        text.append(" ratio | goal | met |\n|---|---|")
                .append("---|".repeat(contenders.size()))
                .append("---|---|---|\n");
        for (Row row : rows) {
            text.append("| ").append(row.row()).append(" | ").append(row.unit()).append(" |");
            for (String contender : contenders) {
                text.append(' ')
                        .append(cell(row.values().getOrDefault(contender, List.of())))
                        .append(" |");
            }
            text.append(' ').append(number(row.ratio())).append(" | ");
            text.append(row.goal().map(g -> "≤ " + number(g)).orElse("–")).append(" | ");
            text.append(row.met().map(m -> m ? "yes" : "**no**").orElse("–")).append(" |\n");
        }
        text.append('\n')
                .append(Instant.now().truncatedTo(ChronoUnit.DAYS).toString(), 0, "2026-01-01".length())
                .append(options.quick() ? ", `--quick`" : "")
                .append(". Medians");
        text.append(
                rows.stream().flatMap(r -> r.values().values().stream()).anyMatch(v -> v.size() > FEW)
                        ? ", in brackets the 90th percentile and the number of runs."
                        : ", in brackets the least, the greatest and the number of runs.");
        notes.forEach(n -> text.append(' ').append(n));
        return text.append('\n').toString();
    }

    private static String cell(List<Double> values) {
        if (values.isEmpty()) {
            return "–";
        }
        String median = number(Row.quantile(values, 0.5));
        if (values.size() == 1) {
            return median + " (1)";
        }
        if (values.size() > FEW) {
            return median + " (" + number(Row.quantile(values, 0.9)) + "; " + values.size() + ")";
        }
        return median + " (" + number(Row.quantile(values, 0)) + "–" + number(Row.quantile(values, 1)) + "; "
                + values.size() + ")";
    }

    private static String number(Optional<Double> value) {
        return value.map(Report::number).orElse("–");
    }

    private static String number(double value) {
        return String.format(ROOT, value >= 100 ? "%.0f" : value >= 0.1 || value == 0 ? "%.2f" : "%.4f", value);
    }

    private void putIntoDocs(String table) throws IOException {
        Path docs = root().resolve("docs/BENCHMARKS.md");
        String text = Files.readString(docs);
        String begin = "<!-- " + name + " -->\n";
        String end = "<!-- /" + name + " -->";
        int from = text.indexOf(begin);
        int to = text.indexOf(end);
        if (from < 0 || to < from) {
            throw new IllegalStateException(docs + " has no place for the table of " + name);
        }
        Files.writeString(docs, text.substring(0, from + begin.length()) + table + text.substring(to));
    }
}
