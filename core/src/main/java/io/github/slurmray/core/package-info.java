/** The vocabulary (amounts, host lists, quoting, secrets) and the ports (hosts, tunnels) of slurmray. */
package io.github.slurmray.core;
