package io.github.slurmray.ray;

import io.github.slurmray.core.Retry;

/** Ray knows no job of this id: never submitted to this cluster, or deleted. */
public class RayJobNotFoundException extends RayApiException {
    private static final long serialVersionUID = 1L;

    private final String submissionId;

    /**
     * Creates the exception; {@link #retry()} is {@link Retry#POINTLESS}.
     *
     * @param submissionId the id that Ray doesn't know
     */
    public RayJobNotFoundException(String submissionId) {
        super(
                "this Ray cluster knows no job '" + submissionId
                        + "': it was never submitted here, or it was deleted; jobs().list() shows what there is",
                null,
                404,
                Retry.POINTLESS);
        this.submissionId = submissionId;
    }

    /**
     * Returns the id.
     *
     * @return the submission id
     */
    public String submissionId() {
        return submissionId;
    }
}
