package io.github.slurmray.core;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * A command that runs on a {@link Host} and whose streams are open.
 *
 * <p>Safe for use by many threads, but each stream by one at a time. The caller reads {@link #stdout()}; standard error
 * is collected, its last part kept for the result.
 */
public interface HostProcess extends AutoCloseable {
    /**
     * Returns the command's standard input.
     *
     * @return a stream that is sent as it is flushed; closing it is the end of the command's input. Where the command
     *     has ended already, that is a failure only if bytes are left to send
     */
    OutputStream stdin();

    /**
     * Returns the command's standard output.
     *
     * @return a stream that ends when the command closes its own; reading it throws {@link java.io.IOException} when
     *     the connection breaks, so that a broken connection can't be taken for the end of the output
     */
    InputStream stdout();

    /**
     * Waits for the command's end.
     *
     * @param timeout how long to wait at most
     * @return its status and standard error; standard output is empty, {@link #stdout()} had it
     * @throws CommandTimeoutException if it still runs then; it goes on running
     * @throws ConnectionLostException if the connection broke before the status arrived
     * @throws InterruptedCallException if the thread was interrupted; the command goes on running
     */
    CommandResult await(Duration timeout);

    /**
     * Ends the command's process group with SIGTERM if it still runs, and closes the streams. Waits for a few seconds
     * at most; twice is harmless.
     */
    @Override
    void close();
}
