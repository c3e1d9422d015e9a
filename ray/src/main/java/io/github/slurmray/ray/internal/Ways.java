package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.Tunnel;
import io.github.slurmray.ray.ClusterEvent.EnvironmentReady;
import io.github.slurmray.ray.PublishState;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ways from this program to the dashboard: through the login node to the head's address, or through the cloud VM
 * that the job publishes to. The first tunnel that can be opened is kept. Safe for use by many threads.
 */
final class Ways implements AutoCloseable {
    private final Host host;
    private final Optional<Host> vmHost;
    private final boolean loginForward;
    private @Nullable Tunnel tunnel;
    private boolean closed;

    Ways(Host host, Optional<Host> vmHost, boolean loginForward) {
        this.host = host;
        this.vmHost = vmHost;
        this.loginForward = loginForward;
    }

    /** Whether a way can exist for this cluster at all. */
    boolean possible(EnvironmentReady environment, PublishState publish) {
        return byLogin(environment) || (vmHost.isPresent() && !(publish instanceof PublishState.NotAsked));
    }

    private boolean byLogin(EnvironmentReady environment) {
        return loginForward && !isOwnLoopback(environment.dashboardHost());
    }

    /**
     * Opens a tunnel if there is none.
     *
     * @return where the dashboard is for this program; empty if no way leads there now
     */
    synchronized Optional<URI> open(EnvironmentReady environment, PublishState publish) {
        if (closed) {
            return Optional.empty();
        }
        if (tunnel != null && tunnel.state() == Tunnel.State.CLOSED) {
            // it gave up, and its port may be somebody else's by now
            tunnel = null;
        }
        if (tunnel == null) {
            if (byLogin(environment)) {
                tunnel = host.tunnel(environment.dashboardHost(), environment.dashboardPort());
            } else if (vmHost.isPresent() && publish instanceof PublishState.Up up) {
                tunnel = vmHost.get().tunnel(up.address(), up.port());
            }
        }
        return Optional.ofNullable(tunnel)
                .map(t -> URI.create("http://127.0.0.1:" + t.localAddress().getPort()));
    }

    /**
     * Whether only the head itself reaches the address. The others of 127/8 are nodes that share the login's machine.
     */
    private static boolean isOwnLoopback(String address) {
        return address.equals("127.0.0.1") || address.equals("::1") || address.equals("localhost");
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (tunnel != null) {
            tunnel.close();
        }
    }
}
