/** Typed sbatch scripts and a Slurm client. */
@org.jspecify.annotations.NullMarked
module io.github.slurmray.slurm {
    requires static transitive org.jspecify;
    requires transitive io.github.slurmray.core;
    requires org.slf4j;

    exports io.github.slurmray.slurm;
}
