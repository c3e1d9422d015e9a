package io.github.slurmray.examples;

import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.platforms.RayEnvironment;
import io.github.slurmray.ssh.SshHost;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the example runs. The defaults are the lab's; another site is named by settings.
 *
 * @param values settings by name: login, login-port, user, keys (a directory with both) or key and known-hosts,
 *     platform (a name or a file), ray, account, partition, workers, vm (none for no VM), vm-user, vm-port, jobs
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

    private SshHost.Builder connection(String address, String user) {
        return SshHost.builder(address)
                .user(user)
                .identity(Path.of(value("key", keys().resolve("id_ed25519").toString())))
                .knownHosts(Path.of(
                        value("known-hosts", keys().resolve("known_hosts").toString())));
    }

    SshHost login() {
        return connection(value("login", "10.77.0.11"), value("user", "hpcuser"))
                .port(Integer.parseInt(value("login-port", "22")))
                .build();
    }

    /** The cloud VM that gets the dashboard, if there is one. */
    Optional<SshHost> vm() {
        return vmAddress().equals("none")
                ? Optional.empty()
                : Optional.of(connection(vmAddress(), vmUser()).build());
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
