/** Comparisons with other tools. */
package io.github.slurmray.bench;
