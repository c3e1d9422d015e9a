package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * One JSON object of a site file, and the keys that were asked of it, so that the others can be refused. Every error
 * names the file, the JSON pointer, the value and what was expected. A null is like a key that isn't there.
 */
final class Section {
    static final String MOMENT = "a month, a day or a time with its offset, such as 2026-07-31T12:00+03:00";

    private final SiteFacts facts;
    private final JsonNode node;
    private final String pointer;
    private final Set<String> known = new LinkedHashSet<>();
    private final Map<String, Section> parts = new LinkedHashMap<>();

    Section(SiteFacts facts, JsonNode node, String pointer) {
        this.facts = facts;
        this.node = node;
        this.pointer = pointer;
        if (!node.isObject() && !node.isMissingNode()) {
            throw facts.error(pointer, "an object", node, null);
        }
    }

    /** Returns where this object stands, as a JSON pointer. */
    String pointer() {
        return pointer;
    }

    String pointer(String key) {
        return SiteFacts.below(pointer, key);
    }

    /** Tells whether the file has this object. */
    boolean isPresent() {
        return node.isObject();
    }

    private Optional<JsonNode> get(String key) {
        known.add(key);
        return Optional.ofNullable(node.get(key)).filter(n -> !n.isNull());
    }

    PlatformFileException bad(String expected) {
        return facts.error(pointer, expected, node, null);
    }

    PlatformFileException bad(String key, String expected, @Nullable Exception cause) {
        return facts.error(pointer(key), expected, node.get(key), cause);
    }

    void check(String key, String expected, Runnable use) {
        try {
            use.run();
        } catch (IllegalArgumentException e) {
            throw bad(key, expected + " (" + e.getMessage() + ")", e);
        }
    }

    Optional<String> text(String key) {
        return get(key).map(n -> {
            if (!n.isString()) {
                throw bad(key, "a text", null);
            }
            return n.stringValue();
        });
    }

    Optional<String> matching(String key, String expected, String regex) {
        return value(key, expected, text -> {
            if (!text.matches(regex)) {
                throw new IllegalArgumentException(text);
            }
            return text;
        });
    }

    <T> Optional<T> value(String key, String expected, Function<String, T> parse) {
        return text(key).map(t -> {
            try {
                return parse.apply(t);
            } catch (RuntimeException e) {
                throw bad(key, expected, e);
            }
        });
    }

    /** Like {@link #value}, with what the parser has to say. */
    <T> Optional<T> parsed(String key, String expected, Function<String, T> parse) {
        return text(key).map(t -> {
            try {
                return parse.apply(t);
            } catch (IllegalArgumentException e) {
                throw bad(key, expected + " (" + e.getMessage() + ")", e);
            }
        });
    }

    /** A constant of an enum; {@code third-party} stands for {@code THIRD_PARTY}. */
    <E extends Enum<E>> Optional<E> constant(String key, Class<E> type) {
        return value(
                key,
                "one of " + List.of(type.getEnumConstants()),
                t -> Enum.valueOf(type, t.toUpperCase(Locale.ROOT).replace('-', '_')));
    }

    /** A generic resource's type, as {@code --gres} names it. */
    Optional<String> gresType(String key) {
        return matching(key, "a type such as a100", "[A-Za-z0-9_][A-Za-z0-9._-]*");
    }

    Optional<Memory> memory(String key) {
        return value(key, "an amount in Slurm's form such as 16G", t -> {
            if (!t.matches("[0-9]+[KMGT]")) {
                throw new IllegalArgumentException(t);
            }
            return Memory.parse(t);
        });
    }

    Optional<WallTime> time(String key) {
        return value(key, "a time in Slurm's form such as 1-00:00:00", WallTime::parse);
    }

    Optional<Duration> duration(String key) {
        return value(key, "an ISO 8601 duration of more than zero, such as PT5S", t -> {
            Duration d = Duration.parse(t);
            if (d.isZero() || d.isNegative()) {
                throw new IllegalArgumentException(t);
            }
            return d;
        });
    }

    Optional<Boolean> flag(String key) {
        return get(key).map(n -> {
            if (!n.isBoolean()) {
                throw bad(key, "true or false", null);
            }
            return n.booleanValue();
        });
    }

    OptionalInt number(String key, int least) {
        Optional<JsonNode> n = get(key);
        if (n.isEmpty()) {
            return OptionalInt.empty();
        }
        if (!n.get().isInt() || n.get().intValue() < least) {
            throw bad(key, "a whole number of at least " + least, null);
        }
        return OptionalInt.of(n.get().intValue());
    }

    Optional<BigDecimal> decimal(String key) {
        return get(key).map(n -> {
            if (!n.isNumber()) {
                throw bad(key, "a number", null);
            }
            return n.decimalValue();
        });
    }

    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        get(key).ifPresent(array -> {
            if (!array.isArray()) {
                throw bad(key, "a list of texts", null);
            }
            for (JsonNode n : array) {
                if (!n.isString()) {
                    throw bad(key, "a list of texts", null);
                }
                texts.add(n.stringValue());
            }
        });
        return List.copyOf(texts);
    }

    <T> List<T> values(String key, String expected, Function<String, T> parse) {
        return texts(key).stream()
                .map(t -> {
                    try {
                        return parse.apply(t);
                    } catch (IllegalArgumentException e) {
                        throw bad(key, expected + " (" + e.getMessage() + ")", e);
                    }
                })
                .toList();
    }

    /** The object of this key, or an empty one that knows nothing. */
    Section part(String key) {
        JsonNode child = get(key).orElse(MissingNode.getInstance());
        return parts.computeIfAbsent(key, k -> new Section(facts, child, pointer(k)));
    }

    /** The texts of an object, by key. */
    Map<String, String> textsByKey(String key) {
        Section object = part(key);
        Map<String, String> texts = new LinkedHashMap<>();
        object.keys().forEach(k -> object.text(k).ifPresent(t -> texts.put(k, t)));
        return Collections.unmodifiableMap(texts);
    }

    <T> Map<String, T> each(String key, BiFunction<String, Section, T> read) {
        Section object = part(key);
        Map<String, T> values = new LinkedHashMap<>();
        object.keys()
                .filter(name -> object.get(name).isPresent())
                .forEach(name -> values.put(name, read.apply(name, object.part(name))));
        return Collections.unmodifiableMap(values);
    }

    <T> List<T> list(String key, Function<Section, T> read) {
        List<T> values = new ArrayList<>();
        get(key).ifPresent(array -> {
            if (!array.isArray()) {
                throw bad(key, "a list of objects", null);
            }
            for (int i = 0; i < array.size(); i++) {
                String at = SiteFacts.below(pointer(key), Integer.toString(i));
                Section part = new Section(facts, array.get(i), at);
                parts.put(key + "/" + i, part);
                values.add(read.apply(part));
            }
        });
        return List.copyOf(values);
    }

    private Stream<String> keys() {
        return List.copyOf(node.propertyNames()).stream();
    }

    void refuseUnknownKeys() {
        keys().filter(key -> !known.contains(key)).findFirst().ifPresent(key -> {
            throw bad(key, "no such key, but only " + known, null);
        });
        parts.values().forEach(Section::refuseUnknownKeys);
    }
}
