/** Ray clusters inside Slurm allocations: specified, planned, launched, reached, watched and ended. */
package io.github.slurmray.ray;
