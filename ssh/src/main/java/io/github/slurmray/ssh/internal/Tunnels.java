package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.Backoff;
import io.github.slurmray.core.ConnectionLostException;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import io.github.slurmray.core.Tunnel;
import io.github.slurmray.core.TunnelException;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tunnels of a host. While there are any, a connection that broke is opened again without being asked for. */
final class Tunnels {
    private static final Logger LOG = LoggerFactory.getLogger(Tunnels.class);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

    private final Settings settings;
    private final Supplier<Link> link;
    private final Set<SshTunnel> open = ConcurrentHashMap.newKeySet();
    private @Nullable Thread reconnecting;
    private boolean closed;

    Tunnels(Settings settings, Supplier<Link> link) {
        this.settings = settings;
        this.link = link;
    }

    Tunnel open(String host, int port) {
        Connection connection = link.get().get();
        probe(connection, new SshdSocketAddress(host, port));
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException(settings.endpoint() + " is closed");
            }
            SshTunnel tunnel = SshTunnel.open(link.get(), host, port, open::remove);
            open.add(tunnel);
            return tunnel;
        }
    }

    /**
     * Opens one connection to the target and closes it: only so does a server say that it allows no forwarding. That
     * nothing listens there yet is no reason not to open a tunnel.
     */
    private void probe(Connection connection, SshdSocketAddress target) {
        TunnelChannel channel =
                new TunnelChannel(new SshdSocketAddress("127.0.0.1", 0), target, new TunnelChannel.Listener() {
                    @Override
                    public void data(byte[] bytes) {
                        LOG.trace("a probed target sent {} bytes", bytes.length);
                    }

                    @Override
                    public void end() {
                        LOG.trace("a probed target ended");
                    }

                    @Override
                    public void closed(boolean duly) {
                        LOG.trace("a probe ended");
                    }
                });
        try {
            connection.register(channel);
            channel.begin().get(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SshChannelOpenException refusal) {
                if (refusal.getReasonCode() == SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED) {
                    throw new TunnelException(
                            settings.endpoint() + ": the server allows no forwarding to " + target.getHostName() + ":"
                                    + target.getPort()
                                    + " (AllowTcpForwarding or PermitOpen in sshd_config). Ask the site, or choose"
                                    + " another way to reach the port.",
                            e);
                }
                LOG.debug("nothing answers at {} yet: {}", target, refusal.getMessage());
            } else {
                throw lost(e);
            }
        } catch (IOException e) {
            throw lost(e);
        } catch (TimeoutException e) {
            LOG.debug("no answer from {} yet", target);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(settings.endpoint() + ": interrupted while opening a tunnel", e);
        } finally {
            channel.abandon();
        }
    }

    private ConnectionLostException lost(Exception e) {
        return new ConnectionLostException(settings.endpoint() + ": the connection broke while a tunnel was opened", e);
    }

    /** Begins to open the connection again if a tunnel needs it. */
    synchronized void connectionLost() {
        if (closed || open.isEmpty() || reconnecting != null) {
            return;
        }
        Thread thread = new Thread(
                this::reconnect, "slurmray-ssh-" + settings.endpoint().host() + "-reconnect");
        thread.setDaemon(true);
        reconnecting = thread;
        thread.start();
    }

    private void reconnect() {
        try {
            for (int failures = 1; !open.isEmpty(); failures++) {
                try {
                    link.get().get();
                    return;
                } catch (SlurmRayException e) {
                    LOG.debug("{}: could not reconnect: {}", settings.endpoint(), e.getMessage());
                    if (e.retry() == Retry.POINTLESS) {
                        open.forEach(t -> t.giveUp(e));
                        return;
                    }
                }
                Duration wait = BACKOFF.delay(
                        failures, () -> ThreadLocalRandom.current().nextDouble());
                Thread.sleep(wait.toMillis());
            }
        } catch (IllegalStateException | InterruptedException e) {
            LOG.trace("the host was closed", e);
        } finally {
            ended();
        }
    }

    private void ended() {
        boolean again;
        synchronized (this) {
            reconnecting = null;
            again = !closed && !open.isEmpty() && link.get().ifOpen() == null;
        }
        if (again) {
            // it broke again while this thread was on its way out
            connectionLost();
        }
    }

    void close() {
        Thread thread;
        synchronized (this) {
            closed = true;
            thread = reconnecting;
        }
        if (thread != null) {
            thread.interrupt();
        }
        open.forEach(SshTunnel::close);
    }
}
