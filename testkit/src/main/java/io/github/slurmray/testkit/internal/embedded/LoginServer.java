package io.github.slurmray.testkit.internal.embedded;

import java.util.function.Consumer;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.session.ServerSessionImpl;
import org.apache.sshd.server.session.SessionFactory;

/**
 * MINA's server, which is configured when its first connection comes: loading the algorithms and their providers takes
 * longer than all the rest of an emulation's first start, and the first connection of a client in this JVM loads them
 * too.
 */
final class LoginServer extends SshServer {
    private Consumer<SshServer> configuration = server -> {};
    private boolean ready;

    /** Sets what configures it, over MINA's defaults. It is called once, before the first session. */
    void configureBy(Consumer<SshServer> how) {
        configuration = how;
    }

    /** Configures it, unless that was done. */
    synchronized void configure() {
        if (!ready) {
            new ServerBuilder().factory(() -> this).build();
            configuration.accept(this);
            super.checkConfig();
            ready = true;
        }
    }

    /** Lets it not be configured any more, and waits while it is. */
    synchronized void abandon() {
        ready = true;
    }

    /** Changes it, after it has been configured. */
    synchronized void change(Consumer<SshServer> how) {
        configure();
        how.accept(this);
    }

    /** Does nothing: what is checked here is set later. */
    @Override
    protected void checkConfig() {}

    @Override
    protected SessionFactory createSessionFactory() {
        return new SessionFactory(this) {
            @Override
            protected ServerSessionImpl doCreateSession(IoSession connection) throws Exception {
                configure();
                return super.doCreateSession(connection);
            }
        };
    }
}
