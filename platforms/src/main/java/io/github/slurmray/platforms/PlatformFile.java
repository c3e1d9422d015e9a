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
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a platform from JSON; every error names the file, the JSON pointer, the value and what was expected. */
final class PlatformFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String file;

    private PlatformFile(String file) {
        this.file = file;
    }

    static Platform parse(byte[] json, String file) {
        return new PlatformFile(file).platform(json);
    }

    private Platform platform(byte[] json) {
        Section site = new Section(tree(json), "");
        Map<String, RayEnvironment> rays = site.each("rayEnvironments", this::rayEnvironment);
        Platform platform = new Platform(
                site.value("name", "a name", matching("[^\\p{Cntrl}]+"))
                        .orElseThrow(() -> site.bad("name", "a name", null)),
                site.each("partitions", this::partition),
                site.value("moduleInit", "one line of bash", matching("[^\\p{Cntrl}]+")),
                site.value("networkInterface", "an interface such as eth0", matching("[^\\s/-][^\\s/]{0,14}")),
                // the shell doesn't expand it, and sbatch reads % and \ in the name of its log
                site.value(
                                "runDirectory",
                                "a directory, absolute or below the home directory, without ~ $ % \\",
                                matching("[^\\p{Cntrl}~$%\\\\]+"))
                        .orElse(Platform.DEFAULT_RUN_DIRECTORY),
                site.value("pollFloor", "an ISO 8601 duration of more than zero, such as PT5S", PlatformFile::wait)
                        .orElse(Platform.DEFAULT_POLL_FLOOR),
                reaches(site),
                rays,
                site.value("defaultRayEnvironment", "one of rayEnvironments: " + rays.keySet(), v -> {
                    if (!rays.containsKey(v)) {
                        throw new IllegalArgumentException(v);
                    }
                    return v;
                }));
        site.refuseUnknownKeys();
        return platform;
    }

    private JsonNode tree(byte[] json) {
        try (JsonParser parser = JSON.createParser(json)) {
            try {
                JsonNode root = JSON.readTree(parser);
                if (root == null) {
                    throw new PlatformFileException(file + " is not JSON: it is empty", null);
                }
                if (parser.nextToken() != null) {
                    throw new PlatformFileException(file + " is not JSON: it goes on after its end", null);
                }
                return root;
            } catch (JacksonException e) {
                throw new PlatformFileException(
                        file + " at '" + parser.streamReadContext().pathAsPointer() + "', line "
                                + parser.currentLocation().getLineNr() + ", is not JSON: " + e.getOriginalMessage(),
                        e);
            }
        }
    }

    // RFC 6901
    private static String below(String pointer, String key) {
        return pointer + "/" + key.replace("~", "~0").replace("/", "~1");
    }

    private static Function<String, String> matching(String regex) {
        return text -> {
            if (!text.matches(regex)) {
                throw new IllegalArgumentException(text);
            }
            return text;
        };
    }

    private static Duration wait(String text) {
        Duration wait = Duration.parse(text);
        if (wait.isZero() || wait.isNegative()) {
            throw new IllegalArgumentException(text);
        }
        return wait;
    }

    private static Set<Reach> reaches(Section site) {
        Set<Reach> reaches = new LinkedHashSet<>();
        for (String name : site.texts("reaches")) {
            try {
                reaches.add(Reach.valueOf(name));
            } catch (IllegalArgumentException e) {
                throw site.bad("reaches", "some of " + List.of(Reach.values()), e);
            }
        }
        return reaches;
    }

    private Partition partition(String name, Section s) {
        if (!name.matches("[^\\s,]+")) {
            throw s.bad("a partition's name");
        }
        return new Partition(
                name,
                s.value("maxTime", "a time in Slurm's form such as 1-00:00:00", WallTime::parse),
                s.number("maxNodes", 1),
                s.number("cpusPerNode", 1),
                s.value("memoryPerNode", "an amount in Slurm's form such as 16G", Memory::parse),
                s.number("gpusPerNode", 0));
    }

    private RayEnvironment rayEnvironment(String name, Section s) {
        RayEnvironment.Builder builder = RayEnvironment.builder();
        List<String> setup = s.texts("setup");
        s.check("setup", "lines of bash", () -> setup.forEach(builder::setupLine));
        List<String> wrapper = s.texts("wrapper");
        s.check("wrapper", "the words of a command", () -> builder.wrapper(wrapper.toArray(String[]::new)));
        s.value("virtualEnvironment", "a directory, absolute or below the home directory", builder::virtualEnvironment);
        s.value("rayVersion", "a version such as 2.43.0", builder::rayVersion);
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
                throw bad("an object");
            }
        }

        private Optional<JsonNode> get(String key) {
            known.add(key);
            return Optional.ofNullable(node.get(key)).filter(n -> !n.isNull());
        }

        PlatformFileException bad(String expected) {
            return error(pointer, expected, node, null);
        }

        PlatformFileException bad(String key, String expected, @Nullable Exception cause) {
            return error(pointer(key), expected, node.get(key), cause);
        }

        private PlatformFileException error(
                String where, String expected, @Nullable JsonNode found, @Nullable Exception cause) {
            String value = found == null || found.isMissingNode() ? "nothing" : found.toString();
            return new PlatformFileException(
                    file + " at '" + where + "': expected " + expected + ", but found " + value, cause);
        }

        private String pointer(String key) {
            return below(pointer, key);
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

        <T> Optional<T> value(String key, String expected, Function<String, T> parse) {
            return text(key).map(t -> {
                try {
                    return parse.apply(t);
                } catch (RuntimeException e) {
                    throw bad(key, expected, e);
                }
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
            return texts;
        }

        <T> Map<String, T> each(String key, BiFunction<String, Section, T> read) {
            Map<String, T> values = new LinkedHashMap<>();
            get(key).ifPresent(object -> {
                if (!object.isObject()) {
                    throw bad(key, "an object", null);
                }
                object.forEachEntry((name, child) -> {
                    Section part = new Section(child, below(pointer(key), name));
                    parts.add(part);
                    values.put(name, read.apply(name, part));
                });
            });
            return values;
        }

        void refuseUnknownKeys() {
            node.forEachEntry((key, value) -> {
                if (!known.contains(key)) {
                    throw error(pointer(key), "no such key, but only " + known, value, null);
                }
            });
            parts.forEach(Section::refuseUnknownKeys);
        }
    }
}
