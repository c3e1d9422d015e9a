/**
 * Comparisons with other tools. Each program belongs to a script of {@code bench/}; docs/BENCHMARKS.md explains them.
 */
@org.jspecify.annotations.NullMarked
package io.github.slurmray.bench;
