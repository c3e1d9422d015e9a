/** A Host over SSH. */
@org.jspecify.annotations.NullMarked
module io.github.slurmray.ssh {
    requires static transitive org.jspecify;
    requires transitive io.github.slurmray.core;
    requires org.slf4j;
    requires org.apache.sshd.osgi;

    exports io.github.slurmray.ssh;
}
