package io.github.slurmray.ray;

import java.util.Map;
import java.util.Objects;

/**
 * A node as Ray's control store (GCS) lists it.
 *
 * @param nodeId Ray's id of the node, in hexadecimal
 * @param ip the address that the node gave itself
 * @param name the node's name: what {@code ray start --node-name} said, else the address
 * @param state Ray's word, {@code ALIVE} or {@code DEAD}
 * @param head whether it is the head; false if this Ray doesn't say
 * @param resources what the node offers, such as {@code CPU} and {@code GPU}; {@code memory} in bytes
 */
public record RayNode(
        String nodeId, String ip, String name, String state, boolean head, Map<String, Double> resources) {
    /** Copies the resources. */
    public RayNode {
        Objects.requireNonNull(nodeId, "nodeId");
        Objects.requireNonNull(ip, "ip");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(state, "state");
        resources = Map.copyOf(resources);
    }

    /**
     * Tells whether the node takes part in the cluster.
     *
     * @return true if its state is {@code ALIVE}
     */
    public boolean alive() {
        return state.equals("ALIVE");
    }
}
