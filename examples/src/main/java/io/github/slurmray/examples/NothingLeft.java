package io.github.slurmray.examples;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.Shell;
import io.github.slurmray.ray.LaunchPlan;
import io.github.slurmray.slurm.JobId;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Asks the hosts themselves whether anything of a cluster is left: jobs, processes, ports, keys, directories. */
final class NothingLeft {
    private final Host login;
    private final Host vm;
    private final Settings site;
    private final LaunchPlan plan;
    private final JobId job;
    private final List<String> nodes;

    NothingLeft(Host login, Host vm, Settings site, LaunchPlan plan, JobId job, List<String> nodes) {
        this.login = login;
        this.vm = vm;
        this.site = site;
        this.plan = plan;
        this.job = job;
        this.nodes = nodes;
    }

    boolean prove(PrintStream out) {
        List<String> left = new ArrayList<>();
        check("jobs in the queue", login, "squeue --me --noheader --name=" + plan.id(), left);
        check("run directory on " + login.name(), login, "ls -d " + Shell.quote(plan.runDirectory()) + " 2>/dev/null", left);
        check("processes and directories on the nodes", login, onNodes(), left);
        check("keys on " + vm.name(), vm, "grep -s slurmray:" + plan.id() + " ~/.ssh/authorized_keys", left);
        check("listening port on " + vm.name(), vm, "ss -Hltn 'sport = :" + site.vmPort() + "'", left);
        out.println(left.isEmpty() ? "nothing is left on any host" : "left behind: " + String.join("\n", left));
        return left.isEmpty();
    }

    // a compute node is asked by a step of its own; pgrep would find itself, but for the bracket
    private String onNodes() {
        String ask = "pgrep -u \"$USER\" -fl '[/]r-" + job + "/'; ls -d /tmp/r-" + job + "* 2>/dev/null; true";
        return "srun --quiet --account=" + Shell.quote(site.account()) + " --partition=" + Shell.quote(site.partition())
                + " --time=1 --nodes=" + nodes.size() + " --ntasks-per-node=1 --nodelist=" + String.join(",", nodes)
                + " sh -c " + Shell.quote(ask);
    }

    private static void check(String what, Host host, String command, List<String> left) {
        String found = host.run(Command.shell(command)).stdout().strip();
        if (!found.isEmpty()) {
            left.add(what + ": " + found);
        }
    }
}
