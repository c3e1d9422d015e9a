package io.github.slurmray.ray;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What Ray knows about a job at one moment.
 *
 * @param submissionId the job's id
 * @param status its state
 * @param message Ray's sentence about the state, for a failed job with its last lines; empty if Ray gave none
 * @param entrypoint the command
 * @param start when Ray accepted it, by the head's clock
 * @param end when it ended, by the head's clock
 * @param errorType the kind of failure, such as {@code RUNTIME_ENV_SETUP_FAILURE}; only newer Ray fills it in
 * @param driverExitCode the exit status of the entrypoint, once it has ended by itself
 * @param metadata what the submitter attached
 */
public record RayJobInfo(
        String submissionId,
        RayJobStatus status,
        String message,
        String entrypoint,
        Optional<Instant> start,
        Optional<Instant> end,
        Optional<String> errorType,
        OptionalInt driverExitCode,
        Map<String, String> metadata) {
    /** Copies the metadata. */
    public RayJobInfo {
        Objects.requireNonNull(submissionId, "submissionId");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(entrypoint, "entrypoint");
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(end, "end");
        Objects.requireNonNull(errorType, "errorType");
        Objects.requireNonNull(driverExitCode, "driverExitCode");
        metadata = Map.copyOf(metadata);
    }
}
