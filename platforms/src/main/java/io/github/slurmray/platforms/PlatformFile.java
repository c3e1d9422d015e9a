package io.github.slurmray.platforms;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads a platform from its file, JSON or YAML, and from those that it extends. */
final class PlatformFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** A file's content and where it is; a shipped one has no path. */
    private record Content(String file, @Nullable Path path, ObjectNode root) {}

    private PlatformFile() {}

    static Platform parse(byte[] text, String file) {
        return read(content(text, file, null));
    }

    static Platform load(Path file) {
        return read(contentOf(file));
    }

    static Platform shipped(String name) {
        return read(shippedContent(name).orElseThrow(() -> new IllegalStateException("no site " + name)));
    }

    private static Platform read(Content top) {
        Deque<Content> layers = new ArrayDeque<>(List.of(top));
        List<String> seen = new ArrayList<>(List.of(top.file()));
        for (Optional<Content> base = base(top); base.isPresent(); base = base(base.get())) {
            if (seen.contains(base.get().file())) {
                throw SiteFacts.error(
                        layers.getFirst().file(),
                        "/extends",
                        "a site that doesn't extend this one (" + String.join(" extends ", seen) + ")",
                        layers.getFirst().root().get("extends"),
                        null);
            }
            seen.add(base.get().file());
            layers.push(base.get());
        }
        SiteFacts facts =
                new SiteFacts(layers.getFirst().root(), layers.getFirst().file());
        layers.stream().skip(1).forEach(layer -> facts.lay(layer.root(), layer.file()));
        return new Platform(facts);
    }

    private static Optional<Content> base(Content content) {
        JsonNode named = content.root().get("extends");
        if (named == null || named.isNull()) {
            return Optional.empty();
        }
        String expected = "the name of a shipped site, or a file beside this one that ends in .json, .yaml or .yml";
        if (!named.isString()) {
            throw SiteFacts.error(content.file(), "/extends", expected, named, null);
        }
        String name = named.stringValue();
        Path path = content.path();
        if (path != null && name.matches(".*\\.(json|ya?ml)")) {
            return Optional.of(contentOf(path.resolveSibling(name)));
        }
        Optional<Content> shipped = shippedContent(name);
        if (shipped.isEmpty()) {
            throw SiteFacts.error(content.file(), "/extends", expected, named, null);
        }
        return shipped;
    }

    private static Content contentOf(Path file) {
        try {
            return content(Files.readAllBytes(file), file.toString(), file);
        } catch (IOException e) {
            throw new PlatformFileException("can't read the platform file " + file + ": " + e, e);
        }
    }

    private static Optional<Content> shippedContent(String name) {
        String resource = name + ".json";
        if (!name.matches("[a-z0-9-]+")) {
            return Optional.empty();
        }
        try (InputStream in = PlatformFile.class.getResourceAsStream(resource)) {
            return in == null ? Optional.empty() : Optional.of(content(in.readAllBytes(), resource, null));
        } catch (IOException e) {
            throw new PlatformFileException("can't read the shipped platform " + name, e);
        }
    }

    private static Content content(byte[] text, String file, @Nullable Path path) {
        boolean yaml = file.endsWith(".yaml") || file.endsWith(".yml");
        JsonNode root = tree(yaml ? YAML : JSON, yaml ? "YAML" : "JSON", text, file);
        if (root instanceof ObjectNode object) {
            return new Content(file, path, object);
        }
        throw SiteFacts.error(file, "", "an object", root, null);
    }

    private static JsonNode tree(ObjectMapper mapper, String format, byte[] text, String file) {
        try (JsonParser parser = mapper.createParser(text)) {
            try {
                JsonNode root = mapper.readTree(parser);
                if (root == null || root.isMissingNode()) {
                    throw new PlatformFileException(file + " is not " + format + ": it is empty", null);
                }
                if (parser.nextToken() != null) {
                    throw new PlatformFileException(file + " is not " + format + ": it goes on after its end", null);
                }
                return root;
            } catch (JacksonException e) {
                throw new PlatformFileException(
                        file + " at '" + parser.streamReadContext().pathAsPointer() + "', line "
                                + parser.currentLocation().getLineNr() + ", is not " + format + ": "
                                + e.getOriginalMessage(),
                        e);
            }
        }
    }
}
