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

    /** What it ends with where the controller says that the user may not. */
    private static final int DENIED = 210;

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
        checkOptions(line);
        List<String> ids = new ArrayList<>();
        line.operands().forEach(o -> ids.addAll(JobIds.split(o)));
        for (String id : ids) {
            if (JobIds.of(id).isEmpty() || id.matches(".*\\.\\D+")) {
                throw new Misused("scancel: error: Invalid job id " + id + "\n", 1);
            }
        }
        boolean filtered = List.of("account", "jobname", "name", "me", "partition", "state", "user").stream()
                .anyMatch(line::has);
        if (ids.isEmpty() && !filtered) {
            return Reply.Answer.failed("scancel: error: No job identification provided\n", 1);
        }
        if (!controllerAnswers) {
            // with a filter it loads the jobs first
            return noController(filtered ? List.of() : ids);
        }
        if (filtered) {
            ids.forEach(this::missIfOver);
            matching(line, ids).forEach(j -> act(j, Optional.empty(), line));
        } else {
            for (String id : ids) {
                one(id, line);
            }
        }
        return new Reply.Answer("", err.toString(), status);
    }

    private void checkOptions(GetOpt.Line line) throws Misused {
        String signal = line.get("signal", "KILL");
        if (signal.equals("0") || Signals.name(signal).isEmpty()) {
            throw new Misused("Unknown job signal: " + signal + "\n", 1);
        }
        String state = line.get("state", "PD").toUpperCase(Locale.ROOT);
        if (!List.of("PENDING", "PD", "RUNNING", "R", "SUSPENDED", "S").contains(state)) {
            throw new Misused(
                    "Invalid job state specified: " + line.get("state", "")
                            + "\nValid job states are PENDING, RUNNING, and SUSPENDED\n",
                    1);
        }
        if (line.has("user") && !controller.knowsUser(line.get("user", ""))) {
            throw new Misused("scancel: error: Invalid user name: " + line.get("user", "") + "\n", 1);
        }
    }

    private static Reply noController(List<String> ids) {
        return ids.isEmpty()
                ? Reply.Answer.failed("slurm_load_jobs error: " + SlurmTexts.NO_CONTROLLER + "\n", 1)
                : Reply.Answer.failed(
                        "scancel: error: Kill job error on job id " + ids.get(0) + ": " + SlurmTexts.NO_CONTROLLER
                                + "\n",
                        8);
    }

    private List<Job> matching(GetOpt.Line line, List<String> ids) {
        String me = controller.conf().users().user();
        String name = line.get("jobname", line.get("name", ""));
        String state = line.get("state", "").toUpperCase(Locale.ROOT);
        List<JobIds> asked = ids.stream().flatMap(i -> JobIds.of(i).stream()).toList();
        return controller.jobs().stream()
                .filter(j -> !j.state.isOver() && j.request.user.equals(me))
                .filter(j -> !line.has("user") || line.get("user", "").equals(me))
                .filter(j -> asked.isEmpty() || asked.stream().anyMatch(i -> i.matches(j)))
                .filter(j -> name.isEmpty() || j.name.equals(name))
                .filter(j -> state.isEmpty()
                        || j.state.name().equals(state)
                        || j.state.code().equals(state))
                .filter(j -> !line.has("partition") || j.partition.name().equals(line.get("partition", "")))
                .filter(j -> !line.has("account") || j.account.equals(line.get("account", "")))
                .toList();
    }

    private void one(String text, GetOpt.Line line) {
        JobIds id = JobIds.of(text).orElseThrow();
        List<Job> jobs = controller.jobs().stream().filter(id::matches).toList();
        if (id.step().isPresent()) {
            if (!jobs.isEmpty()) {
                throw new Unsupported("scancel of a step");
            }
            err.append(
                    "scancel: error: Kill job error on job step id " + text + ": " + SlurmTexts.INVALID_JOB_ID + "\n");
            status = 1;
            return;
        }
        verbose(line, "scancel: Terminating job " + text);
        boolean any = false;
        for (Job j : jobs) {
            any |= act(j, id.task(), line);
        }
        if (!any && line.has("signal")) {
            // a job that isn't there is no mistake only where it is to be ended
            err.append("scancel: error: Kill job error on job id " + text + ": " + SlurmTexts.INVALID_JOB_ID + "\n");
            status = 1;
        } else if (jobs.isEmpty()) {
            verbose(line, "scancel: error: Kill job error on job id " + text + ": " + SlurmTexts.INVALID_JOB_ID);
        } else if (!any) {
            verbose(
                    line,
                    "scancel: error: Kill job error on job id " + text + ": Job/step already completing or completed");
        }
    }

    /** With a filter it says of jobs that are over that there is none, and of those that don't match nothing. */
    private void missIfOver(String text) {
        JobIds id = JobIds.of(text).orElseThrow();
        if (controller.jobs().stream().noneMatch(j -> !j.state.isOver() && id.matches(j))) {
            err.append("scancel: error: Kill job error on job id " + text + ": " + SlurmTexts.INVALID_JOB_ID + "\n");
            status = 1;
        }
    }

    private void verbose(GetOpt.Line line, String text) {
        if (line.has("verbose")) {
            err.append(text).append('\n');
        }
    }

    /** Returns whether there was anything to do it to. */
    private boolean act(Job j, Optional<Integer> task, GetOpt.Line line) {
        long uid = controller.conf().users().uid();
        if (!j.request.user.equals(controller.conf().users().user())) {
            err.append("scancel: error: Kill job error on job id ")
                    .append(j.printedId())
                    .append(": Access/permission denied\n");
            status = DENIED;
            return true;
        }
        String signal = Signals.name(line.get("signal", "KILL")).orElseThrow();
        boolean kill = !line.has("signal") || signal.equals("KILL") || signal.equals("9");
        if (kill && !line.has("batch")) {
            if (task.isPresent() && j.waitingTasks.contains(task.get())) {
                controller.queue().cancelTask(j, task.get(), uid);
                return true;
            }
            return controller.life().cancel(j, uid);
        }
        if (j.state == JobState.PENDING) {
            // real scancel tries again and again for a minute and a half
            throw new Unsupported("signals to a job that waits");
        }
        if (j.state == JobState.SUSPENDED) {
            throw new Unsupported("signals to a suspended job");
        }
        if (j.state != JobState.RUNNING || j.completing) {
            return false;
        }
        controller
                .life()
                .signal(j, signal, line.has("batch") ? Target.BATCH : line.has("full") ? Target.ALL : Target.STEPS);
        return true;
    }
}
