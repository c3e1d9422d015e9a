package io.github.slurmray.bench;

import io.github.slurmray.lab.Lab;
import java.io.IOException;
import java.io.OutputStream;
import java.security.KeyPair;
import java.time.Duration;
import java.util.EnumSet;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.keyverifier.KnownHostsServerKeyVerifier;
import org.apache.sshd.client.keyverifier.RejectAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;

/**
 * The SSH library below {@code SshHost}, used with as little as it takes and the same settings: no frame, no limit, no
 * kept output.
 */
final class BareChannels implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final SshClient client = ClientBuilder.builder().build();
    private final ClientSession session;

    BareChannels(Lab lab) throws IOException {
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setServerKeyVerifier(
                new KnownHostsServerKeyVerifier(RejectAllServerKeyVerifier.INSTANCE, lab.knownHosts()));
        client.setCipherFactories(java.util.List.of(BuiltinCiphers.aes128gcm));
        CoreModuleProperties.TCP_NODELAY.set(client, true);
        CoreModuleProperties.REQUEST_EXEC_REPLY.set(client, true);
        client.start();
        session = client.connect(Lab.USER, Lab.LOGIN1, 22).verify(LIMIT).getSession();
        for (KeyPair key : new FileKeyPairProvider(lab.key()).loadKeys(null)) {
            session.addPublicKeyIdentity(key);
        }
        session.auth().verify(LIMIT);
    }

    void run(String text) throws IOException {
        try (ChannelExec channel = session.createExecChannel(text)) {
            channel.setOut(OutputStream.nullOutputStream());
            channel.setErr(OutputStream.nullOutputStream());
            channel.open().verify(LIMIT);
            channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), LIMIT);
            Integer status = channel.getExitStatus();
            if (status == null || status != 0) {
                throw new IOException("status " + status + " of " + text);
            }
        }
    }

    @Override
    public void close() {
        session.close(true);
        client.stop();
    }
}
