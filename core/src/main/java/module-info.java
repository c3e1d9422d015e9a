/** The vocabulary and the ports that every other module of slurmray speaks. */
@SuppressWarnings("module") // ssh comes later in the build
@org.jspecify.annotations.NullMarked
module io.github.slurmray.core {
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports io.github.slurmray.core;
    exports io.github.slurmray.core.internal to
            io.github.slurmray.ssh;
}
