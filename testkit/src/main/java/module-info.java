/** For tests: an emulated Slurm behind a real SSH server, the contract suite of Host, and leak checks. */
@org.jspecify.annotations.NullMarked
module io.github.slurmray.testkit {
    requires static transitive org.jspecify;
    requires transitive io.github.slurmray.core;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;
    requires awaitility;
    requires org.slf4j;
    requires org.apache.sshd.osgi;

    exports io.github.slurmray.testkit;
}
