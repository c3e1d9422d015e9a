package io.github.slurmray.testkit.internal.slurm;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Counts of generic resources by {@code name:type} or {@code name}, and their text forms: pure functions. */
final class Gres {
    private Gres() {}

    static Map<String, Integer> copy(Map<String, Integer> gres) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(gres));
    }

    /**
     * Reads {@code gpu:a100:2,nvme:100}; a count that is missing is 1.
     *
     * @throws IllegalArgumentException if it has another form
     */
    static Map<String, Integer> parse(String text) {
        Map<String, Integer> gres = new LinkedHashMap<>();
        for (String item : text.split(",", -1)) {
            String plain = item.replaceFirst("^gres[:/]", "").replaceAll("\\(.*", "");
            if (plain.equalsIgnoreCase("none")) {
                continue;
            }
            int colon = Math.max(plain.lastIndexOf(':'), plain.lastIndexOf('='));
            String last = plain.substring(colon + 1);
            boolean counted = colon > 0 && last.matches("\\d{1,9}[kKmMgG]?");
            String name = counted ? plain.substring(0, colon) : plain;
            if (!name.matches("[A-Za-z][A-Za-z0-9_.-]*(:[A-Za-z0-9_.-]+)?")) {
                throw new IllegalArgumentException("'" + item + "' is no generic resource");
            }
            gres.merge(name, counted ? count(last) : 1, Integer::sum);
        }
        return gres;
    }

    /** All of several together. */
    static Map<String, Integer> sum(Stream<Map<String, Integer>> several) {
        Map<String, Integer> all = new LinkedHashMap<>();
        several.forEach(one -> one.forEach((name, n) -> all.merge(name, n, Integer::sum)));
        return all;
    }

    private static int count(String text) {
        int unit = "kmg".indexOf(Character.toLowerCase(text.charAt(text.length() - 1)));
        return unit < 0
                ? Integer.parseInt(text)
                : Integer.parseInt(text.substring(0, text.length() - 1)) << (10 * (unit + 1));
    }

    /** The name without a type. */
    static String name(String key) {
        int colon = key.indexOf(':');
        return colon < 0 ? key : key.substring(0, colon);
    }

    /**
     * Takes what is asked for out of what is free, from any type where none is asked for; null if there isn't enough.
     */
    static @org.jspecify.annotations.Nullable Map<String, Integer> take(
            Map<String, Integer> free, Map<String, Integer> asked) {
        Map<String, Integer> left = new LinkedHashMap<>(free);
        Map<String, Integer> taken = new LinkedHashMap<>();
        for (Map.Entry<String, Integer> want : asked.entrySet()) {
            int missing = want.getValue();
            for (Map.Entry<String, Integer> have : left.entrySet()) {
                boolean fits = have.getKey().equals(want.getKey())
                        || name(have.getKey()).equals(want.getKey());
                if (fits && missing > 0) {
                    int n = Math.min(missing, have.getValue());
                    have.setValue(have.getValue() - n);
                    taken.merge(have.getKey(), n, Integer::sum);
                    missing -= n;
                }
            }
            if (missing > 0) {
                return null;
            }
        }
        taken.values().removeIf(n -> n == 0);
        return taken;
    }

    /** As slurm.conf and scontrol write it: {@code gpu:a100:4}. */
    static String print(Map<String, Integer> gres) {
        return gres.entrySet().stream()
                .map(e -> e.getKey() + ":" + e.getValue())
                .collect(Collectors.joining(","));
    }

    /** As TRES are written: {@code gres/gpu=4,gres/gpu:a100=4}. */
    static String tres(Map<String, Integer> gres) {
        Map<String, Integer> all = new LinkedHashMap<>();
        gres.forEach((key, n) -> all.merge(name(key), n, Integer::sum));
        gres.forEach((key, n) -> all.putIfAbsent(key, n));
        return all.entrySet().stream()
                .map(e -> "gres/" + e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(","));
    }
}
