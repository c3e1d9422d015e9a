package io.github.slurmray.ssh;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostProcess;
import io.github.slurmray.core.Secret;
import io.github.slurmray.core.Tunnel;
import io.github.slurmray.ssh.internal.Endpoint;
import io.github.slurmray.ssh.internal.Engine;
import io.github.slurmray.ssh.internal.HostName;
import io.github.slurmray.ssh.internal.Identity;
import io.github.slurmray.ssh.internal.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A {@link Host} over SSH.
 *
 * <p>There is one connection for everything. It is opened by {@link #connect()} or the first call that needs it, and
 * again by the next call after it broke; a call that is in flight then throws
 * {@link io.github.slurmray.core.ConnectionLostException}. Up to eight commands run at once, others wait for their
 * turn, and that wait counts as part of their timeout. While tunnels are open, a broken connection is opened again in
 * the background.
 *
 * <p>The host's key is verified against a known_hosts file, always. Only what was given to the builder is used: no
 * configuration of the user's own ssh, no agent, no default key.
 *
 * <p>Commands run in {@code /bin/sh} where the login shell is one of sh, bash, dash, ksh, zsh, csh, tcsh and fish. A
 * command's text may have some 128 KiB; feed longer texts to its standard input. Safe for use by many threads.
 */
public final class SshHost implements Host {
    private final Engine engine;

    private SshHost(Settings settings) {
        this.engine = new Engine(settings);
    }

    /**
     * Starts the description of a host.
     *
     * @param host its name or address, alone
     * @return a builder
     * @throws IllegalArgumentException if it is blank, or holds a blank, a scheme, a user or a port; the message says
     *     how to give these
     */
    public static Builder builder(String host) {
        return new Builder(host);
    }

    /**
     * Opens the connection now, if there is none, so that what is wrong with it shows early.
     *
     * @throws io.github.slurmray.core.HostUnreachableException if there is no way to the host
     * @throws io.github.slurmray.core.HostKeyException if the host's key can't be verified
     * @throws io.github.slurmray.core.AuthenticationException if a key file can't be used, or the host refuses all keys
     * @throws io.github.slurmray.core.ProtocolException if the host speaks no SSH that this library speaks
     * @throws io.github.slurmray.core.InterruptedCallException if the thread was interrupted
     * @throws IllegalStateException if this is closed
     */
    public void connect() {
        engine.connect();
    }

    @Override
    public String name() {
        return engine.name();
    }

    @Override
    public CommandResult run(Command command) {
        return engine.run(command);
    }

    @Override
    public HostProcess start(Command command) {
        return engine.start(command);
    }

    /**
     * {@inheritDoc}
     *
     * <p>To learn whether the host allows forwarding, one connection to the target is opened and closed at once.
     */
    @Override
    public Tunnel tunnel(String targetHost, int targetPort) {
        return engine.tunnel(targetHost, targetPort);
    }

    @Override
    public void close() {
        engine.close();
    }

    @Override
    public String toString() {
        return name();
    }

    /** Describes an {@link SshHost}. */
    public static final class Builder {
        private final String host;
        private final List<Identity> identities = new ArrayList<>();
        private int port = Endpoint.DEFAULT_PORT;
        private String user = System.getProperty("user.name");
        private Path knownHosts = Path.of(System.getProperty("user.home"), ".ssh", "known_hosts");
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration keepAlive = Duration.ofSeconds(15);

        private Builder(String host) {
            this.host = HostName.alone(Objects.requireNonNull(host, "host"));
        }

        /**
         * Sets the port; 22 by default.
         *
         * @param port from 1 to 65535
         * @return this builder
         * @throws IllegalArgumentException if it is none
         */
        public Builder port(int port) {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("a port must be from 1 to 65535, but was " + port);
            }
            this.port = port;
            return this;
        }

        /**
         * Sets the login name; this JVM's user by default.
         *
         * @param user the name
         * @return this builder
         * @throws IllegalArgumentException if it is blank
         */
        public Builder user(String user) {
            if (user.isBlank()) {
                throw new IllegalArgumentException("a user name can't be blank");
            }
            this.user = user;
            return this;
        }

        /**
         * Adds an unencrypted private key, in OpenSSH's or PEM format. Keys are offered in their order. The file is
         * read with each connection; it must exist then and be readable by its owner only.
         *
         * @param file the private key's file, not that of the public key beside it
         * @return this builder
         * @throws IllegalArgumentException if it starts with {@code ~}, which nobody expands
         */
        public Builder identity(Path file) {
            identities.add(new Identity(withoutTilde(file), Optional.empty()));
            return this;
        }

        /**
         * Adds an encrypted private key, see {@link #identity(Path)}.
         *
         * @param file the file
         * @param passphrase what it is encrypted with
         * @return this builder
         * @throws IllegalArgumentException if the file starts with {@code ~}, which nobody expands
         */
        public Builder identity(Path file, Secret passphrase) {
            identities.add(
                    new Identity(withoutTilde(file), Optional.of(Objects.requireNonNull(passphrase, "passphrase"))));
            return this;
        }

        /**
         * Sets the file of host keys, in OpenSSH's format; {@code ~/.ssh/known_hosts} by default. It is read with each
         * connection.
         *
         * @param file the file
         * @return this builder
         * @throws IllegalArgumentException if it starts with {@code ~}, which nobody expands
         */
        public Builder knownHosts(Path file) {
            this.knownHosts = withoutTilde(file);
            return this;
        }

        /**
         * Sets how long opening a connection may take, from the name's resolution to the end of authentication; 10
         * seconds by default.
         *
         * @param timeout more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative
         */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = positive(timeout, "the connect timeout");
            return this;
        }

        /**
         * Sets how often the link is tried; 15 seconds by default. A link on which three tries in a row stay without an
         * answer is taken for broken.
         *
         * @param interval more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative
         */
        public Builder keepAlive(Duration interval) {
            this.keepAlive = positive(interval, "the keep-alive interval");
            return this;
        }

        private static Path withoutTilde(Path file) {
            if (file.toString().startsWith("~")) {
                String rest = file.toString().replaceFirst("^~[^/]*/?", "");
                throw new IllegalArgumentException("the file '" + file
                        + "' starts with '~', which a shell expands and Java doesn't: say"
                        + " Path.of(System.getProperty(\"user.home\"), \"" + rest + "\")");
            }
            return file;
        }

        private static Duration positive(Duration value, String what) {
            if (value.isZero() || value.isNegative()) {
                throw new IllegalArgumentException(what + " must be more than zero, but was " + value);
            }
            return value;
        }

        /**
         * Creates the host, without connecting and without reading a file.
         *
         * @return a host, to be closed
         */
        public SshHost build() {
            return new SshHost(new Settings(
                    new Endpoint(host, port, user), List.copyOf(identities), knownHosts, connectTimeout, keepAlive));
        }
    }
}
