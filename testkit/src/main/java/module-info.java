/** For tests: the contract suite of Host and leak checks. */
@org.jspecify.annotations.NullMarked
module io.github.slurmray.testkit {
    requires static transitive org.jspecify;
    requires transitive io.github.slurmray.core;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;
    requires awaitility;

    exports io.github.slurmray.testkit;
}
