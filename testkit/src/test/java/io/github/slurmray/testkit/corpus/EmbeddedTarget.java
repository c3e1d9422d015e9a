package io.github.slurmray.testkit.corpus;

import io.github.slurmray.testkit.EmbeddedSlurm;
import io.github.slurmray.testkit.Login;
import io.github.slurmray.testkit.SlurmRelease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The emulated Slurm, set up as the lab's is. */
final class EmbeddedTarget implements Target, AutoCloseable {
    private final EmbeddedSlurm slurm;
    private final Login login;

    EmbeddedTarget(SlurmRelease release) {
        slurm = EmbeddedSlurm.builder()
                .release(release)
                .slurmConf(conf())
                .user("hpcuser")
                .accounts("project_2001234")
                .start();
        login = new Login(slurm);
    }

    /** The lab's own slurm.conf, with what its start fills in. */
    private static String conf() {
        try {
            return Files.readString(Path.of(System.getProperty("slurmray.root", ".."), "lab/conf/slurm.conf"))
                    .replace("@CONTROLLER@", "ctl(10.77.1.20)")
                    .replace("@FIRST_JOB_ID@", "4000001");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String shell(String text) {
        return Shell.out(login, text);
    }

    @Override
    public void happen(String event) {
        switch (event) {
            case "controller stops" -> slurm.stopController();
            case "controller starts" -> slurm.startController();
            case "database stops" -> slurm.stopDatabase();
            case "database starts" -> slurm.startDatabase();
            case "cn2 is lost" -> {
                slurm.loseNode("cn2");
                slurm.advance(Duration.ofSeconds(11));
            }
            case "cn2 is lost and soon back" -> {
                slurm.loseNode("cn2");
                slurm.bringBackNode("cn2");
            }
            case "cn2 is back" -> slurm.bringBackNode("cn2");
            case "cn2 is drained" -> slurm.drainNode("cn2", "bad disk");
            case "cn2 is resumed" -> slurm.resumeNode("cn2");
            case "the job ticking is suspended" -> slurm.suspend(job("ticking"));
            case "the job ticking goes on" -> slurm.resume(job("ticking"));
            case "the job eating runs out of memory" -> slurm.runOutOfMemory(job("eating"));
            case "an urgent job takes the place of those that are preempted" ->
                shell("squeue -h -n preempted -t R -o %A")
                        .lines()
                        .forEach(id -> slurm.preempt(Long.parseLong(id.strip())));
            case "the urgent job ends" -> {}
            case "somebody takes cn3" -> slurm.occupy("gputest", 1, Duration.ofMinutes(10));
            case "somebody ends" -> slurm.advance(Duration.ofMinutes(10));
            case "a minute passes" -> slurm.advance(Duration.ofSeconds(61));
            default -> throw new IllegalArgumentException("no such event: " + event);
        }
    }

    private long job(String name) {
        return Long.parseLong(shell("squeue -h -n " + name + " -t R,S -o %A").strip());
    }

    @Override
    public void close() {
        login.close();
        slurm.close();
    }
}
