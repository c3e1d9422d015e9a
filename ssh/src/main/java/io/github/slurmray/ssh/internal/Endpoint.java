package io.github.slurmray.ssh.internal;

/**
 * Where to connect, and as whom.
 *
 * @param host a name or an address
 * @param port the port of the SSH server
 * @param user the login name
 */
public record Endpoint(String host, int port, String user) {
    /** The port of SSH. */
    public static final int DEFAULT_PORT = 22;

    /** Such as {@code login.example.org:2222}, as messages call the place. */
    String address() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** Such as {@code alice@login.example.org}, as messages call the host. */
    @Override
    public String toString() {
        return user + "@" + host + (port == DEFAULT_PORT ? "" : ":" + port);
    }
}
