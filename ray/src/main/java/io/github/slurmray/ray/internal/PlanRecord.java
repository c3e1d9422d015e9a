package io.github.slurmray.ray.internal;

import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Reach;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.ClusterId;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.RayClusterSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a handle has to know of a cluster: the {@code plan.json} of its run directory, so that another program can
 * attach without the spec and the platform it was launched with.
 *
 * @param id the cluster's id
 * @param nodes the number of all nodes
 * @param timeLimit how long the job may run
 * @param lease how long the job lives without a renewal
 * @param pollFloor the shortest time between two looks at the queue
 * @param loginForward whether the login node can reach the head
 * @param publish the wish to publish
 */
record PlanRecord(
        ClusterId id,
        int nodes,
        Duration timeLimit,
        Duration lease,
        Duration pollFloor,
        boolean loginForward,
        Optional<Publish> publish) {
    private static final int VERSION = 1;
    private static final JsonMapper JSON = JsonMapper.shared();

    static PlanRecord of(ClusterId id, RayClusterSpec spec, Platform platform) {
        return new PlanRecord(
                id,
                spec.topology().nodes(),
                spec.timeLimit(),
                spec.lease(),
                platform.pollFloor(),
                platform.reach(Reach.LOGIN_FORWARD).orElse(true),
                spec.publish());
    }

    /** Whether the SDK has installed a key on the cloud VM. */
    boolean hasEphemeralKey() {
        return publish.filter(p -> p.vm().ownKey().isEmpty()).isPresent();
    }

    /** One line. */
    String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("v", VERSION);
        json.put("id", id.value());
        json.put("nodes", nodes);
        json.put("timeLimit", timeLimit.toString());
        json.put("lease", lease.toString());
        json.put("pollFloor", pollFloor.toString());
        json.put("loginForward", loginForward);
        publish.ifPresent(p -> {
            Map<String, Object> vm = new LinkedHashMap<>();
            vm.put("host", p.vm().host());
            vm.put("sshPort", p.vm().sshPort());
            vm.put("user", p.vm().user());
            vm.put("bindAddress", p.vm().bindAddress());
            vm.put("port", p.vm().port());
            p.vm().ownKey().ifPresent(k -> vm.put("ownKey", k));
            vm.put("required", p.isRequired());
            json.put("publish", vm);
        });
        return JSON.writeValueAsString(json) + "\n";
    }

    static PlanRecord parse(String json) {
        try {
            JsonNode node = JSON.readTree(json);
            JsonNode version = node.path("v");
            if (!version.isInt() || version.intValue() != VERSION) {
                throw new IllegalArgumentException(
                        "version " + version + ", but this library knows version " + VERSION);
            }
            return new PlanRecord(
                    new ClusterId(node.required("id").stringValue()),
                    node.required("nodes").intValue(),
                    Duration.parse(node.required("timeLimit").stringValue()),
                    Duration.parse(node.required("lease").stringValue()),
                    Duration.parse(node.required("pollFloor").stringValue()),
                    node.required("loginForward").booleanValue(),
                    Optional.ofNullable(node.get("publish")).map(PlanRecord::publish));
        } catch (JacksonException | IllegalArgumentException | java.time.DateTimeException e) {
            throw new ProtocolException("this is no plan of a cluster: " + json.strip(), e);
        }
    }

    private static Publish publish(JsonNode node) {
        CloudVm.Builder vm = CloudVm.builder(node.required("host").stringValue())
                .sshPort(node.required("sshPort").intValue())
                .user(node.required("user").stringValue())
                .privateAddress(node.required("bindAddress").stringValue())
                .port(node.required("port").intValue());
        Optional.ofNullable(node.get("ownKey")).map(JsonNode::stringValue).ifPresent(vm::ownKey);
        return new Publish(vm.build(), node.required("required").booleanValue());
    }
}
