package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Host;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.ClusterId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The ephemeral keys of clusters on a cloud VM: each allows one reverse forward, and expires by itself.
 *
 * @param vm the connection to the VM
 */
public record VmKeys(Host vm) {
    private static final String SCRIPT = "vm-keys.sh";

    /** The VM's public host keys, read over a connection that is verified already. */
    List<String> hostKeys() {
        return vm.run(Scripts.command("sh", SCRIPT, "host-keys")).orThrow().lines();
    }

    void add(ClusterId id, CloudVm target, String publicKey, Instant expires) {
        String listen = target.bindAddress() + ":" + target.port();
        vm.run(Scripts.command(
                        "sh", SCRIPT, "add", id.value(), listen, Long.toString(expires.getEpochSecond()), publicKey))
                .orThrow();
    }

    /** Takes the clusters' keys away, in one command; harmless where there is none. */
    void remove(Collection<ClusterId> ids) {
        List<String> words = new ArrayList<>(List.of("remove"));
        ids.forEach(id -> words.add(id.value()));
        vm.run(Scripts.command("sh", SCRIPT, words.toArray(String[]::new))).orThrow();
    }

    /** The text of a known_hosts file by which compute nodes verify the VM. */
    static String knownHosts(CloudVm target, List<String> hostKeys) {
        String name = target.sshPort() == 22 ? target.host() : "[" + target.host() + "]:" + target.sshPort();
        return hostKeys.stream()
                .map(k -> k.split(" ", -1))
                .filter(words -> words.length >= 2)
                .map(words -> name + " " + words[0] + " " + words[1] + "\n")
                .collect(Collectors.joining());
    }
}
