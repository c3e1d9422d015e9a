package io.github.slurmray.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;

/** A login, by default to an emulated Slurm. */
public final class Login implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final SshClient client = SshClient.setUpDefaultClient();
    private final ClientSession session;

    public Login(EmbeddedSlurm slurm) {
        this(slurm.user(), slurm.host(), slurm.port(), slurm.key());
    }

    public Login(String user, String host, int port, Path key) {
        try {
            client.setKeyIdentityProvider(new FileKeyPairProvider(key));
            client.start();
            session = client.connect(user, host, port).verify(PATIENCE).getSession();
            session.auth().verify(PATIENCE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a command printed on both streams, the first with one char for each byte, and its status. */
    public record Result(String latin, String err, int status) {
        byte[] bytes() {
            return latin.getBytes(StandardCharsets.ISO_8859_1);
        }

        public String out() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }
    }

    public Result run(String command, byte[] stdin) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (ChannelExec channel = session.createExecChannel(command)) {
            channel.setIn(new ByteArrayInputStream(stdin));
            channel.setOut(out);
            channel.setErr(err);
            channel.open().verify(PATIENCE);
            channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), PATIENCE);
            Integer status = channel.getExitStatus();
            return new Result(
                    out.toString(StandardCharsets.ISO_8859_1),
                    err.toString(StandardCharsets.UTF_8),
                    status == null ? -1 : status);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command that has to work. */
    public String out(String command) {
        Result result = run(command, new byte[0]);
        if (result.status() != 0) {
            throw new AssertionError(command + ": " + result.status() + " " + result.err());
        }
        return result.out();
    }

    @Override
    public void close() {
        client.stop();
    }
}
