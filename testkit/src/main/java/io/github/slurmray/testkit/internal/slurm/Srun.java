package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** srun inside a job, or into one by {@code --jobid}. */
final class Srun {
    private static final GetOpt SYNTAX = new GetOpt("srun", true, 1, """
            chdir/D= cpu-bind= cpus-per-task/c= exact exclusive export= gres= job-name/J= jobid= kill-on-bad-exit/K? !label/l
            mem= mem-per-cpu= nodelist/w= nodes/N= ntasks/n= ntasks-per-node= overlap quiet/Q unbuffered/u verbose/v version/V
            wait/W= mpi=
            """, """
            !account/A= !async !begin= !clusters/M= !comment= !constraint/C= !container= !distribution/m= !error/e= !exclude/x=
            !gpus/G= !gpus-per-node= !gpus-per-task= !het-group= !hold/H !immediate/I? !input/i= !multi-prog !output/o=
            !partition/p= !pty? !qos/q= !relative/r= !time/t= !signal= !open-mode= !reservation= !threads-per-core=
            !mem-bind= !task-prolog= !task-epilog= !preserve-env/E !no-kill/k? !external-launcher !help !usage
            """);

    private final Controller controller;
    private final Invocation call;

    Srun(Controller controller, Invocation call) {
        this.controller = controller;
        this.call = call;
    }

    Reply run(boolean controllerAnswers) throws Misused {
        GetOpt.Line line = SYNTAX.parse(call.arguments());
        if (line.has("version")) {
            return Reply.Answer.ok("slurm-wlm " + controller.conf().release().version() + "\n");
        }
        String id = line.get("jobid", call.env("SLURM_JOB_ID", ""));
        if (id.isEmpty()) {
            throw new Unsupported("srun outside of a job and without --jobid");
        }
        if (line.operands().isEmpty()) {
            throw new Misused("srun: fatal: No command given to execute.\n", 1);
        }
        if (!controllerAnswers) {
            return unconfirmed(id, SlurmTexts.NO_CONTROLLER);
        }
        Optional<Job> job = JobIds.of(id).flatMap(i -> controller.job(i.job()));
        if (job.isEmpty()) {
            return unconfirmed(id, SlurmTexts.INVALID_JOB_ID);
        }
        Job j = job.get();
        if (j.state != JobState.RUNNING || j.completing) {
            return unconfirmed(id, "Job/step already completing or completed");
        }
        return step(j, line);
    }

    private static Reply unconfirmed(String id, String why) {
        return Reply.Answer.failed(
                "srun: error: Unable to confirm allocation for job " + id + ": " + why
                        + "\nsrun: Check SLURM_JOB_ID environment variable. Expired or invalid job " + id + "\n",
                1);
    }

    private static int number(GetOpt.Line line, String option, int otherwise) throws Misused {
        String value = line.get(option, Integer.toString(otherwise)).replaceFirst("-.*", "");
        if (!value.matches("\\d{1,7}")) {
            throw new Misused("srun: error: Invalid numeric value \"" + value + "\" for --" + option + ".\n", 1);
        }
        return Integer.parseInt(value);
    }

    private int variable(String name, int otherwise) {
        String value = call.env(name, "");
        return value.matches("\\d{1,7}") ? Integer.parseInt(value) : otherwise;
    }

