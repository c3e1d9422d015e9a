package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.ray.RayApiException;
import io.github.slurmray.ray.RayJob;
import io.github.slurmray.ray.RayJobInfo;
import io.github.slurmray.ray.RayJobNotFoundException;
import io.github.slurmray.ray.RayJobStatus;
import io.github.slurmray.ray.RayJobTimeoutException;
import io.github.slurmray.ray.RayUnreachableException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@link RayJob} over the dashboard. */
final class DashboardJob implements RayJob {
    private static final Duration FIRST_LOOK = Duration.ofMillis(50);
    private static final Duration LAST_LOOK = Duration.ofSeconds(2);

    private final RayDashboard dashboard;
    private final DashboardJobs jobs;
    private final String id;

    DashboardJob(RayDashboard dashboard, DashboardJobs jobs, String id) {
        this.dashboard = dashboard;
        this.jobs = jobs;
        this.id = id;
    }

    @Override
    public String submissionId() {
        return id;
    }

    @Override
    public RayJobStatus status() {
        return info().status();
    }

    @Override
    public RayJobInfo info() {
        return jobs.known(id).info();
    }

    @Override
    public String logs() {
        return new JobLog(dashboard, jobs, id).tail();
    }

    @Override
    public RayJobInfo followLogs(Consumer<String> line) {
        return new JobLog(dashboard, jobs, id).follow(line, Optional.empty());
    }

    @Override
    public RayJobInfo followLogs(Consumer<String> line, Duration timeout) {
        return new JobLog(dashboard, jobs, id).follow(line, Optional.of(timeout));
    }

    @Override
    public RayJobInfo await(Duration timeout) {
        Waits waits = dashboard.waits();
        long deadline = waits.nanoTime() + timeout.toNanos();
        Duration pause = FIRST_LOOK;
        String last = "never known";
        while (true) {
            @Nullable SlurmRayException failure = null;
            try {
                RayJobInfo info = info();
                if (info.status().isTerminal()) {
                    return info;
                }
                last = info.status().name();
            } catch (RayJobNotFoundException e) {
                throw e;
            } catch (RayApiException | RayUnreachableException e) {
                // that Ray can't be asked says nothing about the job
                if (e.retry() != Retry.SAFE) {
                    throw e;
                }
                failure = e;
            }
            long left = deadline - waits.nanoTime();
            if (left <= 0) {
                throw new RayJobTimeoutException(
                        "the job '" + id + "' had not ended after " + timeout + ", its last state was " + last
                                + "; it goes on: wait longer, or stop() it",
                        failure);
            }
            waits.pause(min(pause, Duration.ofNanos(left)), "the end of the job " + id);
            pause = min(pause.multipliedBy(2), LAST_LOOK);
        }
    }

    @Override
    public boolean stop() {
        return act("POST", "/stop", "stopped");
    }

    @Override
    public void delete() {
        act("DELETE", "", "deleted");
    }

    private boolean act(String method, String suffix, String field) {
        String path = "/api/jobs/" + RayDashboard.encode(id) + suffix;
        RayHttp.Reply reply = dashboard.call(method, path);
        if (reply.status() == 404) {
            throw new RayJobNotFoundException(id);
        }
        if (reply.status() != 200) {
            throw dashboard.failure(method, path, reply);
        }
        JsonNode answer = RayDashboard.json(path, reply);
        return answer.path(field).asBooleanOpt().orElse(true);
    }

    @Override
    public String toString() {
        return "RayJob[" + id + "]";
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
