/**
 * A Slurm as plain Java: a controller with its nodes and queue, an accounting database, and the commands in front of
 * them. Nothing here does I/O, starts a thread or reads a clock: what happens goes in (a command, the end of a process,
 * a time), what is to be done comes out (an answer, an {@link io.github.slurmray.testkit.internal.slurm.Effect}).
 *
 * <p>Texts are byte strings, one char for each byte, as Slurm's own are: what a user sends comes back unchanged
 * whatever its encoding, and widths count bytes.
 */
@org.jspecify.annotations.NullMarked
package io.github.slurmray.testkit.internal.slurm;
