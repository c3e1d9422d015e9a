package io.github.slurmray.ssh.internal;

import io.github.slurmray.core.AuthenticationException;
import io.github.slurmray.core.HostKeyException;
import io.github.slurmray.core.HostUnreachableException;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.SlurmRayException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.pubkey.PublicKeyAuthenticationReporter;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.threads.ThreadUtils;
import org.apache.sshd.core.CoreModuleProperties;

/** Opens connections: resolves, connects, verifies the host's key, authenticates. One at a time. */
final class Connector {
    private static final int MISSED_KEEP_ALIVES = 3;
    private static final int IO_THREADS = 2;
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(1);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

    // aes-gcm is 3 to 4 times faster on the JVM than chacha20, MINA's own first choice
    private static final List<BuiltinCiphers> FAST_CIPHERS =
            List.of(BuiltinCiphers.aes128gcm, BuiltinCiphers.aes256gcm);

    private final Settings settings;
    private final Endpoint endpoint;
    private final List<NamedFactory<Signature>> signatures;
    private final SshClient client;

    Connector(Settings settings) {
        this.settings = settings;
        this.endpoint = settings.endpoint();
        this.client = ClientBuilder.builder().build();
        this.signatures = List.copyOf(client.getSignatureFactories());
        configure();
        client.start();
    }

    private void configure() {
        String threads = "slurmray-ssh-" + endpoint.host();
        client.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory(() -> new IoExecutor(threads, IO_THREADS)));
        client.setScheduledExecutorService(ThreadUtils.newSingleThreadScheduledExecutor(threads + "-timer"), true);

        // what the user's own ssh would do is not asked here: nothing is read but what was given
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        client.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        client.setServerKeyVerifier((session, address, key) -> verify(session, key));
        client.setPublicKeyAuthenticationReporter(new Reporter());
        client.addSessionListener(new Failures());

        List<NamedFactory<Cipher>> ciphers = new ArrayList<>(FAST_CIPHERS);
        client.getCipherFactories().stream().filter(c -> !ciphers.contains(c)).forEach(ciphers::add);
        client.setCipherFactories(ciphers);

