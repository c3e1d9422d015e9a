package io.github.slurmray.platforms;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/** The sets and maps of a ruleset, with and without a name, and what in them isn't understood. */
final class NftablesSets {
    private static final Set<String> KEYS = Set.of(
            "family",
            "table",
            "name",
            "handle",
            "type",
            "map",
            "policy",
            "flags",
            "elem",
            "timeout",
            "gc-interval",
            "size",
            "comment",
            "auto-merge",
            "stmt");
    private static final Set<String> FLAGS = Set.of("constant", "interval", "timeout", "dynamic");
    /** What an element may have without holding only sometimes, as it does with a limit. */
    private static final Set<String> OF_AN_ELEMENT = Set.of("val", "timeout", "expires", "comment", "counter", "last");
    /** The element that stands for whatever no other one has. */
    private static final String CATCH_ALL = "*";

    /**
     * The elements of a set, or the pairs of a map.
     *
     * @param name the set's, or empty
     * @param values without their comments and time-outs, and without the one that stands for all others
     * @param others the element that stands for all others, if there is one
     * @param unclear what isn't understood of them
     */
    record Elements(String name, List<RuleJson> values, Optional<RuleJson> others, Optional<String> unclear) {}

    private final Map<String, RuleJson> sets = new HashMap<>();
    private final Map<String, Elements> read = new HashMap<>();
    private final Map<String, NftablesConditions.Read> known = new HashMap<>();
    private boolean terse = true;

    /** Takes a set or map of the list, under its family, table and name. */
    void add(String name, RuleJson set) {
        if (sets.putIfAbsent(name, set) != null) {
            throw set.bad("a set or map that isn't there yet");
        }
        terse &= set.get("elem").isEmpty();
    }

    /** The elements of a set that a value like {@code @name} refers to. */
    Elements named(String table, RuleJson reference) {
        String text = reference.text("a set");
        String name = table + " " + text.replaceFirst("@", "");
        RuleJson set = sets.get(name);
        if (set == null || !text.startsWith("@")) {
            throw reference.bad("a set or map of the same table");
        }
        return read.computeIfAbsent(name, n -> elements(n, set));
    }

    /** Whether a set has as many elements as it takes. */
    boolean isFull(String table, RuleJson reference) {
        Elements elements = named(table, reference);
        OptionalInt size = Objects.requireNonNull(sets.get(elements.name()))
                .get("size")
                .map(RuleJson::asInt)
                .orElse(OptionalInt.empty());
        return size.isPresent() && elements.values().size() >= size.getAsInt();
    }

    /** What was made of a set before, since many rules may look at one with very many elements. */
    NftablesConditions.Read once(String key, Supplier<NftablesConditions.Read> make) {
        return known.computeIfAbsent(key, k -> make.get());
    }

    private Elements elements(String name, RuleJson set) {
        Optional<RuleJson> list = set.get("elem");
        String what = "its set '" + name + "' ";
        if (list.isEmpty() && terse) {
            return new Elements(
                    name,
                    List.of(),
                    Optional.empty(),
                    Optional.of(what + "is empty, or its elements were left out: list them, without -t"));
        }
        Optional<String> unclear = unclear(set).map(why -> what + why);
        Elements elements = elements(name, list.map(RuleJson::itemsOrSelf).orElse(List.of()));
        return new Elements(name, elements.values(), elements.others(), unclear.or(elements::unclear));
    }

    private static Optional<String> unclear(RuleJson set) {
        if (!set.hasOnly(KEYS)) {
            return Optional.of("has a property that isn't known");
        }
        boolean flags = set.get("flags").map(RuleJson::itemsOrSelf).orElse(List.of()).stream()
                .allMatch(f -> f.asText().filter(FLAGS::contains).isPresent());
        if (!flags) {
            return Optional.of("has a flag that isn't known");
        }
        boolean always = set.get("stmt").map(RuleJson::itemsOrSelf).orElse(List.of()).stream()
                .allMatch(s -> s.hasOnly("counter", "last"));
        return always ? Optional.empty() : Optional.of("may hold only sometimes");
    }

    /** The elements of a set without a name. */
    static Elements elements(String name, List<RuleJson> list) {
        List<RuleJson> values = new ArrayList<>();
        Optional<RuleJson> others = Optional.empty();
        Optional<String> unclear = Optional.empty();
        for (RuleJson element : list) {
            boolean pair = element.isArray() && !element.items().isEmpty();
            Optional<RuleJson> value = bare(pair ? element.items().get(0) : element);
            if (value.isEmpty()) {
                unclear = Optional.of("its element " + element + " may hold only sometimes");
            } else if (value.get().asText().filter(CATCH_ALL::equals).isPresent()) {
                others = Optional.of(element);
            } else {
                values.add(pair ? element : value.get());
            }
        }
        return new Elements(name, values, others, unclear);
    }

    /** An element without its time-out or comment; empty if it has something else. */
    static Optional<RuleJson> bare(RuleJson element) {
        if (!element.isObject() || !element.has("elem")) {
            return Optional.of(element);
        }
        return element.get("elem")
                .filter(e -> element.hasOnly("elem") && e.hasOnly(OF_AN_ELEMENT))
                .flatMap(e -> e.get("val"));
    }
}
