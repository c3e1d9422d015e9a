package io.github.slurmray.platforms;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
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
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/** Reads a platform from its file, JSON or YAML, and from those that it extends. */
final class PlatformFile {
    /** The bytes of a file; the largest that is shipped has 30 kB. */
    private static final int MOST = 1 << 20;

    private static final int LONGEST_SHOWN = 100;
    private static final String A_BASE =
            "the name of a shipped site, or that of a file beside this one which ends in .json, .yaml or .yml";

    // what comes after the end is found below, to say so in our words
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** What a file is held for whose name tells nothing. */
    private static final String NOT_YAML = "JSON (YAML is what ends in .yaml or .yml)";

    /** A file's content and where it is; a shipped one has no path. */
    private record Content(String file, @Nullable Path path, ObjectNode root) {}

    private PlatformFile() {}

    static Platform parse(byte[] text, String file) {
        return read(content(text, file, null));
    }

    static Platform load(Path file) {
        try {
            return read(content(bytes(file), file.toString(), file));
        } catch (IOException e) {
            throw new PlatformFileException("can't read the platform file " + file + ": " + e.getMessage(), e);
        }
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
        return facts.root().read(site -> new Platform(facts));
    }

    private static Optional<Content> base(Content content) {
        JsonNode named = content.root().get("extends");
        if (named == null || named.isNull()) {
            return Optional.empty();
        }
        if (!named.isString()) {
            throw SiteFacts.error(content.file(), "/extends", A_BASE, named, null);
        }
        String name = named.stringValue();
        Path path = content.path();
        if (path != null && name.matches("[^/\\\\\\p{C}]+\\.(json|ya?ml)")) {
            try {
                Path beside = path.resolveSibling(name);
                return Optional.of(content(bytes(beside), beside.toString(), beside));
            } catch (IOException | InvalidPathException e) {
                String expected = "a file that can be read (" + e.getMessage() + ")";
                throw SiteFacts.error(content.file(), "/extends", expected, named, e);
            }
        }
        Optional<Content> shipped = shippedContent(name);
        if (shipped.isEmpty()) {
            throw SiteFacts.error(content.file(), "/extends", A_BASE, named, null);
        }
        return shipped;
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

    /** Reads a file; neither a device nor a pipe, which may have no end, and nothing that is too large for a site. */
    private static byte[] bytes(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(Files.exists(file) ? "it is no regular file" : "there is no such file");
        }
        if (!Files.isReadable(file)) {
            throw new IOException("it may not be read");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST + 1);
            if (bytes.length > MOST) {
                throw new IOException("it has more than " + (MOST >> 20) + " MiB");
            }
            return bytes;
        }
    }

    private static Content content(byte[] bytes, String file, @Nullable Path path) {
        boolean yaml = file.endsWith(".yaml") || file.endsWith(".yml");
        String text = text(bytes, file);
        if (yaml) {
            refuseReferences(text, file);
        }
        JsonNode root =
                tree(yaml ? YAML : JSON, yaml ? "YAML" : file.endsWith(".json") ? "JSON" : NOT_YAML, text, file);
        if (root instanceof ObjectNode object) {
            return new Content(file, path, object);
        }
        throw SiteFacts.error(file, "", "an object", root, null);
    }

    private static String text(byte[] bytes, String file) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(in).toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            String before = new String(bytes, 0, in.position(), StandardCharsets.UTF_8);
            throw new PlatformFileException(
                    file + ", line "
                            + (1 + before.chars().filter(c -> c == '\n').count()) + ", is not UTF-8",
                    e);
        }
    }

    private static JsonNode tree(ObjectMapper mapper, String format, String text, String file) {
        try (JsonParser parser = mapper.createParser(text)) {
            try {
                JsonNode root = mapper.readTree(parser);
                if (root == null || root.isMissingNode()) {
                    throw new PlatformFileException(file + " is not " + format + ": it is empty", null);
                }
                if (parser.nextToken() != null) {
                    int line = parser.currentLocation().getLineNr();
                    throw unreadable(parser, file, format, new Unreadable(line, "it goes on after its end"), null);
                }
                return root;
            } catch (JacksonException e) {
                throw unreadable(parser, file, format, Unreadable.of(e, parser.currentLocation(), text), e);
            }
        }
    }

    /** An alias would be read as a text, its own name, and a tag as nothing. */
    private static void refuseReferences(String text, String file) {
        try (YAMLParser parser = (YAMLParser) YAML.createParser(text)) {
            while (parser.nextToken() != null) {
                String found = parser.isCurrentAlias()
                        ? "the alias *" + parser.getString()
                        : parser.getObjectId() != null
                                ? "the anchor &" + parser.getObjectId()
                                : parser.getTypeId() != null ? "the tag " + parser.getTypeId() : "";
                if (!found.isEmpty()) {
                    throw new PlatformFileException(
                            place(parser, file, parser.currentTokenLocation().getLineNr())
                                    + ": expected a value without alias, anchor and tag, but found "
                                    + Name.shown(found, LONGEST_SHOWN),
                            null);
                }
            }
        } catch (JacksonException e) {
            // the same is found, and said, when the text is read
            return;
        }
    }

    private static PlatformFileException unreadable(
            JsonParser parser, String file, String format, Unreadable why, @Nullable JacksonException cause) {
        return new PlatformFileException(
                place(parser, file, why.line()) + ", is not " + format + ": " + why.why(), cause);
    }

    private static String place(JsonParser parser, String file, int line) {
        String pointer = parser.streamReadContext().pathAsPointer().toString();
        return SiteFacts.at(file, Name.shown(pointer, LONGEST_SHOWN)) + ", line " + line;
    }
}
