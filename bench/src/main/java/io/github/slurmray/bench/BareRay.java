package io.github.slurmray.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The limit: {@code ray start} on all nodes at once, without Slurm, SSH, modules or anybody who orchestrates. */
final class BareRay implements Contender {
    private static final int GCS_PORT = 6379;
    private static final String MARK = "SLURMRAY_BENCH=bare";

    private final Site site;

    BareRay(Site site) {
        this.site = site;
    }

    @Override
    public String name() {
        return "limit";
    }

    @Override
    public Start start(RayVersion version, int nodes) throws IOException {
        List<Process> processes = new ArrayList<>();
        List<BufferedReader> outputs = new ArrayList<>();
        double at = Double.MAX_VALUE;
        for (String node : Site.nodes(nodes)) {
            String role = node.equals(Site.HEAD)
                    ? "--head --node-ip-address=" + Site.HEAD_ADDRESS + " --port=" + GCS_PORT
                    : "--address=" + Site.HEAD_ADDRESS + ":" + GCS_PORT;
            Process process = Site.inside(
                            node,
                            "env",
                            MARK,
                            "PATH=" + version.bin() + ":/usr/bin:/bin",
                            "RAY_USAGE_STATS_ENABLED=0",
                            "bash",
                            "-c",
                            "date '+%s.%N'; echo $$; exec ray start " + role
                                    + " --num-cpus=2 --object-store-memory=100000000 --block >/dev/null 2>&1")
                    .start();
            processes.add(process);
            outputs.add(process.inputReader(StandardCharsets.UTF_8));
        }
        List<String> pids = new ArrayList<>();
        for (BufferedReader output : outputs) {
            String time = output.readLine();
            String pid = output.readLine();
            if (time == null || pid == null) {
                site.clear(MARK);
                throw new IOException("a host doesn't start a shell");
            }
            at = Math.min(at, Double.parseDouble(time));
            pids.add(pid);
        }
        double first = at;
        return new Start() {
            @Override
            public double at() {
                return first;
            }

            @Override
            public String gcs() {
                return Site.HEAD_ADDRESS + ":" + GCS_PORT;
            }

            @Override
            public void close() throws IOException {
                try {
                    for (int i = 0; i < pids.size(); i++) {
                        Site.inside(Site.nodes(3).get(i), "kill", "-TERM", pids.get(i))
                                .start()
                                .waitFor();
                    }
                    for (Process process : processes) {
                        process.waitFor(15, TimeUnit.SECONDS);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                site.clear(MARK);
                processes.forEach(Process::destroy);
            }
        };
    }
}
