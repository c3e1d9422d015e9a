package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The published schema, the shipped files and the loader say the same. */
class SchemaTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final JsonNode SCHEMA = resource("platform.schema.json");
    private static final Schema VALIDATOR = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SCHEMA);

    /** A key that the schema knows, or a place for one, from the root down; {@code []} is a list's element. */
    record Key(List<String> path) {
        /** A site that has this value there and nothing else but its name. */
        ObjectNode site(JsonNode value) {
            ObjectNode root = JSON.createObjectNode().put("name", "x");
            put(root, 0, value);
            return root;
        }

        private void put(ObjectNode into, int i, JsonNode value) {
            String key = path.get(i);
            boolean last = i == path.size() - 1;
            boolean list = !last && path.get(i + 1).equals("[]");
            if (last) {
                into.set(key, value);
            } else if (list) {
                ArrayNode array = into.putArray(key);
                put(array.addObject(), i + 2, value);
            } else {
                put(into.putObject(key), i + 1, value);
            }
        }

        Key below(String key) {
            List<String> longer = new ArrayList<>(path);
            longer.add(key);
            return new Key(longer);
        }

        @Override
        public String toString() {
            return String.join("/", path);
        }
    }

    private static JsonNode resource(String name) {
        try (InputStream in = Objects.requireNonNull(Platform.class.getResourceAsStream(name), name)) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Key> keys() {
        List<Key> keys = new ArrayList<>();
        collect(SCHEMA, new Key(List.of()), keys, false);
        return keys.stream().filter(k -> !k.path().equals(List.of("name")));
    }

    static Stream<Key> closedObjects() {
        List<Key> objects = new ArrayList<>();
        collect(SCHEMA, new Key(List.of()), objects, true);
        return objects.stream();
    }

    private static void collect(JsonNode schema, Key at, List<Key> found, boolean closedObjects) {
        JsonNode properties = schema.path("properties");
        JsonNode others = schema.path("additionalProperties");
        if (closedObjects && others.isBoolean()) {
            found.add(at.below("colour"));
        }
        properties.forEachEntry((name, value) -> {
            boolean source = name.equals("source");
            if (!closedObjects && !source) {
                found.add(at.below(name));
            }
            if (!source) {
                collect(value, at.below(name), found, closedObjects);
            }
        });
        if (others.isObject()) {
            collect(others, at.below("k"), found, closedObjects);
        }
        if (schema.path("items").isObject()) {
            collect(schema.path("items"), at.below("[]"), found, closedObjects);
        }
    }

    private static Platform load(JsonNode site) {
        return PlatformFile.parse(JSON.writeValueAsBytes(site), "site.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "csc-puhti",
                "csc-mahti",
                "csc-roihu",
                "csc-roihu-cpu",
                "csc-roihu-gpu",
                "lumi",
                "lumi-c",
                "lumi-g",
                "azure-cyclecloud",
                "onprem-apptainer",
                "lab"
            })
    void aShippedFileFitsTheSchema(String name) {
        assertThat(VALIDATOR.validate(resource(name + ".json"))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void theLoaderKnowsEachKeyOfTheSchema(Key key) {
        String message;
        try {
            load(key.site(JSON.createArrayNode().addArray().addArray()));
            return;
        } catch (PlatformFileException e) {
            message = Objects.requireNonNull(e.getMessage());
        }
        assertThat(message).doesNotContain("no such key");
    }

    @ParameterizedTest
    @MethodSource("closedObjects")
    void anUnknownKeyIsRefusedByTheSchemaAndTheLoader(Key key) {
        ObjectNode site = key.site(JSON.stringNode("red"));

        assertThat(VALIDATOR.validate(site)).isNotEmpty();
        assertThatThrownBy(() -> load(site)).isInstanceOf(PlatformFileException.class);
    }

    @Test
    void aSiteOfNothingButItsNameFits() {
        assertThat(VALIDATOR.validate(JSON.createObjectNode().put("name", "x"))).isEmpty();
        assertThat(VALIDATOR.validate(JSON.createObjectNode())).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxTime\": \"1w\"}}}",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"memory\": {\"perNode\": \"16 GB\"}}}}",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"maxNodes\": 0}}}",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"allocation\": \"SOCKET\"}}}",
                "{\"name\": \"x\", \"policies\": {\"pollFloor\": \"5s\"}}",
                "{\"name\": \"x\", \"network\": {\"interface\": \"a b\"}}",
                "{\"name\": \"x\", \"outward\": {\"all\": [\"everywhere\"]}}",
                "{\"name\": \"x\", \"hostKeys\": {\"ed25519\": \"MD5:12\"}}",
                "{\"name\": \"x\", \"lifeSpan\": {\"until\": \"soon\"}}",
                "{\"name\": \"x\", \"modules\": {\"init\": \"a\\nb\"}}",
                "{\"name\": \"  \"}",
                "{\"name\": \"a\\u2028b\"}",
                "{\"name\": \"x\", \"title\": \"a\\u202eb\"}",
                "{\"name\": \"x\", \"runDirectory\": \" \"}",
                "{\"name\": \"x\", \"runDirectory\": \"a/../b\"}",
                "{\"name\": \"x\", \"partitions\": {\"$(id)\": {}}}",
                "{\"name\": \"x\", \"partitions\": {\"source\": {}}}",
                "{\"name\": \"x\", \"nodeTypes\": {\"a b\": {}}}",
                "{\"name\": \"x\", \"nodeTypes\": {\"n\": {\"interface\": \"$(id)\"}}}",
                "{\"name\": \"x\", \"nodeTypes\": {\"n\": {\"gpus\": {\"type\": \"a:b\"}}}}",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"gpus\": {\"type\": \"\"}}}}",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"gpus\": {\"slice\": {\"type\": \"a b\"}}}}}",
                "{\"name\": \"x\", \"billing\": {\"samples\": [{\"partition\": \"p\", \"time\": \"1:00:00\","
                        + " \"total\": \"1\", \"memoryGiB\": -1}]}}",
                "{\"name\": \"x\", \"commands\": {\"efficiency\": \"reportseff\"}}",
                "{\"name\": \"x\", \"slurm\": {\"cluster\": \"our cluster\"}}",
                "{\"name\": \"x\", \"slurm\": {\"selectType\": \"cons_tres\"}}",
                "{\"name\": \"x\", \"nodeTypes\": {\"n\": {\"gpus\": {\"type\": \"NVIDIA A100\"}}}}",
                "{\"name\": \"x\", \"partitions\": {\"p\": {\"gpus\": {\"type\": \"a:100\"}}}}",
                "{\"name\": \"x\", \"partitions\": {\"a=b\": {}}}"
            })
    void aWrongValueIsRefusedByTheSchemaAndTheLoader(String site) {
        JsonNode json = JSON.readTree(site);

        assertThat(VALIDATOR.validate(json)).isNotEmpty();
        assertThatThrownBy(() -> load(json)).isInstanceOf(PlatformFileException.class);
    }
}