        // without it, each small request waits for a delayed acknowledgement: 45 ms for 3
        CoreModuleProperties.TCP_NODELAY.set(client, true);
        // MINA closes a connection that was idle for ten minutes; here keep-alives find the dead ones
        CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
        CoreModuleProperties.HEARTBEAT_INTERVAL.set(client, settings.keepAlive());
        CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(client, MISSED_KEEP_ALIVES);
        CoreModuleProperties.AUTH_TIMEOUT.set(client, settings.connectTimeout());
        CoreModuleProperties.REQUEST_EXEC_REPLY.set(client, true);
        CoreModuleProperties.STOP_WAIT_TIME.set(client, STOP_LIMIT);
    }

    /**
     * Opens a connection; takes as long as the settings' timeout at most, but for a name service that hangs.
     *
     * @throws SlurmRayException if it can't
     */
    Connection open() {
        long begin = System.nanoTime();
        List<KeyPair> keys = settings.identities().stream().map(Identity::load).toList();
        if (keys.isEmpty()) {
            throw new AuthenticationException(
                    endpoint + ": there is no key to offer: add one with identity(path)", null);
        }
        client.setSignatureFactories(new HostKeys(settings).order(signatures));
        Attempt attempt = new Attempt();
        ClientSession session = connect(attempt, begin);
        try {
            keys.forEach(session::addPublicKeyIdentity);
            session.auth().verify(left(begin));
            return new Connection(session, attempt);
        } catch (IOException | RuntimeException e) {
            session.close(true);
            throw explain(e, attempt, begin);
        }
    }

    private ClientSession connect(Attempt attempt, long begin) {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(endpoint.host());
        } catch (UnknownHostException e) {
            throw new HostUnreachableException(
                    endpoint + ": the name " + endpoint.host()
                            + " doesn't resolve. Check its spelling, and that this machine's name service knows it.",
                    e);
        }
        IOException failure = null;
        for (int i = 0; i < addresses.length; i++) {
            // each address gets its share of the time, so that a dead first one doesn't take it all
            Duration share = left(begin).dividedBy(addresses.length - i);
            try {
                return client.connect(
                                endpoint.user(),
                                new InetSocketAddress(addresses[i], endpoint.port()),
                                attempt.asContext(),
                                null)
                        .verify(share)
                        .getSession();
            } catch (IOException e) {
                failure = e;
            }
        }
        throw new HostUnreachableException(
                endpoint + ": can't connect to " + endpoint.address() + ": "
                        + Unreachable.describe(failure, since(begin)),
                failure);
    }

    private SlurmRayException explain(Exception e, Attempt attempt, long begin) {
        HostKeyException hostKey = attempt.hostKey();
        if (hostKey != null) {
            return hostKey;
        }
        Throwable cause = attempt.error() == null ? e : attempt.error();
        int code = cause instanceof SshException s ? s.getDisconnectCode() : 0;
        if (code == SshConstants.SSH2_DISCONNECT_KEY_EXCHANGE_FAILED) {
            return new ProtocolException(
                    endpoint + ": can't agree on a way to encrypt with the SSH server at " + endpoint.address() + ": "
                            + cause.getMessage(),
                    e);
        }
        if (code == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE
                || !attempt.offered().isEmpty()) {
            return refused(e, attempt);
        }
        return new HostUnreachableException(
                endpoint + ": " + endpoint.address() + " can be reached, but no SSH connection came about in "
                        + since(begin).toMillis() + " ms: " + cause.getMessage()
                        + ". Check that an SSH server listens on this port, and that it isn't overloaded.",
                e);
    }

    private AuthenticationException refused(Exception e, Attempt attempt) {
        StringBuilder text = new StringBuilder();
        text.append(endpoint)
                .append(
                        attempt.partial()
                                ? ": the server took a key, but wants more than a key. "
                                : ": the server refused every key that was offered. ");
        text.append("Offered: ").append(describeIdentities());
        if (!attempt.methods().isEmpty()) {
            text.append(". The server accepts: ").append(String.join(", ", attempt.methods()));
        }
        text.append(". Check the user name, and that the public key is registered for ")
                .append(endpoint.user())
                .append(" (in ~/.ssh/authorized_keys there, or on the site's portal).");
        settings.identities().stream()
                .map(identity -> Path.of(identity.file() + "-cert.pub"))
                .filter(Files::exists)
                .forEach(certificate -> text.append(' ')
                        .append(certificate)
                        .append(" isn't used: this library knows no certificates; register the key itself."));
        return new AuthenticationException(text.toString(), e);
    }

    private String describeIdentities() {
        List<String> all = new ArrayList<>();
        for (Identity identity : settings.identities()) {
            try {
                all.add(identity.file() + " (" + Keys.describe(identity.load().getPublic()) + ")");
            } catch (AuthenticationException changed) {
                all.add(identity.file().toString());
            }
        }
        return String.join(", ", all);
    }

    private boolean verify(ClientSession session, PublicKey key) {
        try {
            new HostKeys(settings).verify(key);
            return true;
        } catch (HostKeyException e) {
            Attempt attempt = Attempt.of(session);
            if (attempt != null) {
                attempt.rejected(e);
            }
            return false;
        }
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private Duration left(long begin) {
        Duration left = settings.connectTimeout().minus(since(begin));
        // MINA takes zero for "for ever"
        return left.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : left;
    }

    void close() {
        client.stop();
    }

    /** Notes which keys the server refused, and what it said that it would take. */
    private static final class Reporter implements PublicKeyAuthenticationReporter {
        @Override
        public void signalAuthenticationFailure(
                ClientSession session, String service, KeyPair identity, boolean partial, List<String> serverMethods) {
            Attempt attempt = Attempt.of(session);
            if (attempt != null) {
                attempt.refused(Keys.describe(identity.getPublic()), partial, serverMethods);
            }
        }
    }

    /** Notes why a connection broke. */
    private static final class Failures implements SessionListener {
        @Override
        public void sessionException(Session session, Throwable t) {
            note(session, t);
        }

        @Override
        public void sessionDisconnect(Session session, int reason, String message, String language, boolean initiator) {
            note(session, new SshException(reason, message));
        }

        private static void note(Session session, Throwable t) {
            Attempt attempt = session instanceof ClientSession client ? Attempt.of(client) : null;
            if (attempt != null) {
                attempt.failed(t);
            }
        }
    }
}
