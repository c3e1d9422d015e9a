package io.github.slurmray.bench;

import static java.util.Locale.ROOT;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Milliseconds for the work on sites that is done before anything is sent, in a warm JVM, by JMH. */
final class PlatformRules {
    private static final String OURS = "slurmray";

    /** What each benchmark of {@link SiteRules} is, and how many milliseconds it may take. */
    private record Goal(String row, Optional<Double> millis) {}

    private static final Map<String, Goal> GOALS = new LinkedHashMap<>();

    static {
        GOALS.put("loadAll", new Goal("loading all shipped sites", Optional.of(50.0)));
        GOALS.put("checkFitting", new Goal("`check`, nothing found", Optional.of(1.0)));
        GOALS.put("checkRefused", new Goal("`check`, several findings", Optional.of(1.0)));
        GOALS.put("suggest", new Goal("`suggest`", Optional.of(5.0)));
        GOALS.put("slurmConf", new Goal("`slurmConf`", Optional.empty()));
    }

    private PlatformRules() {}

    public static void main(String[] args) throws RunnerException {
        Options options = Options.of(Set.of(), args);
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        TimeValue each = TimeValue.milliseconds(options.quick() ? 200 : 1000);
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (RunResult result : new Runner(new OptionsBuilder()
                        .include("\\." + SiteRules.class.getSimpleName() + "\\.")
                        .forks(1)
                        .warmupIterations(5)
                        .warmupTime(each)
                        .measurementIterations(5)
                        .measurementTime(each)
                        .timeUnit(TimeUnit.MICROSECONDS)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run()) {
            String name = result.getPrimaryResult().getLabel();
            for (IterationResult iteration :
                    result.getBenchmarkResults().iterator().next().getIterationResults()) {
                double micros = iteration.getPrimaryResult().getScore();
                values.computeIfAbsent(name, k -> new ArrayList<>()).add(Math.round(micros * 10) / 10_000.0);
            }
        }
        Report report = new Report("platforms", options);
        GOALS.forEach((name, goal) -> {
            List<Double> millis = values.getOrDefault(name, List.of());
            report.add(new Row(
                    goal.row(),
                    "ms",
                    Map.of(OURS, millis),
                    millis.isEmpty() ? Optional.empty() : Optional.of(Row.quantile(millis, 0.5)),
                    goal.millis()));
        });
        report.note("There is no contender: the ratio is the median itself, and goals are milliseconds."
                + " Each value is the mean of one JMH iteration.");
        // what runs beside it is in the figures
        report.note(String.format(ROOT, "The machine's load was %.1f before it began.", load));
        report.publish();
    }
}