    private Reply step(Job j, GetOpt.Line line) throws Misused {
        List<String> named = line.has("nodelist") ? HostList.expand(line.get("nodelist", "")) : List.of();
        int perNode = number(line, "ntasks-per-node", 0);
        int nodes = nodes(j, line, named);
        int tasks = line.has("ntasks")
                ? number(line, "ntasks", 1)
                : line.has("nodes") || !named.isEmpty()
                        ? nodes * Math.max(1, perNode)
                        : variable("SLURM_NTASKS", nodes * Math.max(1, perNode));
        nodes = Math.min(nodes, tasks);
        List<Share> on = new ArrayList<>();
        for (Share s : j.shares) {
            if (on.size() < nodes && (named.isEmpty() || named.contains(s.node()))) {
                on.add(s);
            }
        }
        List<String> names = on.stream().map(Share::node).toList();
        boolean tooMany = perNode > 0 && tasks > perNode * nodes;
        boolean missing = named.size() <= nodes && !names.containsAll(named);
        if (on.size() < nodes || missing || tooMany) {
            return Reply.Answer.failed(
                    "srun: error: Unable to create step for job " + j.id
                            + ": Requested node configuration is not available\n",
                    1);
        }
        int[] counts = spread(tasks, nodes);
        String command = line.operands().get(0);
        int cpus = Math.max(tasks * number(line, "cpus-per-task", 1), nodes);
        Step step = controller.startStep(
                j, line.get("job-name", command.substring(command.lastIndexOf('/') + 1)), names, tasks, cpus);
        return new Reply.RunStep(
                j.id,
                j.restarts,
                step.id,
                line.operands(),
                tasks(j, step, on, counts, line),
                line.has("chdir") ? call.absolute(line.get("chdir", "")) : call.directory(),
                line.has("kill-on-bad-exit")
                        && !line.get("kill-on-bad-exit", "1").equals("0"));
    }

    private int nodes(Job j, GetOpt.Line line, List<String> named) throws Misused {
        if (line.has("nodes")) {
            return number(line, "nodes", 1);
        }
        if (!named.isEmpty()) {
            return named.size();
        }
        int all = call.environment().containsKey("SLURM_JOB_ID") && !line.has("jobid") ? j.shares.size() : 1;
        return line.has("ntasks") ? Math.min(all, number(line, "ntasks", 1)) : j.shares.size();
    }

    /** The tasks of each node, as equal as can be, the first ones with one more. */
    private static int[] spread(int tasks, int nodes) {
        int[] counts = new int[nodes];
        for (int i = 0; i < nodes; i++) {
            counts[i] = tasks / nodes + (i < tasks % nodes ? 1 : 0);
        }
        return counts;
    }

    private List<Reply.Task> tasks(Job j, Step step, List<Share> on, int[] counts, GetOpt.Line line) {
        Map<String, String> common = JobEnvironment.ofJob(j, controller.conf());
        common.put("SLURM_STEP_ID", step.id);
        common.put("SLURM_STEPID", step.id);
        common.put("SLURM_STEP_NODELIST", HostList.compress(step.nodes));
        common.put("SLURM_STEP_NUM_NODES", Integer.toString(step.nodes.size()));
        common.put("SLURM_STEP_NUM_TASKS", Integer.toString(step.tasks));
        common.put(
                "SLURM_STEP_TASKS_PER_NODE",
                JobEnvironment.repeated(java.util.Arrays.stream(counts).boxed().toList()));
        common.put("SLURM_NTASKS", Integer.toString(step.tasks));
        common.put("SLURM_NPROCS", Integer.toString(step.tasks));
        common.put("SLURM_NNODES", Integer.toString(step.nodes.size()));
        if (line.has("cpus-per-task")) {
            common.put("SLURM_CPUS_PER_TASK", line.get("cpus-per-task", "1"));
        }
        for (String item : line.get("export", "ALL").split(",", -1)) {
            int eq = item.indexOf('=');
            if (eq > 0) {
                common.put(item.substring(0, eq), item.substring(eq + 1));
            }
        }
        List<Reply.Task> tasks = new ArrayList<>();
        for (int node = 0; node < on.size(); node++) {
            for (int local = 0; local < counts[node]; local++) {
                Map<String, String> env = new LinkedHashMap<>(common);
                JobEnvironment.onNode(j, on.get(node), node, env);
                env.put("SLURM_PROCID", Integer.toString(tasks.size()));
                env.put("SLURM_LOCALID", Integer.toString(local));
                tasks.add(new Reply.Task(env));
            }
        }
        return tasks;
    }
}
