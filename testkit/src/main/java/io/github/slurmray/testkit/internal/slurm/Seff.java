package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * seff, as Slurm's contributions have it, in the layout of a release; sites have others beside it. Nothing measures
 * memory here, so that none was used.
 */
final class Seff {
    private static final String USAGE = """
            Usage: seff [Options] <Jobid>
                   Options:
                   -h    Help menu
                   -v    Version
                   -d    Debug mode: display raw Slurm data
            """;

    private final Controller controller;
    private final Database database;
    private final Invocation call;

    Seff(Controller controller, Database database, Invocation call) {
        this.controller = controller;
        this.database = database;
        this.call = call;
    }

    Reply run() {
        List<String> arguments = call.arguments();
        if (arguments.equals(List.of("-v"))) {
            return new Reply.Answer("seff Version 2.1\n", "", 1);
        }
        if (arguments.size() != 1 || arguments.get(0).equals("-h")) {
            return new Reply.Answer(USAGE, "", 1);
        }
        String id = arguments.get(0);
        if (!id.matches("\\d+(_\\d+)?")) {
            throw new Unsupported("seff " + id);
        }
        if (database.isDown()) {
            throw new Unsupported("seff without a database");
        }
        List<JobRecord> found = List.copyOf(database.records(controller.now())).stream()
                .filter(r -> JobIds.of(id).filter(i -> i.matches(r)).isPresent())
                .toList();
        if (found.isEmpty()) {
            return Reply.Answer.failed("Job not found.\n", 2);
        }
        // of several runs the last
        JobRecord last = found.get(found.size() - 1);
        if (found.stream().anyMatch(r -> r.id() != last.id())) {
            throw new Unsupported("seff of an array");
        }
        return last.printedId().endsWith("]")
                ? Reply.Answer.failed("Badly formatted array jobid " + last.arrayId() + " with task_id = -2\n", 3)
                : Reply.Answer.ok(report(last));
    }

    private String report(JobRecord r) {
        String state = r.state().split(" ", 2)[0];
        boolean pending = state.equals("PENDING");
        boolean running = state.equals("RUNNING");
        int cpus = Math.max(1, r.allocCpus());
        int nodes = Math.max(1, r.shares().size());
        StringBuilder out = new StringBuilder("Job ID: " + r.id() + "\n");
        if (r.arrayId() != 0) {
            out.append("Array Job ID: ").append(r.printedId()).append('\n');
        }
        String user = r.request().user;
        out.append("Cluster: ").append(controller.conf().clusterName());
        out.append("\nUser/Group: ").append(user).append('/').append(user);
        out.append("\nState: ").append(state);
        if (!pending && !running) {
            ExitCode exit = SacctFields.recorded(r.exit());
            out.append(" (exit code ").append(exit.status()).append(')');
        }
        out.append('\n');
        if (cpus == 1) {
            out.append("Cores: 1\n");
        } else {
            out.append("Nodes: ").append(nodes);
            out.append("\nCores per node: ").append(cpus / nodes).append('\n');
        }
        if (pending) {
            return out.append("Efficiency not available for jobs in the PENDING state.\n")
                    .toString();
        }
        return out.append(efficiency(r, cpus, nodes))
                .append(running ? warning() : "")
                .toString();
    }

    private String efficiency(JobRecord r, int cpus, int nodes) {
        long wall = r.elapsed(controller.now()).toSeconds();
        long used = r.cpuTime().plusMillis(500).toSeconds();
        double share = wall == 0 ? 0 : 100.0 * used / (wall * cpus);
        double kilobytes =
                1024.0 * r.shares().stream().mapToLong(Share::memoryMb).sum();
        boolean perNode = r.request().memPerNode.isPresent();
        return String.format(
                Locale.ROOT,
                """
                CPU Utilized: %s
                CPU Efficiency: %.2f%% of %s core-walltime
                Job Wall-clock time: %s
                Memory Utilized: 0.00 MB%s
                Memory Efficiency: 0.00%% of %s (%s/%s)
                """,
                Times.full(Duration.ofSeconds(used)),
                share,
                Times.full(Duration.ofSeconds(wall * cpus)),
                Times.full(Duration.ofSeconds(wall)),
                isOld() ? " (estimated maximum)" : "",
                size(kilobytes),
                size(kilobytes / (perNode ? nodes : cpus)),
                perNode ? "node" : "core");
    }

    private boolean isOld() {
        return controller.conf().release() == SlurmRelease.V22_05;
    }

    private String warning() {
        return isOld()
                ? "WARNING: Efficiency statistics may be misleading for RUNNING jobs.\n"
                : "WARNING: Efficiency statistics can only be obtained after the job has ended as seff tool is based on"
                        + " the accounting database data.\n";
    }

    private static String size(double kilobytes) {
        if (kilobytes == 0) {
            return "0.00 MB";
        }
        int power = (int) (Math.log(kilobytes) / Math.log(1024));
        return String.format(Locale.ROOT, "%.2f %sB", kilobytes / Math.pow(1024, power), "KMGTPE".charAt(power));
    }
}
