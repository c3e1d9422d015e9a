/** The emulated Slurm among real processes: jobs that run, commands that find it, and an SSH server in front. */
@org.jspecify.annotations.NullMarked
package io.github.slurmray.testkit.internal.embedded;
