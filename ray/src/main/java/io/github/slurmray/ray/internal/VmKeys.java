package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.ClusterId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /**
     * Takes clusters' keys away, in one command as a rule. Where there is none, that is fine on the VM where it was
     * put, which is known by the host keys that a run directory has; another machine that answers at its address says
     * nothing.
     *
     * @param clusters the clusters with their run directories
     * @return of those whose key may still be somewhere, why
     */
    Map<ClusterId, String> remove(Map<ClusterId, RunDirectory> clusters) {
        List<String> words = new ArrayList<>(List.of("remove"));
        clusters.keySet().forEach(id -> words.add(id.value()));
        List<String> removed = vm.run(Scripts.command("sh", SCRIPT, words.toArray(String[]::new)))
                .orThrow()
                .lines();
        Map<ClusterId, String> left = new LinkedHashMap<>();
        clusters.forEach((id, directory) -> {
            if (!removed.contains(id.value())) {
                whyLeft(directory).ifPresent(why -> left.put(id, why));
            }
        });
        return left;
    }

    private Optional<String> whyLeft(RunDirectory directory) {
        try {
            Optional<String> known = directory.readIfThere(RunDirectory.KNOWN_HOSTS);
            // without that file the directory is being removed, and its key went before
            if (known.isEmpty() || hasAll(known.get(), hostKeys())) {
                return Optional.empty();
            }
            return Optional.of(vm.name() + " isn't the VM that has it: it hasn't the host keys that "
                    + RunDirectory.KNOWN_HOSTS + " in " + directory.path() + " names, and no such key. Give a"
                    + " connection to the right one; if that is no more, remove " + directory.path() + " by hand");
        } catch (SlurmRayException e) {
            return Optional.of(vm.name() + " has no such key, and it can't be found out whether it is the right VM: "
                    + e.getMessage());
        }
    }

    /** All of them: machines of one image may share some. */
    private static boolean hasAll(String knownHosts, List<String> hostKeys) {
        List<String> keys = hostKeys.stream()
                .map(k -> k.split(" ", -1))
                .filter(words -> words.length >= 2)
                .map(words -> " " + words[0] + " " + words[1])
                .toList();
        return knownHosts.lines().allMatch(line -> keys.stream().anyMatch(line::endsWith));
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
