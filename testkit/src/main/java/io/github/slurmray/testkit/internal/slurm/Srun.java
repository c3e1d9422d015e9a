package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.HostList;
import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** srun inside a job, or into one by {@code --jobid}. */
final class Srun {
    private static final GetOpt SYNTAX = new GetOpt("srun", true, 255, """
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
        if (line.operands().isEmpty()) {
            throw new Misused("srun: fatal: No command given to execute.\n", 1);
        }
        String id = line.get("jobid", call.env("SLURM_JOB_ID", ""));
        if (id.isEmpty()) {
            throw new Unsupported("srun outside of a job and without --jobid");
        }
        if (!isOld() && !id.matches("\\d{1,10}")) {
            id = "0";
        }
        if (!id.matches("\\d{1,10}")) {
            throw new Misused("srun: error: Invalid numeric value \"" + id + "\" for --jobid.\n", 1);
        }
        if (!controllerAnswers) {
            return unconfirmed(id, SlurmTexts.NO_CONTROLLER);
        }
        Optional<Job> job = controller.job(Long.parseLong(id));
        if (job.isEmpty()) {
            return unconfirmed(id, SlurmTexts.INVALID_JOB_ID);
        }
        Job j = job.get();
        if (j.state == JobState.PENDING) {
            return unconfirmed(id, "Job is pending execution");
        }
        if (j.state == JobState.SUSPENDED) {
            throw new Unsupported("a step that waits until its job goes on");
        }
        if (j.state != JobState.RUNNING || j.completing) {
            return Reply.Answer.failed("srun: error: Slurm job " + id + " has expired\n" + expired(id), 1);
        }
        if (!j.request.user.equals(controller.conf().users().user())) {
            return noStep(j, "Access/permission denied", "");
        }
        return step(j, line);
    }

    private static Reply unconfirmed(String id, String why) {
        return Reply.Answer.failed(
                "srun: error: Unable to confirm allocation for job " + id + ": " + why + "\n" + expired(id), 1);
    }

    private static String expired(String id) {
        return "srun: Check SLURM_JOB_ID environment variable. Expired or invalid job " + id + "\n";
    }

    private static Reply noStep(Job j, String why, CharSequence warnings) {
        return Reply.Answer.failed(
                warnings + "srun: error: Unable to create step for job " + j.id + ": " + why + "\n", 1);
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
        StringBuilder warnings = new StringBuilder();
        int nodes = nodes(j, line, named);
        if (nodes > j.shares.size()) {
            return Reply.Answer.failed(
                    "srun: error: Only allocated " + j.shares.size() + " nodes asked for " + nodes + "\n", 1);
        }
        int tasks = tasks(line, named, nodes, warnings);
        if (tasks < nodes) {
            if (!line.has("nodes")) {
                warnings.append(warning())
                        .append("can't run ")
                        .append(tasks)
                        .append(" processes on ")
                        .append(nodes);
                warnings.append(" nodes, setting nnodes to ").append(tasks).append('\n');
            }
            nodes = tasks;
        }
        List<Share> on = new ArrayList<>();
        for (Share s : j.shares) {
            if (on.size() < nodes && (named.isEmpty() || named.contains(s.node()))) {
                on.add(s);
            }
        }
        List<String> names = on.stream().map(Share::node).toList();
        boolean missing = named.size() <= nodes && !names.containsAll(named);
        if (on.size() < nodes || missing) {
            return noStep(j, "Requested node configuration is not available", warnings);
        }
        int cpusThere = on.stream().mapToInt(Share::cpus).sum();
        int cpus = tasks * number(line, "cpus-per-task", 1);
        if (cpus > cpusThere && tasks <= cpusThere && !isOld()) {
            throw new Unsupported("a step that waits for processors that its job doesn't have");
        }
        if (cpus > cpusThere) {
            return noStep(j, "More processors requested than permitted", warnings);
        }
        if (line.has("mem") && on.stream().anyMatch(s -> memory(line.get("mem", "0")) > s.memoryMb())) {
            return noStep(j, "Memory required by task is not available", warnings);
        }
        int[] counts = spread(tasks, on);
        String command = line.operands().get(0);
        Step step = controller
                .life()
                .startStep(
                        j,
                        line.get("job-name", command.substring(command.lastIndexOf('/') + 1)),
                        names,
                        tasks,
                        // without --exact a step has all that its nodes have
                        line.has("exact") || line.has("cpus-per-task") ? Math.max(cpus, nodes) : cpusThere,
                        "srun " + String.join(" ", call.arguments()));
        return new Reply.RunStep(
                j.id,
                j.restarts,
                step.id,
                line.operands(),
                tasks(j, step, on, counts, line),
                line.has("chdir") ? call.absolute(line.get("chdir", "")) : call.directory(),
                line.has("kill-on-bad-exit")
                        && !line.get("kill-on-bad-exit", "1").equals("0"),
                warnings.toString(),
                "srun: " + (isOld() ? "launch/slurm: _step_signal: " : "") + "Terminating StepId=" + j.id + "."
                        + step.id);
    }

    private static long memory(String value) {
        try {
            return SbatchValues.memory("mem", value);
        } catch (Misused e) {
            throw new Unsupported("srun --mem=" + value);
        }
    }

    private int nodes(Job j, GetOpt.Line line, List<String> named) throws Misused {
        if (line.has("nodes") && number(line, "nodes", 0) > 0) {
            return number(line, "nodes", 1);
        }
        if (!named.isEmpty() && line.has("jobid")) {
            return named.size();
        }
        return j.shares.size();
    }

    private boolean isOld() {
        return controller.conf().release() == SlurmRelease.V22_05;
    }

    private String warning() {
        return isOld() ? "srun: Warning: " : "srun: warning: ";
    }

    private int tasks(GetOpt.Line line, List<String> named, int nodes, StringBuilder warnings) throws Misused {
        int perNode = number(line, "ntasks-per-node", variable("SLURM_NTASKS_PER_NODE", 0));
        boolean ownShape = line.has("nodes") || (!named.isEmpty() && line.has("jobid"));
        int asked = line.has("ntasks") ? number(line, "ntasks", 1) : ownShape ? 0 : variable("SLURM_NTASKS", 0);
        if (perNode > 0 && asked > perNode * nodes) {
            warnings.append(warning())
                    .append("can't honor --ntasks-per-node set to ")
                    .append(perNode);
            warnings.append(" which doesn't match the requested tasks ").append(asked);
            warnings.append(isOld() ? " with the number" : " with the maximum number");
            warnings.append(" of requested nodes ").append(nodes);
            warnings.append(". Ignoring --ntasks-per-node.\n");
        }
        return asked > 0 ? asked : nodes * Math.max(1, perNode);
    }

    /** The tasks of each node: one everywhere, then each node is filled before the next. */
    private static int[] spread(int tasks, List<Share> on) {
        int[] counts = new int[on.size()];
        int left = tasks - on.size();
        for (int i = 0; i < counts.length; i++) {
            int more = i + 1 == counts.length ? left : Math.min(left, on.get(i).cpus() - 1);
            counts[i] = 1 + more;
            left -= more;
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
                JobEnvironment.onNode(j, withGres(on.get(node), line), node, env);
                env.put("SLURM_PROCID", Integer.toString(tasks.size()));
                env.put("SLURM_LOCALID", Integer.toString(local));
                tasks.add(new Reply.Task(env));
            }
        }
        return tasks;
    }

    /** What a step sees of a node's generic resources: all that the job has there, or what it asks for. */
    private static Share withGres(Share share, GetOpt.Line line) {
        if (!line.has("gres")) {
            return share;
        }
        Map<String, Integer> taken = Gres.take(share.gres(), Gres.parse(line.get("gres", "")));
        return taken == null ? share : new Share(share.node(), share.cpus(), share.memoryMb(), taken, share.tasks());
    }
}
