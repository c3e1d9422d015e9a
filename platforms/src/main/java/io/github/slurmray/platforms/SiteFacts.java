package io.github.slurmray.platforms;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The facts of a site, from one file or from several laid over each other (RFC 7396: a later file's keys win, its null
 * takes a fact away), and for each where it comes from.
 */
final class SiteFacts {
    private static final int LONGEST_POINTER = 300;
    private static final int LONGEST_EXPECTED = 1_500;
    private static final int LONGEST_VALUE = 200;
    private static final Set<String> NO_FACTS = Set.of("$schema", "sources", "source", "extends");

    private final ObjectNode tree;
    // sorted, so that all below a pointer can be dropped at once
    private final NavigableMap<String, Origin> origins = new TreeMap<>();
    private final Set<String> forgotten = new HashSet<>();
    private Origin last;

    /** Which file says a fact, the how many-th of those laid over each other, and on whose word. */
    private record Origin(int layer, String file, List<Source> sources) {
        Origin with(List<Source> others) {
            return new Origin(layer, file, others);
        }
    }

    /** Takes the facts of one file. */
    SiteFacts(ObjectNode root, String file) {
        this.tree = root.objectNode();
        this.last = new Origin(0, file, List.of());
        lay(root, file);
    }

    /** Lays another file's facts over these. */
    void lay(ObjectNode root, String over) {
        this.last = new Origin(last.layer() + 1, over, List.of());
        new Layer(root, last).merge(tree, root, "");
    }

    /** Returns the facts, without the keys that say where they are from. */
    Section root() {
        return new Section(this, tree, "");
    }

    /** Returns on whose word a fact stands; empty if it isn't known. */
    List<Source> sources(String pointer) {
        Origin origin = origins.get(pointer);
        return origin == null ? List.of() : origin.sources();
    }

    /** Tells whether a file took a fact away, or all around it, that another one had. */
    boolean isForgotten(String pointer) {
        return outwards(pointer).anyMatch(forgotten::contains);
    }

    private static Stream<String> outwards(String pointer) {
        return Stream.iterate(pointer, p -> !p.isEmpty(), p -> p.substring(0, p.lastIndexOf('/')));
    }

    // RFC 6901
    static String below(String pointer, String key) {
        return pointer + "/" + key.replace("~", "~0").replace("/", "~1");
    }

    PlatformFileException error(String pointer, String expected, @Nullable JsonNode found, @Nullable Exception cause) {
        return error(pointer, expected, found, cause, List.of());
    }

    /** What contradicts facts at other pointers is the fault of the file that was laid over the others. */
    PlatformFileException error(
            String pointer,
            String expected,
            @Nullable JsonNode found,
            @Nullable Exception cause,
            Collection<String> others) {
        Origin here = originOf(pointer);
        Origin fault = others.stream()
                .map(this::originOf)
                .filter(o -> o.layer() > here.layer())
                .max(Comparator.comparingInt(Origin::layer))
                .orElse(here);
        String where = fault.layer() == here.layer() ? "" : " in " + here.file();
        return error(fault.file(), pointer, expected, shown(found) + where, cause);
    }

