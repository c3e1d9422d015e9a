package io.github.slurmray.testkit.internal.slurm;

import java.util.List;
import java.util.Map;

/** Something that the controller wants done to processes. */
public sealed interface Effect {
    /**
     * A batch script is to be started; its end is to be reported.
     *
     * @param job the job's id
     * @param run how often it has been started before
     * @param script the text
     * @param arguments of the script
     * @param environment all variables
     * @param workDir where it starts
     * @param stdin the file that it reads
     * @param stdout the file for standard output
     * @param stderr the file for standard error, the same text as {@code stdout} if it is the same file
     * @param append whether the files are added to
     */
    record Start(
            long job,
            int run,
            String script,
            List<String> arguments,
            Map<String, String> environment,
            String workDir,
            String stdin,
            String stdout,
            String stderr,
            boolean append)
            implements Effect {}

    /**
     * A signal is to be sent.
     *
     * @param job the job's id
     * @param signal its name, such as TERM
     * @param target who gets it
     */
    record Signal(long job, String signal, Target target) implements Effect {}

    /**
     * It is to be reported when no process of the job is left.
     *
     * @param job the job's id
     * @param run which run of it
     */
    record Watch(long job, int run) implements Effect {}

    /**
     * A line is to be added to the job's standard error, as slurmstepd does.
     *
     * @param job the job's id
     * @param text the line
     */
    record Note(long job, String text) implements Effect {}

    /**
     * All processes on a node are to be killed, as by a power cut.
     *
     * @param node its name
     */
    record PowerCut(String node) implements Effect {}

    /** Which processes of a job. */
    enum Target {
        /** The batch shell alone. */
        BATCH,
        /** What srun started. */
        STEPS,
        /** All. */
        ALL
    }
}
