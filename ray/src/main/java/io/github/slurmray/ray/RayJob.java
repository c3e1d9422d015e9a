package io.github.slurmray.ray;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * A job that was submitted to a Ray cluster.
 *
 * <p>A handle without state of its own: safe for use by many threads, nothing to close. Every method but
 * {@link #submissionId()} blocks for HTTP requests and throws {@link RayJobNotFoundException} if Ray doesn't know the
 * job, and what {@link RayJobs} says of all.
 */
public interface RayJob {
    /**
     * Returns the job's id.
     *
     * @return the id by which Ray knows the job
     */
    String submissionId();

    /**
     * Asks for the job's state.
     *
     * @return the state now
     * @throws io.github.slurmray.core.ProtocolException if Ray answers with a word that isn't known
     */
    RayJobStatus status();

    /**
     * Asks for what Ray knows about the job.
     *
     * @return the job now
     */
    RayJobInfo info();

    /**
     * Fetches what the job's entrypoint wrote to standard output and error, as UTF-8; other bytes become U+FFFD.
     *
     * @return the text so far; of more than 8 MiB the last lines of that size
     */
    String logs();

    /**
     * Hands over every line of the job's log, from the first on, as they come, and returns when the job has ended and
     * its last line was handed over. Blocks for as long as the job runs; {@link #followLogs(Consumer, Duration)} takes
     * a timeout.
     *
     * <p>Every line comes exactly once and in order, through lost connections too. Lines end at {@code \n},
     * {@code \r\n} or {@code \r} (progress bars), which are not part of them; a line of more than 1 MiB comes in
     * pieces. Bytes that are not UTF-8 become U+FFFD. Up to a size of 1 MiB a log is read twice a second; a larger one
     * is streamed, which Ray delays by up to 2 s, and longer after a lost connection, when it sends the log again from
     * its start, at about 0.5 MB/s. A large log with bytes that are not UTF-8 can't be streamed; it is read again at
     * most every 30 s.
     *
     * @param line takes the lines, on the calling thread; what it throws ends the call
     * @return the job at its end, whether it succeeded or not
     * @throws RayUnreachableException if Ray hasn't answered for two minutes; the job may well go on
     * @throws RayApiException if Ray can't give the log, such as when the node of the entrypoint is gone
     */
    RayJobInfo followLogs(Consumer<String> line);

    /**
     * Like {@link #followLogs(Consumer)}, but for a limited time.
     *
     * @param line takes the lines, on the calling thread; what it throws ends the call
     * @param timeout how long to follow at most; a request that is under way then is still waited for
     * @return the job at its end, whether it succeeded or not
     * @throws RayJobTimeoutException if it hasn't ended by then; the job goes on
     * @throws RayUnreachableException if Ray hasn't answered for two minutes; the job may well go on
     * @throws RayApiException if Ray can't give the log, such as when the node of the entrypoint is gone
     */
    RayJobInfo followLogs(Consumer<String> line, Duration timeout);

    /**
     * Waits for the job's end. That Ray doesn't answer for a while is not an end.
     *
     * @param timeout how long to wait at most
     * @return the job at its end, whether it succeeded or not
     * @throws RayJobTimeoutException if it hasn't ended by then; the job goes on
     */
    RayJobInfo await(Duration timeout);

    /**
     * Asks Ray to stop the job: SIGTERM, and SIGKILL a few seconds later. Returns before it has ended.
     *
     * @return false if it had already ended
     */
    boolean stop();

    /**
     * Deletes what Ray knows about an ended job.
     *
     * @throws RayApiException if the job hasn't ended
     */
    void delete();
}