    private Origin originOf(String pointer) {
        return outwards(pointer)
                .map(origins::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(last);
    }

    static PlatformFileException error(
            String file, String pointer, String expected, @Nullable JsonNode found, @Nullable Exception cause) {
        return error(file, pointer, expected, shown(found), cause);
    }

    private static PlatformFileException error(
            String file, String pointer, String expected, String found, @Nullable Exception cause) {
        return new PlatformFileException(
                at(file, Name.shown(pointer, LONGEST_POINTER)) + ": expected " + Name.shown(expected, LONGEST_EXPECTED)
                        + ", but found " + found,
                cause);
    }

    /** A place in a file; all of it has the empty pointer. */
    static String at(String file, String pointer) {
        return pointer.isEmpty() ? file : file + " at '" + pointer + "'";
    }

    private static String shown(@Nullable JsonNode found) {
        return found == null || found.isMissingNode() ? "nothing" : Name.shown(found.toString(), LONGEST_VALUE);
    }

    /** One file. */
    private final class Layer {
        private final Origin self;
        private final Map<String, Source> sources;
        private final List<Source> ofItself;

        Layer(ObjectNode root, Origin self) {
            this.self = self;
            if (root.has("asOf")) {
                origins.put("/asOf", self);
            }
            Section top = new Section(SiteFacts.this, root, "");
            this.ofItself =
                    List.of(Source.file(self.file(), top.value("asOf", "a day such as 2026-08-21", LocalDate::parse)));
            this.sources = top.each("sources", (key, s) -> {
                Source source = Source.read(s);
                s.refuseUnknownKeys();
                return source;
            });
        }

        void merge(ObjectNode into, ObjectNode from, String pointer) {
            merge(into, from, pointer, ofItself);
        }

        private void merge(ObjectNode into, ObjectNode from, String pointer, List<Source> outer) {
            Map<String, List<Source>> named = named(from.get("source"), below(pointer, "source"));
            List<Source> rest = named.getOrDefault("*", outer);
            origins.put(pointer, self.with(rest));
            from.forEachEntry((key, value) -> {
                if (key.equals("source") || (pointer.isEmpty() && NO_FACTS.contains(key))) {
                    return;
                }
                String at = below(pointer, key);
                JsonNode before = into.get(key);
                if (before != null && !(before.isObject() && value.isObject())) {
                    // '0' is the character after '/'
                    origins.subMap(at + "/", at + "0").clear();
                }
                if (value.isNull()) {
                    if (before != null && !before.isNull()) {
                        forgotten.add(at);
                    }
                    // it stays, so that a key that there isn't is found
                    into.set(key, value);
                    origins.put(at, self);
                    return;
                }
                List<Source> of = named.getOrDefault(key, rest);
                if (value instanceof ObjectNode object) {
                    ObjectNode inner = before instanceof ObjectNode same ? same : into.putObject(key);
                    merge(inner, object, at, of);
                } else {
                    into.set(key, value);
                    origins.put(at, self.with(of));
                    if (value.isArray()) {
                        elements(value, at, of);
                    }
                }
            });
        }

        // the objects in a list have sources of their own, too
        private void elements(JsonNode array, String pointer, List<Source> outer) {
            for (int i = 0; i < array.size(); i++) {
                if (array.get(i) instanceof ObjectNode object) {
                    ObjectNode clean = object.objectNode();
                    merge(clean, object, below(pointer, Integer.toString(i)), outer);
                    object.removeAll();
                    object.setAll(clean);
                } else {
                    origins.put(below(pointer, Integer.toString(i)), self.with(outer));
                }
            }
        }

        private Map<String, List<Source>> named(@Nullable JsonNode source, String pointer) {
            Map<String, List<Source>> named = new LinkedHashMap<>();
            if (source instanceof ObjectNode byKey && !byKey.isEmpty()) {
                byKey.forEachEntry((key, keys) -> named.put(key, resolve(keys, below(pointer, key))));
            } else if (source != null) {
                named.put("*", resolve(source, pointer));
            }
            return named;
        }

        private List<Source> resolve(JsonNode keys, String pointer) {
            List<Source> resolved = new ArrayList<>();
            boolean several = keys.isArray() && !keys.isEmpty();
            for (JsonNode key : several ? List.copyOf(keys.values()) : List.of(keys)) {
                Optional<Source> source =
                        Optional.of(key).filter(JsonNode::isString).map(k -> sources.get(k.stringValue()));
                resolved.add(source.orElseThrow(() ->
                        error(self.file(), pointer, "one of the keys of sources: " + sources.keySet(), key, null)));
            }
            return List.copyOf(resolved);
        }
    }
}
