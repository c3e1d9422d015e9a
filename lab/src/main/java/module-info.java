/** Drives the lab from tests. Not deployed. */
@org.jspecify.annotations.NullMarked
open module io.github.slurmray.lab {
    requires static transitive org.jspecify;
    requires transitive io.github.slurmray.core;
    requires transitive org.junit.jupiter.api;

    exports io.github.slurmray.lab;
}
