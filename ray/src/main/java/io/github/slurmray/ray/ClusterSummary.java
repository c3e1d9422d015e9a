package io.github.slurmray.ray;

import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.JobState;
import java.util.Optional;

/**
 * A cluster in a list.
 *
 * @param id its id
 * @param job its job; empty if it was never submitted, or if that isn't known
 * @param state the job's state; empty without a job
 */
public record ClusterSummary(ClusterId id, Optional<JobId> job, Optional<JobState> state) {}
