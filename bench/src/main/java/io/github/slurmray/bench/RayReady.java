package io.github.slurmray.bench;

import io.github.slurmray.core.SlurmRayException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Seconds until N nodes are alive in Ray, for this SDK, three other ways, and the limit. */
final class RayReady {
    private static final String LIMIT = "limit";
    private static final String BACKGROUND = "background script";
    private static final double GOAL = 1.15;
    private static final int GOAL_NODES = 3;
    private static final int ATTEMPTS = 3;
    private static final Duration UNTIL_ALIVE = Duration.ofMinutes(2);
    private static final Duration SLEEP_OF_BACKGROUND = Duration.ofMinutes(4);

    private final Options options;
    private final Site site;
    private final List<Contender> contenders;
    private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();
    private volatile Contender.@Nullable Start running;
    private int noisy;
    private int measured;

    private RayReady(Options options, Site site) {
        this.options = options;
        this.site = site;
        this.contenders = List.of(
                new Ours(site),
                new BareRay(site),
                new BatchScript("older guide", "older-guide.sh", 6379, (v, n) -> true, site),
                new BatchScript("symmetric-run", "symmetric-run.sh", 6379, (v, n) -> v == RayVersion.NEW, site),
                // with one node it would end by itself after 5 s
                new BatchScript(
                        BACKGROUND, "background-000.sh", 8265, (v, n) -> n == 2 || (n > 2 && !options.quick()), site));
    }

    public static void main(String[] args) throws IOException {
        Options options = Options.of(Set.of("patience", "runs", "nodes", "ray"), args);
        try (Site site = new Site(options)) {
            RayReady benchmark = new RayReady(options, site);
            Runtime.getRuntime().addShutdownHook(new Thread(benchmark::endWhatRuns));
            benchmark.run();
        }
    }

    private void run() throws IOException {
        int runs = options.number("runs", options.quick() ? 1 : 3);
        List<RayVersion> versions =
                options.list("ray", options.quick() ? List.of("2.60.0") : List.of("2.43.0", "2.60.0")).stream()
                        .map(RayVersion::of)
                        .toList();
        List<Integer> sizes =
                options.list("nodes", options.quick() ? List.of("1", "3") : List.of("1", "2", "3")).stream()
                        .map(Integer::valueOf)
                        .toList();
        warmUp(versions);
        for (int run = 0; run < runs; run++) {
            for (RayVersion version : versions) {
                for (int nodes : sizes) {
                    round(run, version, nodes);
                }
            }
        }
        report(versions, sizes);
    }

    // an interrupted benchmark leaves no job behind
    private void endWhatRuns() {
        Contender.@Nullable Start start = running;
        if (start != null) {
            try {
                start.close();
            } catch (IOException | SlurmRayException e) {
                System.err.println("not all could be ended: " + e.getMessage());
            }
        }
    }

    // the files of Ray come from the disk once, for nobody's account
    private void warmUp(List<RayVersion> versions) throws IOException {
        Contender limit = contenders.get(1);
        for (RayVersion version : versions) {
            measure(limit, version, 1);
        }
        noisy = 0;
        measured = 0;
    }

    private void round(int run, RayVersion version, int nodes) throws IOException {
        for (int i = 0; i < contenders.size(); i++) {
            Contender contender = contenders.get((i + run) % contenders.size());
            boolean once = contender.name().equals(BACKGROUND) && run > 0;
            if (!contender.takes(version, nodes) || once) {
                continue;
            }
            double seconds = measure(contender, version, nodes);
            values.computeIfAbsent(key(version, nodes), k -> new LinkedHashMap<>())
                    .computeIfAbsent(contender.name(), k -> new ArrayList<>())
                    .add(Math.round(seconds * 100) / 100.0);
        }
    }

    private static String key(RayVersion version, int nodes) {
        return "Ray " + version.number() + ", N = " + nodes;
    }

    /** One run. What others do on the lab at the same time may spoil it: then it is repeated, and said. */
    private double measure(Contender contender, RayVersion version, int nodes) throws IOException {
        for (int attempt = 1; ; attempt++) {
            boolean quiet = site.awaitQuiet();
            String what = key(version, nodes) + ", " + contender.name();
            try (Observer observer = new Observer(version, contender.authMode(version));
                    Contender.Start start = contender.start(version, nodes)) {
                running = start;
                observer.watch(start.gcs(), nodes, start.tokenFile());
                Duration limit = contender.name().equals(BACKGROUND)
                        ? UNTIL_ALIVE.plus(SLEEP_OF_BACKGROUND.multipliedBy(Math.max(0, nodes - 2)))
                        : UNTIL_ALIVE;
                double seconds = observer.await(nodes, limit) - start.at();
                System.err.printf(
                        Locale.ROOT, "%s: %.2f s%s %s%n", what, seconds, quiet ? "" : " (noisy)", start.course());
                noisy += quiet ? 0 : 1;
                measured++;
                running = null;
                return seconds;
            } catch (IOException | SlurmRayException e) {
                running = null;
                System.err.println(what + " failed: " + e.getMessage());
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void report(List<RayVersion> versions, List<Integer> sizes) {
        Report report = new Report("ray-ready", options);
        for (RayVersion version : versions) {
            for (int nodes : sizes) {
                Map<String, List<Double>> row = ordered(values.getOrDefault(key(version, nodes), Map.of()));
                report.add(Row.comparing(
                        key(version, nodes) + ": slurmray ÷ limit",
                        "s",
                        row,
                        Ours.NAME,
                        LIMIT,
                        nodes == GOAL_NODES ? Optional.of(GOAL) : Optional.empty()));
            }
        }
        for (RayVersion version : versions) {
            for (int nodes : sizes) {
                Map<String, List<Double>> row = values.getOrDefault(key(version, nodes), Map.of());
                if (row.containsKey(BACKGROUND)) {
                    Map<String, List<Double>> both = new LinkedHashMap<>(row);
                    both.keySet().retainAll(Set.of(Ours.NAME, BACKGROUND));
                    report.add(Row.comparing(
                            key(version, nodes) + ": background script ÷ slurmray",
                            "s",
                            ordered(both),
                            BACKGROUND,
                            Ours.NAME,
                            Optional.empty()));
                }
            }
        }
        if (options.quick()) {
            report.note("Without the background script, which sleeps 240 s after each worker.");
        } else {
            report.note("The background script once for each N, as it sleeps 240 s after each worker; not for N = 1,"
                    + " where it ends by itself after 5 s.");
        }
        report.note(noisy + " of " + measured + " runs began while the machine was busy with something else.");
        report.publish();
    }

    private Map<String, List<Double>> ordered(Map<String, List<Double>> row) {
        Map<String, List<Double>> ordered = new LinkedHashMap<>();
        for (Contender contender : contenders) {
            if (row.containsKey(contender.name())) {
                ordered.put(contender.name(), row.getOrDefault(contender.name(), List.of()));
            }
        }
        return ordered;
    }
}
