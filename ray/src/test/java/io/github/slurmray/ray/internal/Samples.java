package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Memory;
import io.github.slurmray.platforms.Platform;
import io.github.slurmray.platforms.Platforms;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.ClusterId;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.RayClusterSpec;
import io.github.slurmray.ray.RayTopology;
import io.github.slurmray.ray.WorkerGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Specs and sites for tests. */
final class Samples {
    static final ClusterId ID = new ClusterId("ray-20261122-k7w2m9xqpd");

    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private Samples() {}

    /** A site of these keys and a name, by way of a site file. */
    static Platform site(Map<String, Object> keys) {
        Map<String, Object> site = new LinkedHashMap<>(keys);
        site.putIfAbsent("name", "site");
        try {
            Path file = Files.createTempFile("site", ".json");
            try {
                Files.write(file, JsonMapper.shared().writeValueAsBytes(site));
                return Platforms.load(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RayClusterSpec.Builder spec(HeadGroup head, WorkerGroup... workers) {
        return RayClusterSpec.builder()
                .topology(new RayTopology(head, List.of(workers)))
                .timeLimit(Duration.ofMinutes(30));
    }

    static RayClusterSpec.Builder small() {
        return spec(HeadGroup.builder().partition("all").memory(Memory.ofGiB(2)).build());
    }

    /** One of everything. */
    static RayClusterSpec.Builder full() {
        return spec(
                        HeadGroup.builder()
                                .partition("all")
                                .cpus(4)
                                .memory(Memory.ofGiB(8))
                                .build(),
                        WorkerGroup.builder("cpu")
                                .cpus(8)
                                .memory(Memory.ofGiB(10))
                                .objectStore(Memory.ofGiB(2))
                                .build(),
                        WorkerGroup.builder("any").cpus(2).build())
                .account("project_2001234")
                .publish(Publish.dashboardTo(vm().build()));
    }

    static CloudVm.Builder vm() {
        return CloudVm.builder("vm.example.org")
                .sshPort(2222)
                .user("ubuntu")
                .privateAddress("192.168.1.10")
                .port(8280);
    }

    static String planned(RayClusterSpec spec, Platform platform) {
        return Planner.plan(spec, platform, ID, true, NOW).script().text();
    }

    /** The settings of a batch script: all that stands above the program. */
    static String settings(String script) {
        String program = Scripts.read("cluster.sh");
        if (!script.endsWith(program)) {
            throw new AssertionError("the script doesn't end with the program:\n" + script);
        }
        return script.substring(0, script.length() - program.length());
    }

    /** Lines of bash that define the program's functions, with a job's environment and without running it. */
    static String functions(String... settings) {
        String program = Scripts.read("cluster.sh");
        int end = program.indexOf("\nif [ \"${1:-}\" = node ]");
        if (end < 0) {
            throw new AssertionError("the program's last lines aren't what they were");
        }
        String defaults = "SLURM_JOB_ID=4711 SLURMD_NODENAME=cn1 run=/nowhere interface='' port_first=10000 "
                + "port_last=31999 port_stride=100 lease=60 lease_check=1 join_timeout=60\n";
        return defaults + String.join("\n", Arrays.asList(settings)) + "\n" + program.substring(0, end) + "\n";
    }
}
