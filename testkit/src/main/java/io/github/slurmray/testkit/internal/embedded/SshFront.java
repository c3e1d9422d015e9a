package io.github.slurmray.testkit.internal.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.channel.ChannelSessionFactory;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.apache.sshd.server.forward.DirectTcpipFactory;
import org.jspecify.annotations.Nullable;

/** The SSH server of the login node, on loopback. Commands are run by a real bash, as by a user's login shell. */
public final class SshFront implements AutoCloseable {
    private static final int DEFAULT_MAX_SESSIONS = 10;

    private final String user;
    private final String id;
    private final Place place;
    private final Consumer<String> received;
    private final SshServer server = SshServer.setUpDefaultServer();
    private final Path key;
    private final Path knownHosts;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(r -> Machine.daemon(r, "slurmray-embedded-ssh"));
    private volatile int maxSessions = DEFAULT_MAX_SESSIONS;
    private volatile boolean refusing;

    SshFront(String user, String id, Place place, Consumer<String> received) {
        this.user = user;
        this.id = id;
        this.place = place;
        this.received = received;
        this.key = place.root().resolve("id_ed25519");
        this.knownHosts = place.root().resolve("known_hosts");
        try {
            KeyPair hostKey = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
            KeyPair userKey = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
            writePrivate(userKey);
            server.setHost("127.0.0.1");
            server.setIoServiceFactoryFactory(
                    new Nio2ServiceFactoryFactory(() -> new IoExecutor("slurmray-embedded-" + id, 3)));
            server.setKeyPairProvider(KeyPairProvider.wrap(List.of(hostKey)));
            server.setPublickeyAuthenticator((name, offered, session) ->
                    user.equals(name) && KeyUtils.compareKeys(userKey.getPublic(), offered));
            server.setCommandFactory((channel, text) -> new BashCommand(text));
            server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
            server.setChannelFactories(List.of(new LimitedSessions(), DirectTcpipFactory.INSTANCE));
            server.addSessionListener(new SessionListener() {
                @Override
                public void sessionCreated(Session session) {
                    if (refusing) {
                        session.close(true);
                    }
                }
            });
            CoreModuleProperties.TCP_NODELAY.set(server, true);
            server.start();
            Files.writeString(
                    knownHosts, "[127.0.0.1]:" + port() + " " + PublicKeyEntry.toString(hostKey.getPublic()) + "\n");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM can't make ed25519 keys", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writePrivate(KeyPair pair) throws IOException, GeneralSecurityException {
        try (OutputStream out = Files.newOutputStream(key)) {
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "emulated Slurm", null, out);
        }
    }

    /** Returns the port. */
    public int port() {
        return server.getPort();
    }

    /** Returns the file with the user's private key. */
    public Path key() {
        return key;
    }

    /** Returns the file with the host's key. */
    public Path knownHosts() {
        return knownHosts;
    }

    /** Breaks every connection at once, without a goodbye. */
    public void cut() {
        server.getActiveSessions().forEach(s -> s.close(true));
    }

    /** Sets whether new connections are closed as soon as they are made. */
    public void refuse(boolean refuse) {
        refusing = refuse;
    }

    /** Sets how many sessions one connection may have open, as MaxSessions does. */
    public void maxSessions(int max) {
        maxSessions = max;
    }

