package io.github.slurmray.bench;

import io.github.slurmray.testkit.EmbeddedSlurm;

/** Starts an emulated Slurm as the first that its JVM does, and prints how many milliseconds that took. */
final class ColdStart {
    private ColdStart() {}

    public static void main(String[] args) {
        long begin = System.nanoTime();
        try (EmbeddedSlurm slurm = EmbeddedSlurm.builder().start()) {
            // when it can be reached
            slurm.port();
            System.out.println(Math.round((System.nanoTime() - begin) / 1e4) / 100.0);
        }
    }
}
