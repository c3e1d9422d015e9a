package io.github.slurmray.bench;

import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ray.ClusterEvent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Seconds from the start of the job until the last node has joined, with a stand-in for Ray that costs no CPU: on the
 * lab, and on an emulated Slurm with nodes enough to see what grows with them.
 */
final class RayFlat {
    private static final double GOAL = 1.05;
    private static final int START_SECONDS = 5;
    private static final double EMULATED_GOAL = 1.15;
    private static final int EMULATED_START_SECONDS = 30;
    private static final int MANY = 64;
    private static final String SIXTY_FOUR = "N = " + MANY;
    private static final String ONE = "N = 1";
    private static final String THREE = "N = 3";

    private RayFlat() {}

    public static void main(String[] args) throws IOException {
        Options options = Options.of(Set.of("only", "patience", "runs"), args);
        int runs = options.number("runs", options.quick() ? 1 : 5);
        Report report = new Report("ray-flat", options);
        if (!options.values().getOrDefault("only", "").equals("emulated")) {
            onTheLab(options, runs, report);
        }
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        emulated(runs, report);
        report.note(String.format(
                Locale.ROOT, "The machine's load was %.1f before the runs on emulated nodes began.", load));
        report.publish();
    }

    private static void onTheLab(Options options, int runs, Report report) throws IOException {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        int noisy = 0;
        try (Site site = new Site(options)) {
            RayEnvironment standIn = RayEnvironment.builder()
                    .module("fake-ray/1.0")
                    .setupLine("export FAKE_RAY_START_SECONDS=" + START_SECONDS)
                    .build();
            Ours ours = new Ours(site);
            for (int run = 0; run < runs; run++) {
                for (int nodes : run % 2 == 0 ? new int[] {1, 3} : new int[] {3, 1}) {
                    boolean quiet = site.awaitQuiet();
                    noisy += quiet ? 0 : 1;
                    try (Ours.Launched cluster = ours.launch(standIn, nodes)) {
                        double started = Ours.Launched.seconds(
                                cluster.await(ClusterEvent.Started.class).get(0).at());
                        cluster.await(ClusterEvent.AllJoined.class);
                        double seconds = cluster.await(ClusterEvent.NodeJoined.class).stream()
                                        .mapToDouble(e -> Ours.Launched.seconds(e.at()))
                                        .max()
                                        .orElseThrow()
                                - started;
                        System.err.printf(
                                Locale.ROOT,
                                "N = %d: %.2f s%s; after sbatch's answer: %s%n",
                                nodes,
                                seconds,
                                quiet ? "" : " (noisy)",
                                cluster.course());
                        values.computeIfAbsent(nodes == 1 ? ONE : THREE, k -> new ArrayList<>())
                                .add(Math.round(seconds * 1000) / 1000.0);
                    }
                }
            }
        }
        report.add(Row.comparing(
                "a `ray` that takes " + START_SECONDS + " s to listen: N = 3 ÷ N = 1",
                "s",
                values,
                THREE,
                ONE,
                Optional.of(GOAL)));
        report.note(noisy + " of " + 2 * runs + " runs began while the machine was busy with something else.");
    }

    private static void emulated(int runs, Report report) {
        Map<String, List<Double>> emulated = new LinkedHashMap<>();
        for (int run = 0; run < runs; run++) {
            for (int nodes : run % 2 == 0 ? new int[] {1, MANY} : new int[] {MANY, 1}) {
                double seconds =
                        Math.round(EmulatedLaunch.secondsUntilAllJoined(nodes, EMULATED_START_SECONDS) * 1000) / 1000.0;
                System.err.printf(Locale.ROOT, "emulated, N = %d: %.2f s%n", nodes, seconds);
                emulated.computeIfAbsent(nodes == 1 ? ONE : SIXTY_FOUR, k -> new ArrayList<>())
                        .add(seconds);
            }
        }
        report.add(Row.comparing(
                "emulated nodes, a `ray` that takes " + EMULATED_START_SECONDS + " s: N = " + MANY + " ÷ N = 1",
                "s",
                emulated,
                SIXTY_FOUR,
                ONE,
                Optional.of(EMULATED_GOAL)));
    }
}
