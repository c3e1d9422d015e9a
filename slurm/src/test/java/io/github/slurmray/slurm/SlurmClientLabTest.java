package io.github.slurmray.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.Host;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.lab.LabTest;
import io.github.slurmray.ssh.SshHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract over SSH on a real Slurm, and what only a real network can do to a submission. */
@LabTest
@Tag("slurm-versions")
class SlurmClientLabTest extends SlurmClientContract {
    private final Lab lab = Lab.running();

    @Override
    Host open() {
        return login(Lab.LOGIN1);
    }

    private Host login(String address) {
        return SshHost.builder(address)
                .user(Lab.USER)
                .identity(lab.key())
                .knownHosts(lab.knownHosts())
                .keepAlive(Duration.ofSeconds(2))
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    @Override
    String account() {
        return Lab.ACCOUNT;
    }

    @Override
    String foreignAccount() {
        return Lab.FOREIGN_ACCOUNT;
    }

    @Override
    String partition() {
        return "test";
    }

    @Override
    void stopController() {
        lab.run("svc", "ctl", "stop", "slurmctld");
    }

    @Override
    void startController() {
        lab.run("svc", "ctl", "start", "slurmctld");
    }

    @Override
    void stopDatabase() {
        lab.run("svc", "ctl", "stop", "slurmdbd");
    }

    @Override
    void startDatabase() {
        lab.run("svc", "ctl", "start", "slurmdbd");
    }

    /** All jobs that Slurm has ever taken under a token, as an administrator counts them once one is recorded. */
    private void onlyOneJobHas(SubmissionToken token) {
        String count = "sacct -X -n -P -a -S now-1hour --format=SubmitLine | grep -c " + token + " || true";
        soon().untilAsserted(() ->
                assertThat(lab.sh("ctl", count).strip()).as("token %s", token).isEqualTo("1"));
    }

    @ParameterizedTest
    @Tag("fault")
    @MethodSource("io.github.slurmray.lab.Lab#seeds")
    void aConnectionCutAroundSbatchLeavesOneJobThatIsFoundAgain(long seed) throws Exception {
        client().version();
        Random random = new Random(seed);
        SubmissionToken token = SubmissionToken.random();
        SbatchScript script = script("sleep 60").build();
        CompletableFuture<JobId> answer = CompletableFuture.supplyAsync(() -> client().submit(script, token));
        // from before the script's start to after sbatch's answer
        Duration delay = Duration.ofMillis(random.nextInt(400));
        await().pollDelay(delay).pollInterval(Duration.ofMillis(1)).until(() -> true);
        long back;
        lab.run("netcut", "login1");
        try {
            await().pollDelay(Duration.ofSeconds(6)).until(() -> true);
        } finally {
            lab.run("netheal", "login1");
            back = System.nanoTime();
        }
        JobId job = answer.get();
        assertThat(Duration.ofNanos(System.nanoTime() - back))
                .as("seed %d, cut after %s", seed, delay)
                .isLessThan(Duration.ofSeconds(15));
        try (Host other = login(Lab.LOGIN2)) {
            SlurmClient second = SlurmClient.over(other);
            assertThat(second.submit(script, token))
                    .as("from the other login node")
                    .isEqualTo(job);
            second.cancel(job);
            onlyOneJobHas(token);
            second.forget(token);
        }
    }

    @Test
    void twentyConnectionsWithOneTokenMakeOneJob() {
        SubmissionToken token = SubmissionToken.random();
        SbatchScript script = script("sleep 60").build();
        List<CompletableFuture<JobId>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String address = i % 2 == 0 ? Lab.LOGIN1 : Lab.LOGIN2;
            answers.add(CompletableFuture.supplyAsync(() -> {
                try (Host host = login(address)) {
                    return SlurmClient.over(host).submit(script, token);
                }
            }));
        }
        JobId job = answers.get(0).join();
        assertThat(answers).extracting(CompletableFuture::join).containsOnly(job);
        client().cancel(job);
        onlyOneJobHas(token);
        client().forget(token);
    }

    @Test
    void anSbatchKilledOnTheLoginNodeIsMadeGood() {
        // a command of that name that dies as if the node's memory had run out, once, before anything was sent
        host().run(
                        Command.shell("mkdir -p bin && cat >bin/sbatch && chmod +x bin/sbatch")
                                .withStdin(
                                        "#!/bin/sh\n[ -e ~/bin/died ] || { touch ~/bin/died; kill -9 0; }\nexec /usr/bin/sbatch \"$@\"\n"))
                .orThrow();
        SubmissionToken token = SubmissionToken.random();
        try {
            SlurmClient client = SlurmClient.builder(host())
                    .commandDirectory("/home/" + Lab.USER + "/bin")
                    .build();
            client.cancel(client.submit(script("sleep 60").build(), token));
            onlyOneJobHas(token);
        } finally {
            host().run(Command.shell("rm -f bin/sbatch bin/died && rmdir bin"));
            client().forget(token);
        }
    }
}
