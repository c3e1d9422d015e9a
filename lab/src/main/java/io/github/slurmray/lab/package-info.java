/** The lab (a real Slurm, OpenSSH and Ray cluster on this machine) as an object for tests. */
package io.github.slurmray.lab;
