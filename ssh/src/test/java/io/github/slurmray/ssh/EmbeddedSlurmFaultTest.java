package io.github.slurmray.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.AuthenticationException;
import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.ConnectionLostException;
import io.github.slurmray.core.HostKeyException;
import io.github.slurmray.core.HostUnreachableException;
import io.github.slurmray.testkit.EmbeddedSlurm;
import io.github.slurmray.testkit.EmbeddedSlurmExtension;
import io.github.slurmray.testkit.Leaks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What each fault of the emulated Slurm's login node is to a host. */
@ExtendWith(Leaks.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedSlurmFaultTest {

    @RegisterExtension
    static final EmbeddedSlurmExtension EMULATION = new EmbeddedSlurmExtension();

    private EmbeddedSlurm slurm;
    private SshHost host;

    @BeforeEach
    void openHost(EmbeddedSlurm running) {
        slurm = running;
        host = host(slurm.key());
    }

    @AfterEach
    void closeHost() {
        slurm.stallConnections(false);
        host.close();
    }

    private SshHost host(Path key) {
        return SshHost.builder(slurm.host())
                .port(slurm.port())
                .user(slurm.user())
                .identity(key)
                .knownHosts(slurm.knownHosts())
                .connectTimeout(Duration.ofSeconds(2))
                .keepAlive(Duration.ofMillis(200))
                .build();
    }

    // ---- the network

    @Test
    void aConnectionThatDropsInTheMiddleOfAnAnswerIsLostAndTheNextIsSound() {
        host.connect();
        slurm.dropAfterSending(500_000);

        assertThatThrownBy(() -> host.run(Command.shell("head -c 1000000 /dev/zero")))
                .isInstanceOf(ConnectionLostException.class);
        assertThat(host.run(Command.shell("head -c 1000000 /dev/zero")).stdoutBytes())
                .hasSize(1_000_000);
    }

    @Test
    void ofWhatIsUploadedWhileTheConnectionDropsNotMoreArrivesThanMay() throws Exception {
        host.connect();
        slurm.dropAfterReceiving(500_000);

        assertThatThrownBy(() -> host.run(Command.shell("cat >got").withStdin(new byte[3_000_000])))
                .isInstanceOf(ConnectionLostException.class);
        // the command may have ended before it began to read
        assertThat(host.run(Command.shell("touch got; wc -c <got")).stdout().strip())
                .matches("\\d{1,6}")
                .satisfies(size -> assertThat(Integer.parseInt(size)).isLessThan(500_000));
    }

    @Test
    void aConnectionThatDropsAtTheFirstByteDoesNotComeAbout() {
        slurm.dropAfterSending(0);

        assertThatThrownBy(host::connect).isInstanceOf(HostUnreachableException.class);
        host.connect();
    }

    @Test
    void aStalledConnectionIsTakenForLost() {
        host.connect();
        slurm.stallConnections(true);

        assertThatThrownBy(() -> host.run(Command.of("true"))).isInstanceOf(ConnectionLostException.class);
        // nothing listens to a new connection either
        assertThatThrownBy(host::connect).isInstanceOf(HostUnreachableException.class);

        slurm.stallConnections(false);
        assertThat(host.run(Command.of("true")).ok()).isTrue();
    }

    @Test
    void aShortStallOnlyDelays() throws Exception {
        host.close();
        host = SshHost.builder(slurm.host())
                .port(slurm.port())
                .user(slurm.user())
                .identity(slurm.key())
                .knownHosts(slurm.knownHosts())
                .build();
        host.connect();
        slurm.stallConnections(true);
        CompletableFuture<CommandResult> result =
                CompletableFuture.supplyAsync(() -> host.run(Command.shell("echo through")));
        assertThatThrownBy(() -> result.get(500, TimeUnit.MILLISECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        assertThat(slurm.requests()).isEmpty();

        slurm.stallConnections(false);

        assertThat(result.get(10, TimeUnit.SECONDS).stdout()).isEqualTo("through\n");
    }

    @Test
    void aLoginNodeThatRefusesConnectionsIsUnreachable() {
        slurm.refuseConnections(true);
        assertThatThrownBy(host::connect).isInstanceOf(HostUnreachableException.class);

        slurm.refuseConnections(false);
        host.connect();
    }

    // ---- who is who

    @Test
    void anotherHostKeyIsRefused() {
        slurm.presentOtherHostKey(true);
        assertThatThrownBy(host::connect).isInstanceOf(HostKeyException.class).hasMessageContaining("has changed");

        slurm.presentOtherHostKey(false);
        host.connect();
    }

    @Test
    void aKeyThatIsGoodOnlyWithItsCertificateIsRefusedWithoutIt() {
        // SshHost knows no certificates: it offers the key alone
        try (SshHost certified = host(slurm.issueCertificate(Duration.ofHours(1)))) {
            assertThatThrownBy(certified::connect)
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContaining("-cert.pub isn't used");
        }
    }

    // ---- the server's limits

    @Test
    void fewSessionsAreUsedOneAfterTheOther() throws Exception {
        slurm.maxSessions(1);
        List<CompletableFuture<CommandResult>> results = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Command command = Command.shell("sleep 0.1; echo " + i);
            results.add(CompletableFuture.supplyAsync(() -> host.run(command)));
        }
        for (int i = 0; i < 5; i++) {
            assertThat(results.get(i).get(30, TimeUnit.SECONDS).stdout()).isEqualTo(i + "\n");
        }
    }

    @Test
    void aFullDiskFailsAnUploadAndLeavesTheOldFile() throws Exception {
        host.upload(new byte[] {1, 2, 3}, "f", 0600);
        slurm.exceedQuota(true);

        assertThatThrownBy(() -> host.upload(new byte[100], "f", 0600))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("Disk quota exceeded");
        assertThat(host.run(Command.shell("head -c 9 /dev/zero >g")).stderr()).contains("Disk quota exceeded");
        assertThat(host.run(Command.shell("sh -c 'echo x >g'")).ok()).isFalse();
        assertThat(host.download("f", 10)).containsExactly(1, 2, 3);
        assertThat(host.run(Command.of("sbatch", "--wait", "-p", "all", "-o", "job.out", "--wrap", "echo x"))
                        .ok())
                .isFalse();
        assertThat(slurm.home().resolve("job.out")).isEmptyFile();

        slurm.exceedQuota(false);
        host.upload(new byte[100], "f", 0600);
        assertThat(host.run(Command.of("sbatch", "--wait", "-p", "all", "-o", "job.out", "--wrap", "echo x"))
                        .ok())
                .isTrue();
    }

    // ---- the login shell

    @Test
    void noiseReachesNoResult() {
        slurm.noisyLogins(true);

        CommandResult result = host.run(Command.shell("echo out; echo err >&2"));

        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(result.stderr()).isEqualTo("err\n");
    }

    @Test
    void germanMessagesComeAsTheyAre() {
        slurm.speakGerman(true);

        CommandResult german = host.run(Command.of("cat", "missing"));
        assertThat(german.status()).hasValue(1);
        assertThat(german.stderr()).contains("cat: missing: Datei oder Verzeichnis nicht gefunden");
        assertThat(host.run(Command.shell("LC_ALL=C cat missing")).stderr())
                .contains("cat: missing: No such file or directory");
        assertThatThrownBy(() -> host.download("missing", 1000))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("nicht gefunden");
    }
}
