package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
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
import tools.jackson.databind.node.StringNode;

/**
 * One JSON object of a site file, and the keys that were asked of it, so that the others can be refused. Every error
 * names the file, the JSON pointer, the value and what was expected. A null is like a key that isn't there, but its key
 * must be one that there is.
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

    boolean has(String key) {
        return get(key).isPresent();
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

    /**
     * Like {@link #bad(String, String, Exception)}, where it is the facts at other pointers that the value contradicts.
     */
    PlatformFileException contradicts(String key, String expected, Collection<String> others) {
        return facts.error(pointer(key), expected, node.get(key), null, others);
    }

    void check(String key, String expected, Runnable use) {
        try {
            use.run();
        } catch (IllegalArgumentException e) {
            throw bad(key, expected + " (" + e.getMessage() + ")", e);
        }
    }

    Optional<String> text(String key) {
        return text(key, "a text");
    }

    private Optional<String> text(String key, String expected) {
        return get(key).map(n -> {
            if (!n.isString()) {
                // YAML reads 24.11 and true as no text, but for quotes
                throw bad(key, expected + (n.isValueNode() ? ", in quotes" : ""), null);
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

    /** A text for people. */
    Optional<String> line(String key, String expected) {
        return matching(key, expected + ", in one line", Name.LINE);
    }

    /** A name that goes into scripts and commands as it is. */
    Optional<String> name(String key, String expected) {
        return value(key, expected + ": " + Name.FORM, text -> {
            if (!Name.fits(text)) {
                throw new IllegalArgumentException(text);
            }
            return text;
        });
    }

    /** The name of one of the site's own things, such as a group of login nodes. */
    <T> Optional<T> oneOf(String key, String kind, Map<String, T> things) {
        return text(key).map(name -> thing(key, "one", kind, things, name));
    }

    /** The names of some of the site's own things. */
    <T> List<T> someOf(String key, String kind, Map<String, T> things) {
        return texts(key).stream()
                .map(name -> thing(key, "keys", kind, things, name))
                .toList();
    }

    private <T> T thing(String key, String what, String kind, Map<String, T> things, String name) {
        T thing = things.get(name);
        if (thing == null) {
            throw contradicts(
                    key,
                    what + " of " + kind + ": " + things.keySet() + " (there is no " + name + ")",
                    List.of(SiteFacts.below("/" + kind, name)));
        }
        return thing;
    }

    <T> Optional<T> value(String key, String expected, Function<String, T> parse) {
        return text(key, expected).map(t -> {
            try {
                return parse.apply(t);
            } catch (RuntimeException e) {
                throw bad(key, expected, e);
            }
        });
    }

    /** Like {@link #value}, with what the parser has to say. */
    <T> Optional<T> parsed(String key, String expected, Function<String, T> parse) {
        return text(key, expected).map(t -> {
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
        return name(key, "a type such as a100");
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
            if (!n.isNumber()
                    || !Double.isFinite(n.asDouble())
                    || n.decimalValue().signum() < 0) {
                throw bad(key, "a number of at least 0", null);
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
        object.names().forEach(name -> texts.put(name, object.text(name).orElseThrow()));
        return Collections.unmodifiableMap(texts);
    }

    /** The objects of an object, by key. */
    Map<String, Section> parts(String key) {
        Section object = part(key);
        Map<String, Section> objects = new LinkedHashMap<>();
        object.names().forEach(name -> objects.put(name, object.part(name)));
        return objects;
    }

    <T> Map<String, T> each(String key, BiFunction<String, Section, T> read) {
        Map<String, T> values = new LinkedHashMap<>();
        parts(key).forEach((name, part) -> values.put(name, part.read(p -> read.apply(name, p))));
        return Collections.unmodifiableMap(values);
    }

    /** Like {@link #each}, of things whose names go into scripts and commands as they are. */
    <T> Map<String, T> eachNamed(String key, BiFunction<String, Section, T> read) {
        return each(key, (name, part) -> {
            if (!Name.fits(name)) {
                throw facts.error(part.pointer, "a name: " + Name.FORM, StringNode.valueOf(name), null);
            }
            return read.apply(name, part);
        });
    }

    /** Reads this object; what is refused without a word of where it stands, stands here. */
    <T> T read(Function<Section, T> read) {
        try {
            return read.apply(this);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw facts.error(pointer, "facts that can be used (" + e.getMessage() + ")", node, e);
        }
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
                values.add(part.read(read));
            }
        });
        return List.copyOf(values);
    }

    private Stream<String> keys() {
        return List.copyOf(node.propertyNames()).stream();
    }

    /**
     * The keys of an object that may have any, but for those that a null took away; there must be something to take.
     */
    private Stream<String> names() {
        return keys().filter(name -> {
            boolean there = get(name).isPresent();
            if (!there && !facts.isForgotten(pointer(name))) {
                throw bad(name, "a value, as there is no " + name + " that null could take away", null);
            }
            return there;
        });
    }

    void refuseUnknownKeys() {
        keys().filter(key -> !known.contains(key)).findFirst().ifPresent(key -> {
            throw bad(key, "no such key, but only " + known, null);
        });
        parts.values().forEach(Section::refuseUnknownKeys);
    }
}
