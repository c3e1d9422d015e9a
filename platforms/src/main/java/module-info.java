/** Sites as data. */
@org.jspecify.annotations.NullMarked
module io.github.slurmray.platforms {
    requires static transitive org.jspecify;
    requires transitive io.github.slurmray.core;
    requires transitive io.github.slurmray.slurm;
    requires tools.jackson.databind;
    requires tools.jackson.dataformat.yaml;

    exports io.github.slurmray.platforms;
}
