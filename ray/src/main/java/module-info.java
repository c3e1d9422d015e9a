/** Ray clusters inside Slurm allocations. */
@org.jspecify.annotations.NullMarked
module io.github.slurmray.ray {
    requires static transitive org.jspecify;
    requires transitive io.github.slurmray.core;
    requires transitive io.github.slurmray.slurm;
    requires transitive io.github.slurmray.platforms;
    requires org.slf4j;
    requires tools.jackson.databind;
    requires java.net.http;

    exports io.github.slurmray.ray;
}
