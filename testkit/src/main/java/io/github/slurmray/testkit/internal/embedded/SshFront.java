package io.github.slurmray.testkit.internal.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.sshd.common.FactoryManager;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceFactory;
import org.apache.sshd.common.io.nio2.Nio2Service;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactory;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.io.nio2.Nio2Session;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.session.SessionFactory;
import org.apache.sshd.server.subsystem.SubsystemFactory;

/** The SSH server of the login node, on loopback, and what can go wrong with it. */
public final class SshFront implements AutoCloseable {
    private static final int DEFAULT_MAX_SESSIONS = 10;
    private static final int IO_THREADS = 3;
    private static final String BANNER = """
            ########################################################
            #  Emulated Slurm. Authorised use only, all is logged. #
            ########################################################
            """;

    private final String id;
    private final Place place;
    private final LoginServer server;
    private final Path hostKey;
    private final UserKeys keys;
    private final Path knownHosts;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(r -> Machine.daemon(r, "slurmray-embedded-ssh"));
    private final Wire wire = new Wire(threads);
    private final SessionLimit sessions = new SessionLimit(DEFAULT_MAX_SESSIONS);
    private final DirectTcpip forwards = new DirectTcpip(threads);
    private final LoginShell shell;
    private volatile boolean refusing;

    SshFront(LoginServer server, String user, String id, Place place, UserKeys keys, Consumer<String> received) {
        this.server = server;
        this.id = id;
        this.place = place;
        this.keys = keys;
        knownHosts = place.root().resolve("known_hosts");
        shell = new LoginShell(user, id, place, received, threads);
        hostKey = place.root().resolve("host_ed25519_key");
        server.setHost("127.0.0.1");
        server.setIoServiceFactoryFactory(new Network());
        server.addSessionListener(new SessionListener() {
            @Override
            public void sessionCreated(Session session) {
                if (refusing) {
                    session.close(true);
                }
            }
        });
        CoreModuleProperties.TCP_NODELAY.set(server, true);
        server.configureBy(this::configure);
        try {
            server.start();
            threads.execute(server::configure);
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        }
    }

    private void configure(SshServer login) {
        keys.make();
        Ed25519Key pair = Ed25519Key.generate();
        pair.write(hostKey);
        Place.write(knownHosts, "[127.0.0.1]:" + port() + " " + pair.publicLine() + "\n", "rw-------");
        login.setKeyPairProvider(ownKey());
        login.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        login.setPublickeyAuthenticator(keys);
        login.setCommandFactory((channel, text) -> shell.command(text));
        login.setShellFactory(channel -> shell.interactive());
        LoginShell.sftpServer().ifPresent(program -> login.setSubsystemFactories(List.of(new Sftp(program))));
        login.setForwardingFilter(new Permits.Forwards());
        login.setChannelFactories(List.of(sessions, forwards));
    }

    private KeyPairProvider ownKey() {
        return new FileKeyPairProvider(hostKey);
    }

    // ---------------------------------------------------------------- how to reach it

    /** Returns the port. */
    public int port() {
        return server.getPort();
    }

    /** Returns the file with the user's private key. */
    public Path key() {
        server.configure();
        return keys.file();
    }

    /** Returns the file with another private key, which has a certificate beside it. */
    public Path issueCertificate(Duration validity) {
        return keys.issue(validity);
    }

    /** Returns the file with the host's key. */
    public Path knownHosts() {
        server.configure();
        return knownHosts;
    }

    // ---------------------------------------------------------------- faults

    /** Breaks every connection at once, without a goodbye. */
    public void cut() {
        // or those that are being made would be accepted after it
        server.configure();
        // also what MINA has accepted and doesn't know as a session yet
        wire.cut();
        server.getActiveSessions().forEach(s -> s.close(true));
    }

    /** Breaks the connection on which the server sends the last of so many bytes. */
    public void dropAfterSending(long bytes) {
        wire.dropAfterSending(bytes);
    }

    /** Breaks the connection on which the server receives the last of so many bytes. */
    public void dropAfterReceiving(long bytes) {
        wire.dropAfterReceiving(bytes);
    }

    /** Sets whether all bytes are held back. */
    public void stall(boolean stall) {
        wire.stall(stall);
    }

    /** Sets whether new connections are closed as soon as they are made. */
    public void refuse(boolean refuse) {
        // a connection that waits for the configuration would be judged only after it, by what was set meanwhile
        server.configure();
        refusing = refuse;
    }

    /** Sets how many sessions one connection may have open, as MaxSessions does. */
    public void maxSessions(int max) {
        sessions.max(max);
    }

    /** Sets whether the host presents another key than the one in {@link #knownHosts}. */
    public void presentOtherHostKey(boolean other) {
        server.change(s -> s.setKeyPairProvider(other ? KeyPairProvider.wrap(UserKeys.generate()) : ownKey()));
    }

    /** Sets whether there are a banner and noise from the start-up files of the login shell. */
    public void noisy(boolean noisy) {
        CoreModuleProperties.WELCOME_BANNER.set(server, noisy ? BANNER : null);
        place.noisy(noisy);
    }

    /** Sets whether the user's language is German. */
    public void german(boolean german) {
        shell.german(german);
    }

    @Override
    public void close() {
        server.abandon();
        try {
            // in another thread, as MINA's waiting takes an interruption away
            Emulation.done(CompletableFuture.runAsync(
                    this::stop,
                    task -> Machine.daemon(task, "slurmray-embedded-stop").start()));
        } finally {
            shell.close();
            forwards.close();
            threads.shutdownNow();
        }
    }

    private void stop() {
        try {
            server.stop(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts the wire between the server and its clients. */
    private final class Network extends Nio2ServiceFactoryFactory {
        Network() {
            super(() -> new IoExecutor("slurmray-embedded-" + id, IO_THREADS));
        }

        @Override
        public IoServiceFactory create(FactoryManager manager) {
            return new Nio2ServiceFactory(manager, newExecutor(), newExecutor()) {
                @Override
                public Nio2Session createSession(
                        Nio2Service service, IoHandler handler, AsynchronousSocketChannel socket, SocketAddress address)
                        throws Throwable {
                    // what is forwarded comes here too, and goes over the wire as a part of its SSH connection
                    boolean ssh = handler instanceof SessionFactory;
                    return super.createSession(service, handler, ssh ? wire.serverEnd(socket) : socket, address);
                }
            };
        }
    }

    private final class Sftp implements SubsystemFactory {
        private final Path program;

        Sftp(Path program) {
            this.program = program;
        }

        @Override
        public String getName() {
            return "sftp";
        }

        @Override
        public Command createSubsystem(ChannelSession channel) {
            return shell.command(program.toString());
        }
    }
}
