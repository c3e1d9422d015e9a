/** How {@link io.github.slurmray.ssh.SshHost} works. Not for users. */
package io.github.slurmray.ssh.internal;
