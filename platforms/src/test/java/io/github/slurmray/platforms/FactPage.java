package io.github.slurmray.platforms;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A page of Markdown whose facts say by numbered footnotes on whose word they stand. Chapters and tables of which
 * nothing is known are left out, as are columns without any fact.
 */
final class FactPage {
    private static final String NOT_KNOWN = "–";

    private final StringBuilder text = new StringBuilder();
    private final List<Source> footnotes = new ArrayList<>();
    private final List<String> pending = new ArrayList<>();

    /** Something to say, in Markdown, and on whose word. */
    record Fact(String says, List<Source> sources) {}

    /** A row of a table: its name, and for each further column what there is to say, which may be nothing. */
    record Row(String name, List<List<Fact>> cells) {
        @SafeVarargs
        static Row of(String name, List<Fact>... cells) {
            List<List<Fact>> all = new ArrayList<>();
            for (List<Fact> cell : cells) {
                all.add(cell);
            }
            return new Row(name, all);
        }

        /** The sources of most of its facts. */
        List<Source> sources() {
            Map<List<Source>, Long> counts = cells.stream()
                    .flatMap(List::stream)
                    .collect(Collectors.groupingBy(Fact::sources, LinkedHashMap::new, Collectors.counting()));
            long most = counts.values().stream().mapToLong(n -> n).max().orElse(0);
            return counts.entrySet().stream()
                    .filter(e -> e.getValue() == most)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(List.of());
        }
    }

    /** Text as it is, with what Markdown would take for markup escaped outside of `code`. */
    static String prose(String plain) {
        List<String> parts = new ArrayList<>(Arrays.asList(plain.split("`", -1)));
        for (int i = 0; i < parts.size(); i += 2) {
            parts.set(i, parts.get(i).replace("<", "&lt;").replace("*", "\\*"));
        }
        return String.join("`", parts);
    }

    /** A link to the page of a site. */
    static String site(String name) {
        return "[" + name + "](" + name + ".md)";
    }

    static String code(String plain) {
        return "`" + plain + "`";
    }

    /** Starts a chapter, or a part of one, which appears with the first thing that is said in it. */
    void heading(String markdown) {
        pending.removeIf(before -> before.indexOf(' ') >= markdown.indexOf(' '));
        pending.add(markdown);
    }

    void paragraph(String markdown) {
        block(markdown);
    }

    void paragraph(List<Fact> facts) {
        if (!facts.isEmpty()) {
            block(sentences(facts));
        }
    }

    void bullets(List<String> items) {
        if (!items.isEmpty()) {
            block(items.stream().map(i -> "- " + i).collect(Collectors.joining("\n")));
        }
    }

    /** Longer things to say of a table's rows, below it; what is said of several is said once. */
    void remarks(Map<String, List<Fact>> byName) {
        Map<List<Fact>, List<String>> names = new LinkedHashMap<>();
        byName.forEach((name, facts) ->
                names.computeIfAbsent(facts, f -> new ArrayList<>()).add(name));
        names.remove(List.of());
        bullets(names.entrySet().stream()
                .map(e -> String.join(", ", e.getValue()) + ": " + sentences(e.getKey()))
                .toList());
    }

    /** A table without the rows of which nothing is known. */
    void facts(List<String> columns, Row... rows) {
        table(
                columns,
                Stream.of(rows)
                        .filter(r -> r.cells().stream().anyMatch(c -> !c.isEmpty()))
                        .toList());
    }

    /** A table whose last column says where most of a row is from; a fact from elsewhere says so itself. */
    void table(List<String> columns, List<Row> rows) {
        List<Integer> used = IntStream.range(0, columns.size() - 1)
                .filter(i -> rows.stream().anyMatch(r -> !r.cells().get(i).isEmpty()))
                .boxed()
                .toList();
        if (used.isEmpty()) {
            return;
        }
        List<List<String>> lines = new ArrayList<>();
        lines.add(Stream.of(Stream.of(columns.get(0)), used.stream().map(i -> columns.get(i + 1)), Stream.of("Source"))
                .flatMap(s -> s)
                .toList());
        lines.add(Collections.nCopies(used.size() + 2, "---"));
        for (Row row : rows) {
            List<String> line = new ArrayList<>(List.of(row.name()));
            used.forEach(i -> line.add(cell(row.cells().get(i), row.sources())));
            line.add(
                    row.sources().isEmpty()
                            ? NOT_KNOWN
                            : references(row.sources()).strip());
            lines.add(line);
        }
        block(lines.stream()
                .map(line ->
                        line.stream().map(c -> c.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |")))
                .collect(Collectors.joining("\n")));
    }

    private String cell(List<Fact> facts, List<Source> ofRow) {
        if (facts.isEmpty()) {
            return NOT_KNOWN;
        }
        List<Source> first = facts.get(0).sources();
        if (facts.stream().allMatch(f -> f.sources().equals(first))) {
            String all = facts.stream().map(Fact::says).collect(Collectors.joining("; "));
            return first.equals(ofRow) ? all : all + references(first);
        }
        return facts.stream()
                .map(f -> f.sources().equals(ofRow) ? f.says() : f.says() + references(f.sources()))
                .collect(Collectors.joining("; "));
    }

    private String sentences(List<Fact> facts) {
        return facts.stream().map(f -> f.says() + references(f.sources())).collect(Collectors.joining(" "));
    }

    private String references(List<Source> sources) {
        return sources.stream()
                .map(source -> {
                    if (!footnotes.contains(source)) {
                        footnotes.add(source);
                    }
                    String mark = source.confidence() == Source.Confidence.THIRD_PARTY ? "†" : "";
                    return " [^" + (footnotes.indexOf(source) + 1) + "]" + mark;
                })
                .collect(Collectors.joining());
    }

    private void block(String markdown) {
        pending.add(markdown);
        pending.forEach(b -> text.append(text.isEmpty() ? "" : "\n").append(b).append("\n"));
        pending.clear();
    }

    /** The page, with its footnotes. */
    @Override
    public String toString() {
        StringBuilder page = new StringBuilder(text).append("\n## Sources\n\n");
        for (int i = 0; i < footnotes.size(); i++) {
            page.append("[^")
                    .append(i + 1)
                    .append("]: ")
                    .append(footnote(footnotes.get(i)))
                    .append("\n");
        }
        return page.toString();
    }

    private static String footnote(Source source) {
        String page = Stream.of(
                        source.repository(),
                        source.path().map(FactPage::code),
                        source.commit().map(c -> "at " + code(c)))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(" "));
        String date = source.date().map(d -> " (" + d + ")").orElse("");
        String note = source.note().map(FactPage::prose).orElse("");
        String said = page.isEmpty() ? note + date : page + date + (note.isEmpty() ? "" : ", " + note);
        return switch (source.confidence()) {
            case OFFICIAL -> said;
            case THIRD_PARTY -> "Third party: " + said;
            case OWN -> "Our own: " + said;
        };
    }
}
