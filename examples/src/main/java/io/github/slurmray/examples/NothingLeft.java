package io.github.slurmray.examples;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.Shell;
import io.github.slurmray.ray.LaunchPlan;
import io.github.slurmray.slurm.JobId;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the hosts themselves whether anything of a cluster is left: jobs, processes, ports, keys, directories. */
final class NothingLeft {
    private final Host login;
    private final Optional<? extends Host> vm;
    private final Settings site;
    private final LaunchPlan plan;
    private final JobId job;
    private final List<String> nodes;

    NothingLeft(Host login, @Nullable Host vm, Settings site, LaunchPlan plan, JobId job, List<String> nodes) {
        this.login = login;
        this.vm = Optional.ofNullable(vm);
        this.site = site;
        this.plan = plan;
        this.job = job;
        this.nodes = nodes;
    }

    boolean prove(PrintStream out) {
        List<String> left = new ArrayList<>();
        check("jobs in the queue", login, "squeue --me --noheader --name=" + plan.id(), left);
        check(
                "run directory on " + login.name(),
                login,
                "ls -d " + Shell.quote(plan.runDirectory()) + " 2>/dev/null",
                left);
        check("processes and directories on the nodes", login, onNodes(), left);
        vm.ifPresent(v -> {
            check("keys on " + v.name(), v, "grep -s slurmray:" + plan.id() + " ~/.ssh/authorized_keys", left);
            check("listening port on " + v.name(), v, "ss -Hltn 'sport = :" + site.vmPort() + "'", left);
        });
        out.println(left.isEmpty() ? "nothing is left on any host" : "left behind: " + String.join("\n", left));
        return left.isEmpty();
    }

    // the nodes are asked by a job of its own; pgrep would find the shell that calls it, but for the bracket
    private String onNodes() {
        String ask = "d=\"" + site.platform().nodeDirectory() + "\"; pgrep -u \"$(id -u)\" -fl \"$d[/]r-" + job
                + "/\"; ls -d \"$d\"/r-" + job + "* 2>/dev/null; true";
        String file = ".left-" + job;
        return "sbatch --wait --output=" + file + " --account=" + Shell.quote(site.account()) + " --partition="
                + Shell.quote(site.partition()) + " --time=1 --nodes=" + nodes.size()
                + " --ntasks-per-node=1 --nodelist="
                + String.join(",", nodes) + " --wrap " + Shell.quote("srun sh -c " + Shell.quote(ask))
                + " >/dev/null; cat " + file + " && rm " + file;
    }

    private static void check(String what, Host host, String command, List<String> left) {
        String found = host.run(Command.shell(command)).stdout().strip();
        if (!found.isEmpty()) {
            left.add(what + ": " + found);
        }
    }
}
