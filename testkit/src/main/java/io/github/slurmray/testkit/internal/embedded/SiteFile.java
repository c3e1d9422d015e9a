package io.github.slurmray.testkit.internal.embedded;

import io.github.slurmray.testkit.internal.slurm.SlurmModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The text of the site file that describes an emulation, as {@code Platforms.load} reads it. */
final class SiteFile {
    private static final Pattern GAP = Pattern.compile("@(\\w+)@");

    private SiteFile() {}

    /**
     * Writes the text.
     *
     * @param model the Slurm
     * @param like the site whose Slurm and partitions it has, if it was made to be like one
     * @param ray where Ray comes from
     * @param moduleInit defines {@code module} in a shell
     */
    static String text(SlurmModel model, Optional<String> like, RaySource ray, String moduleInit) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("moduleInit", quoted(moduleInit));
        values.put("extends", like.map(SiteFile::quoted).orElse("null"));
        if (like.isEmpty()) {
            values.put("slurm", "{\"version\": " + quoted(model.release().version()) + ", \"accounting\": true}");
            values.put("partitions", partitions(model.partitionFacts()));
        }
        values.put("ray", quoted(ray.name()));
        values.put("setup", ray.setup().stream().map(SiteFile::quoted).collect(Collectors.joining(", ", "[", "]")));
        values.put(
                "virtualEnvironment",
                ray.virtualEnvironment().map(v -> quoted(v.toString())).orElse("null"));
        values.put("rayVersion", quoted(ray.version()));
        // what has no value comes from the other site
        return Place.resource("site.json")
                .lines()
                .filter(line -> GAP.matcher(line).results().allMatch(gap -> values.containsKey(gap.group(1))))
                .map(line -> GAP.matcher(line)
                                .replaceAll(gap -> Matcher.quoteReplacement(values.getOrDefault(gap.group(1), "")))
                        + "\n")
                .collect(Collectors.joining());
    }

    private static String partitions(List<SlurmModel.PartitionFacts> all) {
        return all.stream()
                .map(p -> "    " + quoted(p.name()) + ": {\"default\": " + p.isDefault() + ", \"maxTime\": "
                        + p.maxTime().map(SiteFile::quoted).orElse("null") + ", \"maxNodes\": " + p.maxNodes()
                        + ", \"cpusPerNode\": " + p.cpusPerNode() + ", \"memory\": {\"perNode\": \"" + p.memoryMb()
                        + "M\"}}")
                .collect(Collectors.joining(",\n", "{\n", "\n  }"));
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