    @Override
    public void close() {
        try {
            server.stop(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Opens sessions up to the limit of each connection, and refuses more as sshd does. */
    private final class LimitedSessions extends ChannelSessionFactory {
        private final Map<Session, AtomicInteger> open = new java.util.concurrent.ConcurrentHashMap<>();

        @Override
        public Channel createChannel(Session session) {
            AtomicInteger count = open.computeIfAbsent(session, s -> new AtomicInteger());
            return new ChannelSession() {
                private boolean counted;

                @Override
                protected OpenFuture doInit(Buffer buffer) {
                    if (count.incrementAndGet() > maxSessions) {
                        count.decrementAndGet();
                        OpenFuture refused = new DefaultOpenFuture(this, this);
                        refused.setException(new SshChannelOpenException(
                                getChannelId(), SshConstants.SSH_OPEN_CONNECT_FAILED, "open failed"));
                        return refused;
                    }
                    counted = true;
                    return super.doInit(buffer);
                }

                @Override
                public void handleClose() throws IOException {
                    // sshd frees a session's place when the client has closed it too
                    if (counted) {
                        counted = false;
                        count.decrementAndGet();
                    }
                    super.handleClose();
                }

                @Override
                protected void preClose() {
                    if (!session.isOpen()) {
                        open.remove(session);
                    }
                    super.preClose();
                }
            };
        }
    }

    /** A command as sshd runs one: in a session of its own, by the login shell, in the home directory. */
    private final class BashCommand implements Command {
        private final String text;
        private InputStream in = InputStream.nullInputStream();
        private OutputStream out = OutputStream.nullOutputStream();
        private OutputStream err = OutputStream.nullOutputStream();
        private @Nullable ExitCallback exit;

        BashCommand(String text) {
            this.text = text;
        }

        @Override
        public void setInputStream(InputStream stream) {
            in = stream;
        }

        @Override
        public void setOutputStream(OutputStream stream) {
            out = stream;
        }

        @Override
        public void setErrorStream(OutputStream stream) {
            err = stream;
        }

        @Override
        public void setExitCallback(ExitCallback callback) {
            exit = callback;
        }

        @Override
        public void start(ChannelSession channel, Environment environment) throws IOException {
            received.accept(text);
            // by a file, since a JVM hands arguments over in its own locale's encoding
            Path file = Files.createTempFile(place.root().resolve("answers"), "command", "");
            Files.write(file, text.getBytes(StandardCharsets.UTF_8));
            ProcessBuilder builder = new ProcessBuilder(
                    "setsid",
                    "bash",
                    "-c",
                    "IFS= read -r -d '' _command <\"$1\"; rm -f \"$1\"; shift; eval \"$_command\"",
                    "bash",
                    file.toString());
            builder.directory(place.home().toFile());
            builder.environment().clear();
            builder.environment()
                    .putAll(Map.of(
                            "HOME",
                            place.home().toString(),
                            "USER",
                            user,
                            "LOGNAME",
                            user,
                            "SHELL",
                            "/bin/bash",
                            "PATH",
                            place.bin() + ":/usr/local/bin:/usr/bin:/bin",
                            "SSH_CLIENT",
                            "127.0.0.1 0 " + port(),
                            "SSH_CONNECTION",
                            "127.0.0.1 0 127.0.0.1 " + port(),
                            ProcessTable.MARK,
                            id));
            Process process = builder.start();
            threads.execute(() -> copy(in, process.getOutputStream(), true));
            var output = java.util.concurrent.CompletableFuture.runAsync(
                    () -> copy(process.getInputStream(), out, false), threads);
            var error = java.util.concurrent.CompletableFuture.runAsync(
                    () -> copy(process.getErrorStream(), err, false), threads);
            threads.execute(() -> {
                try {
                    int status = process.waitFor();
                    output.join();
                    error.join();
                    if (exit != null) {
                        exit.onExit(status);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        private void copy(InputStream from, OutputStream to, boolean close) {
            byte[] bytes = new byte[32_768];
            try {
                for (int n = from.read(bytes); n >= 0; n = from.read(bytes)) {
                    to.write(bytes, 0, n);
                    to.flush();
                }
            } catch (IOException e) {
                // one side has gone: nothing more to copy
            }
            if (close) {
                try {
                    to.close();
                } catch (IOException e) {
                    // it was closed already
                }
            }
        }

        @Override
        public void destroy(ChannelSession channel) {
            // sshd lets the process live when a channel goes
        }
    }
}
