package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.Secret;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.ray.ClusterEndedException;
import io.github.slurmray.ray.ClusterEvent;
import io.github.slurmray.ray.Endpoints;
import io.github.slurmray.ray.Phase;
import io.github.slurmray.ray.Publish;
import io.github.slurmray.ray.PublishState;
import io.github.slurmray.ray.RayApiException;
import io.github.slurmray.ray.RayJob;
import io.github.slurmray.ray.RayJobInfo;
import io.github.slurmray.ray.RayJobSpec;
import io.github.slurmray.ray.RayJobs;
import io.github.slurmray.ray.RayNode;
import io.github.slurmray.ray.RayUnreachableException;
import io.github.slurmray.slurm.JobState;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the Ray of a watched cluster, by whatever way leads there. What can't be asked yet, any more, or by a handle
 * that is closed, is said so at once and in the cluster's words.
 *
 * <p>Safe for use by many threads.
 */
final class RayAccess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RayAccess.class);

    private final PlanRecord plan;
    private final Secret token;
    private final ClusterWatch watch;
    private final Readiness readiness;
    private final Ways ways;
    private final RayDashboard dashboard;

    RayAccess(
            PlanRecord plan, Host host, Optional<Host> vmHost, Secret token, ClusterWatch watch, Readiness readiness) {
        this.plan = plan;
        this.token = token;
        this.watch = watch;
        this.readiness = readiness;
        this.ways = new Ways(host, vmHost, plan.loginForward());
        this.dashboard = new RayDashboard(this::dashboardUri, Optional.of(token));
    }

    /** All nodes alive, the dashboard answers, jobs are accepted, and what is required is published. */
    boolean isReady(ClusterState now) {
        boolean required = plan.publish().filter(Publish::isRequired).isPresent();
        if (required && !(now.publish() instanceof PublishState.Up)) {
            return false;
        }
        ClusterEvent.EnvironmentReady environment = now.environment().orElseThrow();
        if (!ways.possible(environment, now.publish())) {
            // nobody here can ask Ray; that all have joined is all that can be known
            return true;
        }
        try {
            return dashboard.aliveNodes().size() >= plan.nodes() - now.lost() && dashboard.acceptsJobs();
        } catch (SlurmRayException e) {
            LOG.debug("cluster {} isn't ready yet", plan.id(), e);
            return false;
        }
    }

    Endpoints endpoints() {
        watch.refuseIfClosed();
        ClusterState now = watch.current();
        if (now.phase() == Phase.ENDED) {
            return new Endpoints(Optional.empty(), Optional.empty(), Optional.empty());
        }
        Optional<URI> local = now.environment().flatMap(e -> ways.open(e, now.publish()));
        Optional<URI> published = now.publish() instanceof PublishState.Up up
                ? Optional.of(URI.create("http://" + up.address() + ":" + up.port()))
                : Optional.empty();
        boolean guarded =
                now.environment().filter(ClusterEvent.EnvironmentReady::guarded).isPresent();
        return new Endpoints(local, published, guarded ? Optional.of(token) : Optional.empty());
    }

    List<RayNode> nodes() {
        return asking(dashboard::aliveNodes);
    }

    RayJobs jobs() {
        watch.refuseIfClosed();
        return new Jobs(dashboard.jobs());
    }

    /** The cluster's jobs, with failures before it is ready in the cluster's words. */
    private final class Jobs implements RayJobs {
        private final RayJobs jobs;

        Jobs(RayJobs jobs) {
            this.jobs = jobs;
        }

        @Override
        public RayJob submit(RayJobSpec spec) {
            // else it would be sent for a minute to a Ray that can't take it
            if (isBeforeReady(watch.current()) && !asking(dashboard::acceptsJobs)) {
                throw notReady(watch.current(), null);
            }
            return asking(() -> jobs.submit(spec));
        }

        @Override
        public RayJob job(String submissionId) {
            return jobs.job(submissionId);
        }

        @Override
        public List<RayJobInfo> list() {
            return asking(jobs::list);
        }
    }

    /** Before a cluster is ready, Ray may answer half, badly or not at all; none of that is an error of its own. */
    private <T> T asking(Supplier<T> question) {
        watch.refuseIfClosed();
        ClusterState before = watch.current();
        if (isBeforeReady(before) && before.environment().isEmpty()) {
            throw notReady(before, null);
        }
        try {
            return question.get();
        } catch (RayUnreachableException | RayApiException | ProtocolException e) {
            if (isBeforeReady(before) && (e instanceof ProtocolException || e.retry() == Retry.SAFE)) {
                throw notReady(watch.current(), e);
            }
            throw e;
        }
    }

    private static boolean isBeforeReady(ClusterState s) {
        return s.phase().compareTo(Phase.READY) < 0;
    }

    private RayUnreachableException notReady(ClusterState now, @Nullable Throwable cause) {
        return new RayUnreachableException(
                "Ray of cluster " + plan.id() + " can't be asked yet, since the cluster is " + now.phase() + ": "
                        + readiness.waitsFor(now) + "; awaitReady(…) waits until it can",
                cause);
    }

    /** Where the dashboard is now; asked before each request. */
    private URI dashboardUri() {
        watch.refuseIfClosed();
        ClusterState now = watch.current();
        if (now.phase() == Phase.ENDED && now.job().orElse(null) instanceof JobState.Ended ended) {
            throw new ClusterEndedException(
                    "Ray can't be asked any more: cluster " + plan.id() + " " + readiness.howItEnded(ended), ended);
        }
        ClusterEvent.EnvironmentReady environment = now.environment().orElseThrow(() -> notReady(now, null));
        return ways.open(environment, now.publish())
                .orElseThrow(() -> new RayUnreachableException(noWay(now, environment), null));
    }

    private String noWay(ClusterState now, ClusterEvent.EnvironmentReady environment) {
        return "no way leads to the dashboard of cluster " + plan.id() + ": it listens on "
                + environment.dashboardHost() + " of the head"
                + (plan.publish().isPresent()
                        ? ", and on the cloud VM it is " + now.publish()
                        : "; publish it to a cloud VM, use a Ray with tokens (2.52 or later), or allowOpenPort()");
    }

    /** Ends the requests that are under way, and the tunnel. */
    @Override
    public void close() {
        dashboard.close();
        ways.close();
    }
}
