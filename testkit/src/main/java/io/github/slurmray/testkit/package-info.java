/** For tests: an emulated Slurm behind a real SSH server, the contract suite of Host, and leak checks. */
package io.github.slurmray.testkit;
