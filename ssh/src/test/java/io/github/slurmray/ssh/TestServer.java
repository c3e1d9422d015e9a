package io.github.slurmray.ssh;

import io.github.slurmray.ssh.internal.IoExecutor;
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
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
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
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.jspecify.annotations.Nullable;

/** An SSH server in this JVM that runs commands as local processes, in a directory of its own as the home. */
final class TestServer implements AutoCloseable {
    static final String USER = "alice";

    private final Path directory;
    private final SshServer server = SshServer.setUpDefaultServer();
    private final List<KeyPair> hostKeys = new ArrayList<>();
    private final Set<PublicKey> accepted = ConcurrentHashMap.newKeySet();
    private final Set<Process> processes = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger sessions = new AtomicInteger();
    private volatile int maxSessions = 10;
    private volatile String profile = "";

    /** Starts a server with an ed25519 host key that accepts the ed25519 key in {@link #key()}. */
    TestServer(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(home());
            hostKeys.add(generate("ssh-ed25519", 256));
            accepted.add(writeKey("id_ed25519", "ssh-ed25519", 256, null).getPublic());
            server.setHost("127.0.0.1");
            server.setKeyPairProvider(KeyPairProvider.wrap(hostKeys));
            server.setPublickeyAuthenticator((user, key, session) ->
                    USER.equals(user) && accepted.stream().anyMatch(k -> KeyUtils.compareKeys(k, key)));
            server.setCommandFactory((channel, command) -> new LocalCommand(command));
            server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
            server.setChannelFactories(List.of(new LimitedSessions(), DirectTcpipFactory.INSTANCE));
            server.addSessionListener(new org.apache.sshd.common.session.SessionListener() {
                @Override
                public void sessionCreated(Session session) {
                    connections.incrementAndGet();
                }
            });
            // MINA's own executor fails a thread of the JDK's now and then when the server stops
            server.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory(() -> new IoExecutor("test-server", 3)));
            CoreModuleProperties.TCP_NODELAY.set(server, true);
            server.start();
            writeKnownHosts(hostKeys);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static KeyPair generate(String type, int size) {
        try {
            return KeyUtils.generateKeyPair(type, size);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    SshServer server() {
        return server;
    }

    int port() {
        return server.getPort();
    }

    Path home() {
        return directory.resolve("home");
    }

    Path key() {
        return directory.resolve("id_ed25519");
    }

    Path knownHosts() {
        return directory.resolve("known_hosts");
    }

    /** How many connections were opened to this server. */
    int connections() {
        return connections.get();
    }

    /** Accepts a key from now on. */
    void accept(PublicKey key) {
        accepted.add(key);
    }

    /** Replaces the host's keys. */
    void hostKeys(List<KeyPair> keys) {
        hostKeys.clear();
        hostKeys.addAll(keys);
        server.setKeyPairProvider(KeyPairProvider.wrap(List.copyOf(keys)));
    }

    /** Sets what the login shell does before a command, as a start-up file would. */
    void profile(String text) {
        profile = text;
    }

    /** Sets how many sessions one connection may have open, as MaxSessions does; 10 at first. */
    void allowSessions(int max) {
        maxSessions = max;
    }

    void refuseForwarding() {
        server.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
    }

    /** Breaks every connection at once, without a goodbye. */
    void cut() {
        server.getActiveSessions().forEach(s -> s.close(true));
    }

    String hostPattern() {
        return "[127.0.0.1]:" + port();
    }

    void writeKnownHosts(List<KeyPair> keys) throws IOException {
        StringBuilder text = new StringBuilder();
        for (KeyPair key : keys) {
            text.append(hostPattern())
                    .append(' ')
                    .append(PublicKeyEntry.toString(key.getPublic()))
                    .append('\n');
        }
        Files.writeString(knownHosts(), text);
    }

    /** Writes a new private key beside the others. */
    KeyPair writeKey(String name, String type, int size, @Nullable String passphrase) throws IOException {
        KeyPair pair = generate(type, size);
        Path file = directory.resolve(name);
        OpenSSHKeyEncryptionContext encryption = null;
        if (passphrase != null) {
            encryption = new OpenSSHKeyEncryptionContext();
            encryption.setCipherName("AES");
            encryption.setCipherType("256");
            encryption.setCipherMode("CTR");
            encryption.setPassword(passphrase);
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "a comment", encryption, out);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return pair;
    }

    /** A description of this server's host. */
    SshHost.Builder host() {
        return SshHost.builder("127.0.0.1")
                .port(port())
                .user(USER)
                .identity(key())
                .knownHosts(knownHosts())
                .keepAlive(Duration.ofSeconds(1));
    }

    @Override
    public void close() {
        try {
            server.stop(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            processes.forEach(p -> p.descendants().forEach(ProcessHandle::destroyForcibly));
            processes.forEach(Process::destroyForcibly);
        }
    }

    /** Opens sessions up to the limit, and refuses more as sshd does. */
    private final class LimitedSessions extends ChannelSessionFactory {
        @Override
        public Channel createChannel(Session session) {
            return new ChannelSession() {
                private boolean counted;

                @Override
                protected OpenFuture doInit(Buffer buffer) {
                    if (sessions.incrementAndGet() > maxSessions) {
                        sessions.decrementAndGet();
                        OpenFuture refused = new DefaultOpenFuture(this, this);
                        refused.setException(new SshChannelOpenException(
                                getChannelId(), SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED, "open failed"));
                        return refused;
                    }
                    counted = true;
                    return super.doInit(buffer);
                }

                @Override
                public void handleClose() throws java.io.IOException {
                    // sshd frees a session's place when the client has closed it too
                    if (counted) {
                        counted = false;
                        sessions.decrementAndGet();
                    }
                    super.handleClose();
                }
            };
        }
    }

    /** A command as sshd runs one: in a session of its own, by the login shell. */
    private final class LocalCommand implements Command {
        private final String text;
        private InputStream in = InputStream.nullInputStream();
        private OutputStream out = OutputStream.nullOutputStream();
        private OutputStream err = OutputStream.nullOutputStream();
        private @Nullable ExitCallback exit;

        LocalCommand(String text) {
            this.text = text;
        }

        @Override
        public void setInputStream(InputStream in) {
            this.in = in;
        }

        @Override
        public void setOutputStream(OutputStream out) {
            this.out = out;
        }

        @Override
        public void setErrorStream(OutputStream err) {
            this.err = err;
        }

        @Override
        public void setExitCallback(ExitCallback callback) {
            this.exit = callback;
        }

        @Override
        public void start(ChannelSession channel, Environment environment) throws IOException {
            // by a file, since a JVM hands arguments over in its own locale's encoding
            Path script = Files.createTempFile(directory, "command", ".sh");
            Files.write(script, (profile + "\n" + text + "\n").getBytes(StandardCharsets.UTF_8));
            ProcessBuilder builder = new ProcessBuilder("setsid", "/bin/sh", script.toString());
            builder.directory(home().toFile());
            builder.environment().putAll(Map.of("HOME", home().toString()));
            Process started = builder.start();
            processes.add(started);
            thread(() -> copy(in, started.getOutputStream(), true));
            Thread output = thread(() -> copy(started.getInputStream(), out, false));
            Thread error = thread(() -> copy(started.getErrorStream(), err, false));
            thread(() -> {
                try {
                    int status = started.waitFor();
                    output.join();
                    error.join();
                    Files.deleteIfExists(script);
                    if (exit != null) {
                        exit.onExit(status);
                    }
                } catch (InterruptedException | IOException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        private Thread thread(Runnable body) {
            Thread thread = new Thread(body, "test-server-command");
            thread.setDaemon(true);
            thread.start();
            return thread;
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
