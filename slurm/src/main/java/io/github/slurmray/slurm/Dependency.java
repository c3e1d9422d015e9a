package io.github.slurmray.slurm;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What must happen to other jobs before a job may start.
 *
 * <p>Slurm refuses a dependency on a job that it has already forgotten (24.11), or takes it for fulfilled (22.05), so
 * submit the later job while the earlier one is in the queue.
 *
 * @param kind what must happen
 * @param jobs to which jobs; empty for {@link Kind#SINGLETON}
 */
public record Dependency(Kind kind, List<JobId> jobs) {
    /** What must happen to the other jobs. */
    public enum Kind {
        /** They have started or were cancelled. */
        AFTER("after"),
        /** They have ended, however. */
        AFTER_ANY("afterany"),
        /** They have ended with exit code 0. If one ends otherwise, the job stays pending and never starts. */
        AFTER_OK("afterok"),
        /** They have ended in failure. If one ends well, the job stays pending and never starts. */
        AFTER_NOT_OK("afternotok"),
        /** The task of the same number in the other array has ended with exit code 0. */
        AFTER_CORRESPONDING("aftercorr"),
        /** All earlier jobs of the same name and user have ended. */
        SINGLETON("singleton");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    /**
     * Checks and copies the parts.
     *
     * @throws IllegalArgumentException if jobs are missing, or are given to a singleton
     */
    public Dependency {
        jobs = List.copyOf(jobs);
        if ((kind == Kind.SINGLETON) != jobs.isEmpty()) {
            throw new IllegalArgumentException(
                    kind == Kind.SINGLETON
                            ? "dependency singleton depends on a name, not on jobs, but was given " + jobs
                            : "dependency " + kind.word + " needs at least one job");
        }
    }

    /**
     * Returns the condition that these jobs have started.
     *
     * @param jobs at least one
     * @return the condition
     */
    public static Dependency after(JobId... jobs) {
        return new Dependency(Kind.AFTER, Arrays.asList(jobs));
    }

    /**
     * Returns the condition that these jobs have ended, however.
     *
     * @param jobs at least one
     * @return the condition
     */
    public static Dependency afterAny(JobId... jobs) {
        return new Dependency(Kind.AFTER_ANY, Arrays.asList(jobs));
    }

    /**
     * Returns the condition that these jobs have ended well.
     *
     * @param jobs at least one
     * @return the condition
     */
    public static Dependency afterOk(JobId... jobs) {
        return new Dependency(Kind.AFTER_OK, Arrays.asList(jobs));
    }

    /**
     * Returns the condition that these jobs have failed.
     *
     * @param jobs at least one
     * @return the condition
     */
    public static Dependency afterNotOk(JobId... jobs) {
        return new Dependency(Kind.AFTER_NOT_OK, Arrays.asList(jobs));
    }

    /**
     * Returns the condition that all earlier jobs of the same name and user have ended.
     *
     * @return the condition
     */
    public static Dependency singleton() {
        return new Dependency(Kind.SINGLETON, List.of());
    }

    /**
     * Returns Slurm's form.
     *
     * @return such as {@code afterok:12:13}
     */
    public String toSlurm() {
        return jobs.isEmpty()
                ? kind.word
                : kind.word + ":" + jobs.stream().map(JobId::toString).collect(Collectors.joining(":"));
    }

    @Override
    public String toString() {
        return toSlurm();
    }
}
