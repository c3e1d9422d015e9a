package io.github.slurmray.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One line of a benchmark's table.
 *
 * @param row what was measured
 * @param unit of the values
 * @param values each run of each contender, ours first
 * @param ratio what the goal is about
 * @param goal the most that the ratio may be; empty where it is only stated
 */
record Row(String row, String unit, Map<String, List<Double>> values, Optional<Double> ratio, Optional<Double> goal) {
    Row {
        values = new LinkedHashMap<>(values);
    }

    /** A row whose ratio is one contender's median by another's, where both were measured. */
    static Row comparing(
            String row,
            String unit,
            Map<String, List<Double>> values,
            String numerator,
            String denominator,
            Optional<Double> goal) {
        List<Double> above = values.getOrDefault(numerator, List.of());
        List<Double> below = values.getOrDefault(denominator, List.of());
        Optional<Double> ratio = above.isEmpty() || below.isEmpty()
                ? Optional.empty()
                : Optional.of(quantile(above, 0.5) / quantile(below, 0.5));
        return new Row(row, unit, values, ratio, goal);
    }

    Optional<Boolean> met() {
        return ratio.flatMap(r -> goal.map(g -> r <= g));
    }

    static double quantile(List<Double> values, double q) {
        double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
        double at = q * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = (int) Math.ceil(at);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
