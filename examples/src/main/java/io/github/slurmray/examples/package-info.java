/** Programs that run. */
package io.github.slurmray.examples;
