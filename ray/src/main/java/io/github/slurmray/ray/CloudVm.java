package io.github.slurmray.ray;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A user's own machine as the compute nodes see it: where its SSH server is, and the address and port on it that shall
 * lead to the dashboard. Immutable; plain data, nothing connects.
 */
public final class CloudVm {
    private final String host;
    private final int sshPort;
    private final String user;
    private final String bindAddress;
    private final int port;
    private final List<String> hostKeys;
    private final @Nullable String ownKey;

    private CloudVm(Builder b) {
        this.host = b.host;
        this.sshPort = b.sshPort;
        this.user = Objects.requireNonNull(b.user, "user: say the VM's user with user(…)");
        this.bindAddress = b.bindAddress;
        if (b.port == 0) {
            throw new IllegalArgumentException(
                    "say the port on " + host + " that shall lead to the dashboard: port(…)");
        }
        this.port = b.port;
        this.hostKeys = List.copyOf(b.hostKeys);
        this.ownKey = b.ownKey;
    }

    /**
     * Starts a builder.
     *
     * @param host the VM's name or address, as compute nodes reach it
     * @return a fresh builder
     * @throws IllegalArgumentException if it isn't a host name or address
     */
    public static Builder builder(String host) {
        return new Builder(host);
    }

    /**
     * Returns where compute nodes reach the VM.
     *
     * @return a name or an address
     */
    public String host() {
        return host;
    }

    /**
     * Returns the port of its SSH server.
     *
     * @return 22 by default
     */
    public int sshPort() {
        return sshPort;
    }

    /**
     * Returns the user on the VM.
     *
     * @return the user
     */
    public String user() {
        return user;
    }

    /**
     * Returns the address on the VM that listens for the dashboard.
     *
     * @return 127.0.0.1 by default, which only programs on the VM reach; another one needs {@code GatewayPorts
     *     clientspecified} in the VM's sshd_config
     */
    public String bindAddress() {
        return bindAddress;
    }

    /**
     * Tells whether the dashboard is published to programs on the VM alone.
     *
     * @return true if {@link #bindAddress()} is a loopback address
     */
    public boolean listensOnLoopback() {
        return bindAddress.equals("localhost") || bindAddress.matches("127(\\.\\d{1,3}){3}");
    }

    /**
     * Returns the port on the VM that listens for the dashboard.
     *
     * @return the port
     */
    public int port() {
        return port;
    }

    /**
     * Returns the public host keys of the VM, each as {@code ssh-ed25519 AAAA…}.
     *
     * @return empty if they are to be read from the VM through the connection that manages it
     */
    public List<String> hostKeys() {
        return hostKeys;
    }

    /**
     * Returns the path, on the site, of a private key of the user's own that the VM accepts.
     *
     * @return empty if the cluster shall have an ephemeral key
     */
    public Optional<String> ownKey() {
        return Optional.ofNullable(ownKey);
    }

    /** Returns the VM in words, such as {@code ubuntu@vm.example.org (127.0.0.1:8280 there)}. */
    @Override
    public String toString() {
        return user + "@" + host + (sshPort == 22 ? "" : ":" + sshPort) + " (" + bindAddress + ":" + port + " there)";
    }

    /** Builds a {@link CloudVm}. Not safe for use by many threads. */
    public static final class Builder {
        private final String host;
        private int sshPort = 22;
        private @Nullable String user;
        private String bindAddress = "127.0.0.1";
        private int port;
        private final List<String> hostKeys = new ArrayList<>();
        private @Nullable String ownKey;

        private Builder(String host) {
            this.host = hostName(host, "the VM's host");
        }

        private static String hostName(String text, String what) {
            if (!text.matches("[A-Za-z0-9][A-Za-z0-9.-]{0,252}")) {
                throw new IllegalArgumentException(
                        what + " must be a host name or an IPv4 address, but was '" + text + "'");
            }
            return text;
        }

        private static int portNumber(int port, String what) {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException(what + " must be between 1 and 65535, but was " + port);
            }
            return port;
        }

        /**
         * Sets the port of the VM's SSH server.
         *
         * @param sshPort 22 by default
         * @return this builder
         * @throws IllegalArgumentException if it is no port
         */
        public Builder sshPort(int sshPort) {
            this.sshPort = portNumber(sshPort, "the SSH port");
            return this;
        }

        /**
         * Sets the user on the VM.
         *
         * @param user a login name
         * @return this builder
         * @throws IllegalArgumentException if it isn't one
         */
        public Builder user(String user) {
            if (!user.matches("[A-Za-z_][A-Za-z0-9_.-]{0,63}")) {
                throw new IllegalArgumentException("the VM's user must be a login name, but was '" + user + "'");
            }
            this.user = user;
            return this;
        }

        /**
         * Sets the address on the VM that listens for the dashboard, such as the VM's private address.
         *
         * @param privateAddress 127.0.0.1 by default, which only programs on the VM reach; other addresses need
         *     {@code GatewayPorts clientspecified} in the VM's sshd_config
         * @return this builder
         * @throws IllegalArgumentException if it isn't an address
         */
        public Builder privateAddress(String privateAddress) {
            this.bindAddress = hostName(privateAddress, "the VM's private address");
            return this;
        }

        /**
         * Sets the port on the VM that listens for the dashboard.
         *
         * @param port the port, 1024 or above unless the VM's user is root
         * @return this builder
         * @throws IllegalArgumentException if it is no port
         */
        public Builder port(int port) {
            this.port = portNumber(port, "the VM's port");
            return this;
        }

        /**
         * Adds a public host key of the VM, so that compute nodes can verify it.
         *
         * @param hostKey its type and its base64 text, as in {@code ssh_host_ed25519_key.pub}
         * @return this builder
         * @throws IllegalArgumentException if it has another form
         */
        public Builder hostKey(String hostKey) {
            if (!hostKey.strip().matches("[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [^\\r\\n]*)?")) {
                throw new IllegalArgumentException(
                        "a host key is a type and base64 text, such as 'ssh-ed25519 AAAA…', but was '" + hostKey + "'");
            }
            String[] words = hostKey.strip().split(" ", -1);
            hostKeys.add(words[0] + " " + words[1]);
            return this;
        }

        /**
         * Sets a private key of the user's own, on the site, that the VM accepts; no ephemeral key is made then.
         *
         * @param path its absolute path on the site, or one below the home directory; it must have no passphrase
         * @return this builder
         * @throws IllegalArgumentException if it is empty, starts with {@code ~}, which nobody expands, or has control
         *     characters
         */
        public Builder ownKey(String path) {
            if (path.isEmpty() || path.startsWith("~") || path.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "the key's path is absolute or below the home directory, without ~, but was '" + path + "'");
            }
            this.ownKey = path;
            return this;
        }

        /**
         * Builds.
         *
         * @return the VM
         * @throws NullPointerException if the user is missing
         * @throws IllegalArgumentException if the port is missing
         */
        public CloudVm build() {
            return new CloudVm(this);
        }
    }
}
