package io.github.slurmray.ray;

import java.util.List;

/**
 * The jobs of one Ray cluster, through Ray's Jobs API.
 *
 * <p>Safe for use by many threads. Every method blocks for one or a few HTTP requests, each with a timeout. Besides
 * what it names itself, each throws {@link RayUnreachableException} when Ray doesn't answer, {@link RayApiException}
 * when it answers with an error, {@link io.github.slurmray.core.ProtocolException} when its answer can't be understood,
 * {@link io.github.slurmray.core.InterruptedCallException} when the thread is interrupted,
 * {@link ClusterEndedException} when the cluster's job has ended by itself, and {@link IllegalStateException} when the
 * cluster's handle is closed. Before the cluster is ready, {@link RayUnreachableException} says what it waits for.
 */
public interface RayJobs {
    /**
     * Submits a job, once: its submission id is what Ray knows it by, so when an answer is lost, the job is looked up
     * before it is sent again.
     *
     * <p>A working directory is uploaded first, unless the cluster has the same one already. Before the cluster is
     * ready this throws at once if Ray doesn't accept jobs yet; later, if no agent of Ray does for a moment, it tries
     * again for up to a minute. If the specification names a submission id which the cluster already has with the same
     * entrypoint, that job is returned.
     *
     * @param spec the job
     * @return the job, accepted by Ray
     * @throws IllegalArgumentException if the working directory can't be packed or is too large
     * @throws RayUnreachableException if Ray didn't answer; with {@link io.github.slurmray.core.Retry#UNKNOWN_EFFECT}
     *     if the job may have been accepted, the message then has its id
     * @throws RayApiException if Ray refuses the job, or has another job of this id
     */
    RayJob submit(RayJobSpec spec);

    /**
     * Returns the job of an id. Asks nothing of Ray: the handle's methods do.
     *
     * @param submissionId the id
     * @return the job
     * @throws IllegalArgumentException if the id is blank
     */
    RayJob job(String submissionId);

    /**
     * Lists the jobs that were submitted to the cluster by any client. Drivers that connected by themselves are not
     * among them.
     *
     * @return the jobs, in no particular order
     */
    List<RayJobInfo> list();
}
