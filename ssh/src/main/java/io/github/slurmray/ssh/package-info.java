/** A host over SSH. */
package io.github.slurmray.ssh;
