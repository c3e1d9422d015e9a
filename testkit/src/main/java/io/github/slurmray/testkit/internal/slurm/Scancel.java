package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.internal.slurm.Effect.Target;
import io.github.slurmray.testkit.internal.slurm.GetOpt.Misused;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** scancel. */
final class Scancel {
    private static final GetOpt SYNTAX = new GetOpt("scancel", false, 1, """
            account/A= batch/b full/f jobname/n= name= me partition/p= quiet/Q signal/s= state/t= user/u= verbose/v version/V
            !clusters/M= !ctld !cron/c !help !hurry/H !interactive/i !nodelist/w= !qos/q= !reservation/R= !sibling/S= !usage
            !wckey= !admin-comment=
            """);

    private final Controller controller;
    private final Invocation call;
    private final StringBuilder err = new StringBuilder();
    private int status;

    Scancel(Controller controller, Invocation call) {
        this.controller = controller;
        this.call = call;
    }

    Reply run(boolean controllerAnswers) throws Misused {
        GetOpt.Line line = SYNTAX.parse(call.arguments());
        if (line.has("version")) {
            return Reply.Answer.ok("slurm-wlm " + controller.conf().release().version() + "\n");
        }
        String user = controller.conf().users().user();
        if (line.has("user") && !line.get("user", "").equals(user)) {
            return Reply.Answer.failed("scancel: error: Invalid user name: " + line.get("user", "") + "\n", 1);
        }
        boolean filtered = List.of("account", "jobname", "name", "me", "partition", "state", "user").stream()
                .anyMatch(line::has);
        if (line.operands().isEmpty() && !filtered) {
            return Reply.Answer.failed("scancel: error: No job identification provided\n", 1);
        }
        if (!controllerAnswers) {
            // with a filter it loads the jobs first
            String id = filtered ? "" : line.operands().get(0);
            return Reply.Answer.failed(
                    id.isEmpty()
                            ? "scancel: error: slurm_load_jobs error: " + SlurmTexts.NO_CONTROLLER + "\n"
                            : "scancel: error: Kill job error on job id " + id + ": " + SlurmTexts.NO_CONTROLLER + "\n",
                    id.isEmpty() ? 1 : 8);
        }
        for (String operand : line.operands()) {
            for (String id : operand.split(",", -1)) {
                if (filtered) {
                    oneIfItMatches(id, line, user);
                } else {
                    one(id, line);
                }
            }
        }
        if (line.operands().isEmpty()) {
            matching(line, user).forEach(j -> act(j, Optional.empty(), line));
        }
        return new Reply.Answer("", err.toString(), status);
    }

    private List<Job> matching(GetOpt.Line line, String user) {
        String name = line.get("jobname", line.get("name", ""));
        String state = line.get("state", "").toUpperCase(Locale.ROOT);
        return controller.jobs().stream()
                .filter(j -> !j.state.isOver() && j.request.user.equals(user))
                .filter(j -> name.isEmpty() || j.name.equals(name))
                .filter(j -> state.isEmpty()
                        || j.state.name().equals(state)
                        || j.state.code().equals(state))
                .filter(j -> !line.has("partition") || j.partition.name().equals(line.get("partition", "")))
                .filter(j -> !line.has("account") || j.account.equals(line.get("account", "")))
                .toList();
    }

    private void one(String text, GetOpt.Line line) throws Misused {
        Optional<JobIds> id = JobIds.of(text);
        if (id.isEmpty()) {
            throw new Misused("scancel: error: Invalid job id " + text + "\n", 1);
        }
        if (id.get().step().isPresent()) {
            throw new Unsupported("scancel of a step");
        }
        verbose(line, "scancel: Terminating job " + text);
        List<Job> jobs = controller.jobs().stream().filter(id.get()::matches).toList();
        if (jobs.isEmpty()) {
            verbose(line, "scancel: error: Kill job error on job id " + text + ": " + SlurmTexts.INVALID_JOB_ID);
        }
        boolean any = false;
        for (Job j : new ArrayList<>(jobs)) {
            any |= act(j, id.get().task(), line);
        }
        if (!jobs.isEmpty() && !any) {
            verbose(
                    line,
                    "scancel: error: Kill job error on job id " + text + ": Job/step already completing or completed");
        }
    }

    /** Of jobs that are over it says that there is none, and of those that have another name nothing. */
    private void oneIfItMatches(String text, GetOpt.Line line, String user) throws Misused {
        JobIds id = JobIds.of(text).orElseThrow(() -> new Misused("scancel: error: Invalid job id " + text + "\n", 1));
        if (controller.jobs().stream().noneMatch(j -> !j.state.isOver() && id.matches(j))) {
            err.append("scancel: error: Kill job error on job id ")
                    .append(text)
                    .append(": ")
                    .append(SlurmTexts.INVALID_JOB_ID)
                    .append('\n');
            status = 1;
        }
        matching(line, user).stream().filter(id::matches).forEach(j -> act(j, id.task(), line));
    }

    private void verbose(GetOpt.Line line, String text) {
        if (line.has("verbose")) {
            err.append(text).append('\n');
        }
    }

    private boolean act(Job j, Optional<Integer> task, GetOpt.Line line) {
        long uid = controller.conf().users().uid();
        if (!j.request.user.equals(controller.conf().users().user())) {
            err.append("scancel: error: Kill job error on job id ")
                    .append(j.printedId())
                    .append(": Access/permission denied\n");
            status = 1;
            return true;
        }
        String signal = line.get("signal", "KILL").toUpperCase(Locale.ROOT).replaceFirst("^SIG", "");
        boolean kill = !line.has("signal") || signal.equals("KILL") || signal.equals("9");
        if (kill && !line.has("batch")) {
            if (task.isPresent() && j.waitingTasks.contains(task.get())) {
                controller.cancelTask(j, task.get(), uid);
                return true;
            }
            return controller.cancel(j, uid);
        }
        if (j.state != JobState.RUNNING || j.completing) {
            return false;
        }
        controller.signal(j, signal, line.has("batch") ? Target.BATCH : line.has("full") ? Target.ALL : Target.STEPS);
        return true;
    }
}
