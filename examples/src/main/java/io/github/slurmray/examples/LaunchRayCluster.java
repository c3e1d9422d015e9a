package io.github.slurmray.examples;

import io.github.slurmray.core.Memory;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.HeadGroup;
import io.github.slurmray.ray.LaunchPlan;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.RayCluster;
import io.github.slurmray.ray.RayJob;
import io.github.slurmray.ray.RayJobInfo;
import io.github.slurmray.ray.RayJobSpec;
import io.github.slurmray.ray.RayJobStatus;
import io.github.slurmray.ray.SlurmRayCluster;
import io.github.slurmray.ray.WorkerGroup;
import io.github.slurmray.slurm.Accounting;
import io.github.slurmray.ssh.SshHost;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * Launches a Ray cluster, runs a Ray job on all its nodes, shows the accounting, ends the cluster, and proves that
 * nothing is left. {@code bin/demo --lab} runs it against the lab, {@link WithoutASlurm} against an emulated Slurm; see
 * {@link Settings} for another site.
 */
public final class LaunchRayCluster {
    private static final Duration TIME_LIMIT = Duration.ofMinutes(15);

    private LaunchRayCluster() {}

    /**
     * Runs the example.
     *
     * @param args settings as {@code name=value}
     */
    public static void main(String[] args) {
        boolean ok = run(Settings.of(args), System.out);
        System.exit(ok ? 0 : 1);
    }

    static boolean run(Settings site, PrintStream out) {
        try (SshHost login = site.login();
                SshHost vm = site.vm().orElse(null)) {
            SlurmRayCluster.Builder builder = SlurmRayCluster.builder()
                    .host(login)
                    .platform(site.platform())
                    .rayEnvironment(site.ray())
                    .account(site.account())
                    .timeLimit(TIME_LIMIT)
                    .head(HeadGroup.builder()
                            .partition(site.partition())
                            .cpus(2)
                            .memory(Memory.ofGiB(3))
                            .build())
                    .workers(WorkerGroup.builder("cpu")
                            .nodes(site.workers())
                            .cpus(2)
                            .memory(Memory.ofGiB(3))
                            .build());
            if (vm != null) {
                builder.publish(Publish.dashboardTo(CloudVm.builder(site.vmAddress())
                                .user(site.vmUser())
                                .privateAddress(site.vmAddress())
                                .port(site.vmPort())
                                .build()))
                        .vmHost(vm);
            }
            SlurmRayCluster spec = builder.build();

            LaunchPlan plan = spec.plan();
            out.print(plan.describe());
            Progress progress = new Progress(out);
            progress.say("submitting " + plan.id() + ": "
                    + plan.script().nodes().orElse(0) + " nodes in partition " + site.partition());
            boolean succeeded;
            List<String> nodes;
            RayCluster cluster = spec.launch(plan);
            try (cluster) {
                cluster.subscribe(progress);
                cluster.awaitReady(Duration.ofMinutes(10));
                out.println("dashboard: "
                        + cluster.endpoints().local().map(Object::toString).orElse("not from here") + "  on the VM: "
                        + cluster.publishState());

                RayJob job = cluster.jobs()
                        .submit(RayJobSpec.builder("python pi.py")
                                .workingDir(site.jobs())
                                .build());
                RayJobInfo info = job.followLogs(line -> out.println("  | " + line));
                succeeded = info.status() == RayJobStatus.SUCCEEDED;
                progress.say("the Ray job " + info.status());

                nodes = progress.nodes();
                Accounting accounting = cluster.end();
                progress.say("the cluster is ended");
                out.println(accounting.table());
            }
            return new NothingLeft(login, vm, site, plan, cluster.job(), nodes).prove(out) && succeeded;
        }
    }
}
