package io.github.slurmray.platforms;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The pages of {@code docs/platforms}: one for each shipped site, and the table of them all. */
final class SitePages {
    private SitePages() {}

    /** Writes the pages into a directory, and removes those of sites that are gone. */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        Map<String, String> pages = all();
        Files.createDirectories(directory);
        for (String name : in(directory)) {
            if (!pages.containsKey(name)) {
                Files.delete(directory.resolve(name));
            }
        }
        for (Map.Entry<String, String> page : pages.entrySet()) {
            Files.writeString(directory.resolve(page.getKey()), page.getValue());
        }
    }

    /** The pages by the names of their files. */
    static Map<String, String> all() {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("README.md", index(Platforms.all()));
        Platforms.all().forEach(site -> pages.put(site.name() + ".md", SitePage.of(site)));
        return pages;
    }

    static List<String> in(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private static String index(List<Platform> sites) {
        return """
                # Sites

                What slurmray knows of each site that it ships, on whose word, and of when. The pages are made by
                `bin/site-pages` from the site files. A site of your own, or other facts about one of these:
                [ADD-A-SITE](../ADD-A-SITE.md).

                | Site | Architecture | Partitions | GPUs of a node | Takes jobs | As of |
                | --- | --- | --- | --- | --- | --- |
                %s

                ## How to read a page

                - *As of* is the day up to which the facts go: that of the newest change in the copy of the site's
                  documentation that they were read from. What comes from elsewhere has its own day in its footnote.
                - A footnote names the page that says a fact: repository, path, revision, and the day of its last change.
                  The column *Source* is for the whole row, but for cells with a footnote of their own.
                - † marks a third party's word, for which there is none of the site's.
                - – stands for what isn't known or doesn't apply. Nothing is guessed.
                - Memory, disk and time limits are in Slurm's form: G is GiB, 3-00:00:00 three days.
                - Formulas count the nodes, cores, gpus, slices, memoryGiB and diskGiB of a whole job; the bill is the price
                  of an hour times the hours. A test holds the formulas to the published bills.
                """.formatted(sites.stream().map(SitePages::line).collect(Collectors.joining("\n")));
    }

    private static String line(Platform site) {
        return Stream.of(
                        "[" + site.title() + "](" + site.name() + ".md)",
                        words(site.nodeTypes().values().stream()
                                .flatMap(t -> t.architecture().stream())
                                .map(a -> a.name().toLowerCase(Locale.ROOT))),
                        words(site.partitions().keySet().stream()),
                        words(site.nodeTypes().values().stream()
                                .flatMap(t -> t.gpus().stream())
                                .map(SitePages::gpus)),
                        lifeSpan(site),
                        site.asOf().map(Object::toString).orElse("–"))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static String gpus(NodeType.Gpus gpus) {
        String count = gpus.count().isPresent() ? gpus.count().getAsInt() + " × " : "";
        return count + gpus.model().or(gpus::type).orElse("GPU");
    }

    private static String lifeSpan(Platform site) {
        Section s = site.facts().part("lifeSpan");
        return words(Stream.of(
                        s.text("from").map(from -> "from " + from),
                        s.text("until").map(until -> "until " + until),
                        s.text("successor").map(n -> "then " + FactPage.site(n)),
                        s.text("gpuSuccessor").map(n -> "or " + FactPage.site(n)))
                .flatMap(Optional::stream));
    }

    private static String words(Stream<String> words) {
        String all = words.distinct().collect(Collectors.joining(", "));
        return all.isEmpty() ? "–" : all;
    }
}
