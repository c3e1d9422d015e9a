/** Ray clusters inside Slurm allocations. */
package io.github.slurmray.ray;
