package io.github.slurmray.testkit.internal.slurm;

import java.util.List;
import java.util.Map;

/** What a command does after it has spoken with Slurm. */
public sealed interface Reply {
    /**
     * It prints this and ends.
     *
     * @param out for standard output
     * @param err for standard error
     * @param status the exit status
     */
    record Answer(String out, String err, int status) implements Reply {
        static Answer ok(String out) {
            return new Answer(out, "", 0);
        }

        static Answer failed(String err, int status) {
            return new Answer("", err, status);
        }
    }

    /**
     * It prints this, waits for the end of a job, and ends with its exit status.
     *
     * @param out for standard output
     * @param job the id
     */
    record AwaitJob(String out, long job) implements Reply {}

    /**
     * It runs the tasks of a step, carries their streams, and reports the step's end.
     *
     * @param job the id
     * @param run which run of the job
     * @param step the step's id
     * @param command what each task runs
     * @param tasks the tasks
     * @param workDir where they start
     * @param killOnBadExit whether the first task that fails ends the others
     * @param warnings what it says before
     * @param whenEnding what it says when it ends the others
     */
    record RunStep(
            long job,
            int run,
            String step,
            List<String> command,
            List<Task> tasks,
            String workDir,
            boolean killOnBadExit,
            String warnings,
            String whenEnding)
            implements Reply {}

    /**
     * One task of a step.
     *
     * @param environment what is set for it, beside what srun itself has
     */
    record Task(Map<String, String> environment) {}
}
