package io.github.slurmray.platforms;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The facts of a site, from one file or from several laid over each other (RFC 7396: a later file's keys win, its null
 * takes a fact away), and for each where it comes from.
 */
final class SiteFacts {
    private static final Set<String> NO_FACTS = Set.of("$schema", "sources", "source", "extends");

    private final ObjectNode tree;
    private final Map<String, Origin> origins = new HashMap<>();
    private final Set<String> forgotten = new HashSet<>();
    private String file;

    /** Which file says a fact, and on whose word. */
    private record Origin(String file, List<Source> sources) {}

    /** Takes the facts of one file. */
    SiteFacts(ObjectNode root, String file) {
        this.tree = root.objectNode();
        this.file = file;
        lay(root, file);
    }

    /** Lays another file's facts over these. */
    void lay(ObjectNode root, String over) {
        this.file = over;
        new Layer(root, over).merge(tree, root, "");
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

    /** Tells whether a file took a fact away that another one had. */
    boolean isForgotten(String pointer) {
        return forgotten.contains(pointer);
    }

    // RFC 6901
    static String below(String pointer, String key) {
        return pointer + "/" + key.replace("~", "~0").replace("/", "~1");
    }

    PlatformFileException error(String pointer, String expected, @Nullable JsonNode found, @Nullable Exception cause) {
        return error(originOf(pointer), pointer, expected, found, cause);
    }

    private String originOf(String pointer) {
        for (String p = pointer; !p.isEmpty(); p = p.substring(0, p.lastIndexOf('/'))) {
            Origin origin = origins.get(p);
            if (origin != null) {
                return origin.file();
            }
        }
        return file;
    }

    static PlatformFileException error(
            String file, String pointer, String expected, @Nullable JsonNode found, @Nullable Exception cause) {
        String value = found == null || found.isMissingNode() ? "nothing" : found.toString();
        return new PlatformFileException(
                file + " at '" + pointer + "': expected " + expected + ", but found " + value, cause);
    }

    /** One file. */
    private final class Layer {
        private final String name;
        private final Map<String, Source> sources;
        private final List<Source> ofItself;

        Layer(ObjectNode root, String name) {
            this.name = name;
            Section top = new Section(SiteFacts.this, root, "");
            this.ofItself = List.of(Source.file(name, top.value("asOf", "a day such as 2026-08-21", LocalDate::parse)));
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
            origins.put(pointer, new Origin(name, rest));
            from.forEachEntry((key, value) -> {
                if (key.equals("source") || (pointer.isEmpty() && NO_FACTS.contains(key))) {
                    return;
                }
                String at = below(pointer, key);
                if (into.has(key) && !value.isObject()) {
                    origins.keySet().removeIf(p -> p.startsWith(at + "/"));
                }
                if (value.isNull()) {
                    into.remove(key);
                    origins.remove(at);
                    forgotten.add(at);
                    return;
                }
                List<Source> of = named.getOrDefault(key, rest);
                if (value instanceof ObjectNode object) {
                    ObjectNode inner = into.get(key) instanceof ObjectNode before ? before : into.putObject(key);
                    merge(inner, object, at, of);
                } else {
                    into.set(key, value);
                    origins.put(at, new Origin(name, of));
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
                    origins.put(below(pointer, Integer.toString(i)), new Origin(name, outer));
                }
            }
        }

        private Map<String, List<Source>> named(@Nullable JsonNode source, String pointer) {
            Map<String, List<Source>> named = new LinkedHashMap<>();
            if (source instanceof ObjectNode byKey) {
                byKey.forEachEntry((key, keys) -> named.put(key, resolve(keys, below(pointer, key))));
            } else if (source != null && !source.isNull()) {
                named.put("*", resolve(source, pointer));
            }
            return named;
        }

        private List<Source> resolve(JsonNode keys, String pointer) {
            List<Source> resolved = new ArrayList<>();
            for (JsonNode key : keys.isArray() ? List.copyOf(keys.values()) : List.of(keys)) {
                Optional<Source> source =
                        Optional.of(key).filter(JsonNode::isString).map(k -> sources.get(k.stringValue()));
                resolved.add(source.orElseThrow(
                        () -> error(name, pointer, "one of the keys of sources: " + sources.keySet(), key, null)));
            }
            return List.copyOf(resolved);
        }
    }
}
