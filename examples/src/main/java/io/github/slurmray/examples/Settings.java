package io.github.slurmray.examples;

import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ssh.SshHost;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the example runs. The defaults are the lab's; another site is named by settings.
 *
 * @param values settings by name: login, user, keys, platform (a file), ray, account, partition, workers, vm, vm-user,
 *     vm-port, jobs
 */
record Settings(Map<String, String> values) {
    static Settings of(String... args) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            if (pair.length != 2) {
                throw new IllegalArgumentException("settings are name=value, but one was '" + arg + "'");
            }
            values.put(pair[0], pair[1]);
        }
        return new Settings(Map.copyOf(values));
    }

    private String value(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    private Path keys() {
        return Path.of(value("keys", "/var/lib/slurmray-lab/keys"));
    }

    private SshHost connection(String address, String user) {
        return SshHost.builder(address)
                .user(user)
                .identity(keys().resolve("id_ed25519"))
                .knownHosts(keys().resolve("known_hosts"))
                .build();
    }

    SshHost login() {
        return connection(value("login", "10.77.0.11"), value("user", "hpcuser"));
    }

    SshHost vm() {
        return connection(vmAddress(), vmUser());
    }

    Platform platform() {
        String site = value("platform", "lab");
        return site.contains(".") ? Platforms.load(Path.of(site)) : Platforms.named(site);
    }

    RayEnvironment ray() {
        return values.containsKey("ray")
                ? platform().rayEnvironment(value("ray", ""))
                : platform().defaultRay().orElseThrow();
    }

    String account() {
        return value("account", "project_2001234");
    }

    String partition() {
        return value("partition", "all");
    }

    int workers() {
        return Integer.parseInt(value("workers", "2"));
    }

    String vmAddress() {
        return value("vm", "10.77.0.5");
    }

    String vmUser() {
        return value("vm-user", "vmuser");
    }

    int vmPort() {
        return Integer.parseInt(value("vm-port", "8280"));
    }

    Path jobs() {
        return Path.of(value("jobs", "examples/jobs"));
    }
}
