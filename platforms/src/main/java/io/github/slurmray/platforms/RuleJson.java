package io.github.slurmray.platforms;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A value in a list of rules and where it stands, so that an error can name both. */
final class RuleJson {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final int SHOWN = 200;

    private final String format;
    private final String pointer;
    private final JsonNode node;

    private RuleJson(String format, String pointer, JsonNode node) {
        this.format = format;
        this.pointer = pointer;
        this.node = node;
    }

    static RuleJson parse(String format, String text) {
        try {
            JsonNode root = JSON.readTree(text);
            if (root == null || root.isMissingNode()) {
                throw new RuleListException(format + " is not JSON: it is empty", null);
            }
            return new RuleJson(format, "", root);
        } catch (JacksonException e) {
            String line =
                    e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
            throw new RuleListException(format + line + ", is not JSON: " + reason(e), e);
        }
    }

    // in our own words: the library's name its settings and classes
    private static String reason(JacksonException e) {
        if (e instanceof UnexpectedEndOfInputException) {
            return "it ends in the middle of a value; give all that was printed";
        }
        if (e instanceof StreamConstraintsException) {
            return "it is nested too deep, or a number or name in it is too long; give what was printed";
        }
        if (e instanceof DatabindException) {
            return "it goes on after its end; give one list alone";
        }
        return "there is a character that can't stand there, a key twice, or no end; give all that was printed";
    }

    /**
     * Checks that an object has no key that the reader doesn't know, since such a one may change what the others mean.
     */
    RuleJson withOnly(Set<String> keys) {
        if (!node.isObject()) {
            throw bad("an object");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!keys.contains(entry.getKey())) {
                throw below(entry.getKey(), entry.getValue())
                        .bad("one of the keys " + keys.stream().sorted().toList()
                                + ", since what another one changes isn't known; leave it out if that is nothing");
            }
        }
        return this;
    }

    /** Whether this is an object that has no other keys than these. */
    boolean hasOnly(Set<String> keys) {
        return node.isObject() && node.properties().stream().allMatch(e -> keys.contains(e.getKey()));
    }

    boolean hasOnly(String... keys) {
        return hasOnly(Set.of(keys));
    }

    RuleListException bad(String expected) {
        return bad(expected, null);
    }

    RuleListException bad(String expected, @Nullable Throwable cause) {
        return new RuleListException(
                format + " at '" + pointer + "': expected " + expected + ", but found " + this, cause);
    }

    RuleListException missing(String key, String expected) {
        return new RuleListException(
                format + " at '" + pointer + "/" + key + "': expected " + expected + ", but found nothing", null);
    }

    NotUnderstood unclear(String why) {
        return new NotUnderstood(pointer, toString(), why);
    }

    boolean isNull() {
        return node.isNull();
    }

    /** Whether this is neither an object nor a list. */
    boolean isScalar() {
        return node.isValueNode();
    }

    /** Whether an object has a key, if only with null. */
    boolean has(String key) {
        return node.has(key);
    }

    boolean isObject() {
        return node.isObject();
    }

    boolean isArray() {
        return node.isArray();
    }

    /** The value of a key; empty if there is none, or null. */
    Optional<RuleJson> get(String key) {
        JsonNode value = node.get(key);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(below(key, value));
    }

    RuleJson need(String key, String expected) {
        return get(key).orElseThrow(() -> missing(key, expected));
    }

    private RuleJson below(String key, JsonNode value) {
        // RFC 6901
        return new RuleJson(format, pointer + "/" + key.replace("~", "~0").replace("/", "~1"), value);
    }

    /** The items of an array. */
    List<RuleJson> items() {
        if (!node.isArray()) {
            throw bad("a list");
        }
        List<RuleJson> items = new ArrayList<>();
        for (JsonNode item : node) {
            items.add(below(Integer.toString(items.size()), item));
        }
        return items;
    }

    /** The items of an array, or the values of an object. */
    List<RuleJson> values() {
        if (!node.isObject()) {
            return items();
        }
        return node.properties().stream()
                .map(e -> below(e.getKey(), e.getValue()))
                .toList();
    }

    /** The items of an array, or this value alone. */
    List<RuleJson> itemsOrSelf() {
        return node.isArray() ? items() : List.of(this);
    }

    /** The name of an object's only key, and its value, which may be null. */
    Map.Entry<String, RuleJson> only(String expected) {
        if (!node.isObject() || node.size() != 1) {
            throw bad(expected);
        }
        Map.Entry<String, JsonNode> entry = node.properties().iterator().next();
        return Map.entry(entry.getKey(), below(entry.getKey(), entry.getValue()));
    }

    Optional<String> asText() {
        return node.isString() ? Optional.of(node.stringValue()) : Optional.empty();
    }

    OptionalInt asInt() {
        return node.isInt() ? OptionalInt.of(node.intValue()) : OptionalInt.empty();
    }

    String text(String expected) {
        return asText().orElseThrow(() -> bad(expected));
    }

    int number(String expected) {
        return asInt().orElseThrow(() -> bad(expected));
    }

    /** The whole value as JSON. */
    String json() {
        return node.toString();
    }

    /** Returns the value as JSON, cut if it is long. */
    @Override
    public String toString() {
        return cut(json(), SHOWN + 3);
    }

    /** A text no longer than that, with an ellipsis where it is cut, which is never within a character. */
    static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = longest - 3;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "...";
    }
}
