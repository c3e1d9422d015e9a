/** Typed sbatch scripts and a Slurm client. */
package io.github.slurmray.slurm;
