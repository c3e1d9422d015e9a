package io.github.slurmray.slurm;

import java.util.Optional;

/**
 * A job that is asked for.
 *
 * @param id its id
 * @param name its name; empty if whatever job has this id is meant
 */
record AskedJob(JobId id, Optional<String> name) {}
