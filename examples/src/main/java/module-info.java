/** Programs that run, each one also a test. */
@org.jspecify.annotations.NullMarked
module io.github.slurmray.examples {
    requires static transitive org.jspecify;
    requires io.github.slurmray.core;
    requires io.github.slurmray.ssh;
    requires io.github.slurmray.slurm;
    requires io.github.slurmray.platforms;
    requires io.github.slurmray.ray;
}
