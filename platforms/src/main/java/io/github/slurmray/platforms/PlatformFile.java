package io.github.slurmray.platforms;

import io.github.slurmray.core.Memory;
import io.github.slurmray.core.WallTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a platform from JSON; every error names the file, the JSON pointer, the value and what was expected. */
final class PlatformFile {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final String file;

    private PlatformFile(String file) {
        this.file = file;
    }

    static Platform parse(byte[] json, String file) {
        return new PlatformFile(file).platform(json);
    }

    private Platform platform(byte[] json) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new PlatformFileException(file + " is not JSON: " + e.getOriginalMessage(), e);
        }
        Section site = new Section(root, "");
        Platform platform;
        try {
            platform = new Platform(
                    site.text("name").orElseThrow(() -> site.bad("name", "a name")),
                    site.each("partitions", this::partition),
                    site.text("moduleInit"),
                    site.text("networkInterface"),
                    site.text("runDirectory").orElse(Platform.DEFAULT_RUN_DIRECTORY),
                    site.value("pollFloor", "an ISO 8601 duration such as PT5S", Duration::parse)
                            .orElse(Platform.DEFAULT_POLL_FLOOR),
                    reaches(site),
                    site.each("rayEnvironments", this::rayEnvironment),
                    site.text("defaultRayEnvironment"));
        } catch (IllegalArgumentException e) {
            throw new PlatformFileException(file + ": " + e.getMessage(), e);
        }
        site.refuseUnknownKeys();
        return platform;
    }

    private static Set<Reach> reaches(Section site) {
        Set<Reach> reaches = new LinkedHashSet<>();
        for (String name : site.texts("reaches")) {
            try {
                reaches.add(Reach.valueOf(name));
            } catch (IllegalArgumentException e) {
                throw site.bad("reaches", "some of " + List.of(Reach.values()));
            }
        }
        return reaches;
    }

    private Partition partition(String name, Section s) {
        return new Partition(
                name,
                s.value("maxTime", "a time in Slurm's form such as 1-00:00:00", WallTime::parse),
                s.number("maxNodes"),
                s.number("cpusPerNode"),
                s.value("memoryPerNode", "an amount in Slurm's form such as 16G", Memory::parse),
                s.number("gpusPerNode"));
    }

    private RayEnvironment rayEnvironment(String name, Section s) {
        RayEnvironment.Builder builder = RayEnvironment.builder();
        s.texts("setup").forEach(builder::setupLine);
        builder.wrapper(s.texts("wrapper").toArray(String[]::new));
        s.text("virtualEnvironment").ifPresent(builder::virtualEnvironment);
        s.value("rayVersion", "a version such as 2.43.0", v -> {
            builder.rayVersion(v);
            return v;
        });
        return builder.build();
    }

    /** One JSON object and the keys that were asked of it, so that the others can be refused. */
    private final class Section {
        private final JsonNode node;
        private final String pointer;
        private final Set<String> known = new LinkedHashSet<>();
        private final List<Section> parts = new ArrayList<>();

        Section(JsonNode node, String pointer) {
            this.node = node;
            this.pointer = pointer;
            if (!node.isObject()) {
                throw new PlatformFileException(
                        file + " at '" + pointer + "': expected an object, but found " + node, null);
            }
        }

        private Optional<JsonNode> get(String key) {
            known.add(key);
            return Optional.ofNullable(node.get(key)).filter(n -> !n.isNull());
        }

        PlatformFileException bad(String key, String expected) {
            return new PlatformFileException(
                    file + " at '" + pointer + "/" + key + "': expected " + expected + ", but found "
                            + Optional.ofNullable(node.get(key)).map(JsonNode::toString).orElse("nothing"),
                    null);
        }

        Optional<String> text(String key) {
            return get(key).map(n -> {
                if (!n.isString()) {
                    throw bad(key, "a text");
                }
                return n.stringValue();
            });
        }

        <T> Optional<T> value(String key, String expected, Function<String, T> parse) {
            return text(key).map(t -> {
                try {
                    return parse.apply(t);
                } catch (RuntimeException e) {
                    throw bad(key, expected);
                }
            });
        }

        OptionalInt number(String key) {
            Optional<JsonNode> n = get(key);
            if (n.isEmpty()) {
                return OptionalInt.empty();
            }
            if (!n.get().isInt() || n.get().intValue() < 0) {
                throw bad(key, "a whole number of at least 0");
            }
            return OptionalInt.of(n.get().intValue());
        }

        List<String> texts(String key) {
            List<String> texts = new ArrayList<>();
            get(key).ifPresent(array -> {
                if (!array.isArray()) {
                    throw bad(key, "a list of texts");
                }
                for (JsonNode n : array) {
                    if (!n.isString()) {
                        throw bad(key, "a list of texts");
                    }
                    texts.add(n.stringValue());
                }
            });
            return texts;
        }

        <T> Map<String, T> each(String key, java.util.function.BiFunction<String, Section, T> read) {
            Map<String, T> values = new LinkedHashMap<>();
            get(key).ifPresent(object -> {
                if (!object.isObject()) {
                    throw bad(key, "an object");
                }
                object.forEachEntry((name, child) -> {
                    Section part = new Section(child, pointer + "/" + key + "/" + name);
                    parts.add(part);
                    values.put(name, read.apply(name, part));
                });
            });
            return values;
        }

        void refuseUnknownKeys() {
            node.forEachEntry((key, value) -> {
                if (!known.contains(key)) {
                    throw new PlatformFileException(
                            file + " at '" + pointer + "/" + key + "': unknown key; known are " + known, null);
                }
            });
            parts.forEach(Section::refuseUnknownKeys);
        }
    }
}
