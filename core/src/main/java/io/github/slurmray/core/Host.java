package io.github.slurmray.core;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A machine on which commands can be run, files placed and ports reached, as one user.
 *
 * <p>Implementations are safe for use by many threads, and their {@link #run} and {@link #start} give a command exactly
 * what it wrote: banners and the noise of shell start-up files don't reach the result. Every command runs in
 * {@code /bin/sh}, whatever the user's login shell, in the user's home directory.
 */
public interface Host extends AutoCloseable {
    /**
     * Returns what messages call this host.
     *
     * @return such as {@code alice@lumi.csc.fi}
     */
    String name();

    /**
     * Runs a command and waits for its end. Blocks for at most the command's timeout, plus the time to open a
     * connection where there is none.
     *
     * @param command the command
     * @return its status and both streams; a status other than 0 is not an error here
     * @throws CommandTimeoutException if it took longer than its timeout; its process group is ended
     * @throws ConnectionLostException if the connection broke before the status arrived
     * @throws InterruptedCallException if the thread was interrupted; the process group is ended
     * @throws HostUnreachableException if there was no connection and none could be opened
     * @throws HostKeyException if the host's key can't be verified
     * @throws AuthenticationException if the host refused every identity
     * @throws IllegalStateException if this host is closed
     */
    CommandResult run(Command command);

    /**
     * Starts a command and returns while it runs. Its timeout is not applied.
     *
     * @param command the command; its bytes for standard input are sent first, and standard input stays open
     * @return the running process, to be closed
     * @throws ConnectionLostException if the connection broke
     * @throws HostUnreachableException if there was no connection and none could be opened
     * @throws HostKeyException if the host's key can't be verified
     * @throws AuthenticationException if the host refused every identity
     * @throws IllegalStateException if this host is closed
     */
    HostProcess start(Command command);

    /**
     * Opens a tunnel: a port on this JVM's loopback, chosen by the system, that leads through the host to a port which
     * the host can reach.
     *
     * @param targetHost the target's name or address, as the host resolves it
     * @param targetPort the target's port
     * @return the tunnel, to be closed; it closes with the host at the latest
     * @throws TunnelException if the host allows no forwarding
     * @throws ConnectionLostException if the connection broke
     * @throws IllegalStateException if this host is closed
     */
    Tunnel tunnel(String targetHost, int targetPort);

    /**
     * Places a file, whole or not at all: it is written beside its path and then renamed. Directories on the way must
     * exist.
     *
     * @param content its bytes
     * @param path where, absolute or relative to the home directory
     * @param mode its permissions, such as {@code 0600}
     * @throws CommandFailedException if it can't be written; the message has the host's words
     */
    default void upload(byte[] content, String path, int mode) {
        String file = Shell.quote(path);
        // the temporary name is hidden and unique, and only this user can read it from its first byte on
        run(Command.shell("umask 077; t=$(mktemp " + file + ".XXXXXX) && cat >\"$t\" && chmod "
                                + Integer.toOctalString(mode) + " \"$t\" && mv -f \"$t\" " + file
                                + " || { s=$?; rm -f \"$t\"; exit $s; }")
                        .describedAs("upload " + path)
                        .withStdin(content))
                .orThrow();
    }

    /**
     * Fetches a file.
     *
     * @param path where it is, absolute or relative to the home directory
     * @param maxBytes the largest size that is taken
     * @return its bytes
     * @throws CommandFailedException if it can't be read; the message has the host's words
     * @throws ProtocolException if it is larger than {@code maxBytes}
     */
    default byte[] download(String path, int maxBytes) {
        CommandResult result = run(Command.of(List.of("cat", "--", path))
                        .describedAs("download " + path)
                        .withCap(maxBytes))
                .orThrow();
        if (result.truncated()) {
            throw new ProtocolException(path + " on " + name() + " is larger than " + maxBytes + " bytes", null);
        }
        return result.stdoutBytes();
    }

    /**
     * Fetches a text file of UTF-8.
     *
     * @param path where it is, absolute or relative to the home directory
     * @param maxBytes the largest size that is taken
     * @return its text
     * @throws CommandFailedException if it can't be read; the message has the host's words
     * @throws ProtocolException if it is larger than {@code maxBytes}
     */
    default String downloadText(String path, int maxBytes) {
        return new String(download(path, maxBytes), StandardCharsets.UTF_8);
    }

    /** Closes the connection and everything opened through it. Waits for a few seconds at most; twice is harmless. */
    @Override
    void close();
}
