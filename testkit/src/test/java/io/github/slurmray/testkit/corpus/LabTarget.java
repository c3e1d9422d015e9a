package io.github.slurmray.testkit.corpus;

import static org.awaitility.Awaitility.await;

import io.github.slurmray.lab.Lab;
import io.github.slurmray.testkit.Login;
import java.time.Duration;

/** The lab's Slurm. */
final class LabTarget implements Target, AutoCloseable {
    private static final String CONF = "/etc/slurm/slurm.conf";

    private final Lab lab;
    private final Login login;

    LabTarget(Lab lab) {
        this.lab = lab;
        this.login = new Login(Lab.USER, Lab.LOGIN1, 22, lab.key());
    }

    /** As {@code slurm-wlm 22.05.8}. */
    String version() {
        return login.out("sbatch --version").strip();
    }

    @Override
    public String shell(String text) {
        return Shell.out(login, text);
    }

    @Override
    public void happen(String event) {
        switch (event) {
            case "controller stops" -> lab.run("svc", "ctl", "stop", "slurmctld");
            case "controller starts" -> lab.run("svc", "ctl", "start", "slurmctld");
            case "database stops" -> lab.run("svc", "ctl", "stop", "slurmdbd");
            case "database starts" -> lab.run("svc", "ctl", "start", "slurmdbd");
            case "cn2 is lost" -> {
                lab.run("powercut", "cn2");
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> lab.sh("ctl", "sinfo -h -n cn2 -o %t").contains("down"));
            }
            case "cn2 is back" -> {
                lab.run("poweron", "cn2");
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> lab.sh("ctl", "sinfo -h -p test -n cn2 -o %t")
                                .strip()
                                .equals("idle"));
            }
            case "cn2 is lost and soon back" -> {
                lab.run("powercut", "cn2");
                lab.run("poweron", "cn2");
            }
            case "cn2 is drained" -> lab.sh("ctl", "scontrol update nodename=cn2 state=drain reason='bad disk'");
            case "cn2 is resumed" -> lab.sh("ctl", "scontrol update nodename=cn2 state=resume");
            case "the job ticking is suspended" -> lab.sh("ctl", "scontrol suspend " + job("ticking"));
            case "the job ticking goes on" -> lab.sh("ctl", "scontrol resume " + job("ticking"));
            case "the job eating runs out of memory" -> shell("touch corpus/eat");
            case "an urgent job takes the place of those that are preempted" -> preempt();
            case "the urgent job ends" -> endPreemption();
            case "somebody takes cn3" ->
                lab.shAs(
                        "login1",
                        Lab.OTHER_USER,
                        "sbatch -p gputest -N1 --exclusive -t 10 -J occupied -o /dev/null --wrap 'sleep 600' && "
                                + "until squeue -h -u $USER -o %T | grep -q RUNNING; do sleep 0.1; done");
            case "somebody ends" ->
                lab.shAs(
                        "login1",
                        Lab.OTHER_USER,
                        "scancel -u $USER; while squeue -h -u $USER | grep -q .; do sleep 0.1; done");
            case "a minute passes" ->
                await().pollDelay(Duration.ofSeconds(60))
                        .atMost(Duration.ofMinutes(2))
                        .until(() -> true);
            default -> throw new IllegalArgumentException("no such event: " + event);
        }
    }

    /** A partition that goes before the others, for as long as the controller runs. */
    private void preempt() {
        lab.sh(
                "ctl",
                "cp -p " + CONF + " " + CONF + ".before && printf '%s\\n' PreemptType=preempt/partition_prio "
                        + "PreemptMode=REQUEUE >>" + CONF);
        restartController();
        lab.sh("ctl", "scontrol create partitionname=urgent nodes=cn2 prioritytier=10 maxtime=10 state=up");
        lab.shAs(
                "login1",
                Lab.OTHER_USER,
                "sbatch -p urgent --exclusive -t 5 -o /dev/null --wrap 'sleep 300' && "
                        + "until squeue -h -u $USER -o %T | grep -q RUNNING; do sleep 0.1; done");
    }

    private void endPreemption() {
        lab.sh("ctl", "scancel -u " + Lab.OTHER_USER + "; while squeue -h -p urgent | grep -q .; do sleep 0.1; done");
        lab.sh("ctl", "scontrol delete partitionname=urgent; mv " + CONF + ".before " + CONF);
        restartController();
    }

    private void restartController() {
        lab.run("svc", "ctl", "stop", "slurmctld");
        lab.run("svc", "ctl", "start", "slurmctld");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !lab.sh("ctl", "sinfo -h -N -o %t").contains("unk"));
    }

    private String job(String name) {
        return lab.sh("ctl", "squeue -h -n " + name + " -t R,S -o %A").strip();
    }

    /** Mends what a run that was broken off may have left. */
    void restore() {
        lab.run("up", "--slurm", version().replaceFirst("^\\S+ (\\d+\\.\\d+).*", "$1"));
        // complains where nothing is to be mended
        lab.attempt("exec", "ctl", "scontrol", "update", "nodename=cn2", "state=resume");
        lab.run("exec", "ctl", "scancel", "-u", Lab.OTHER_USER);
        if (lab.sh("ctl", "ls " + CONF + "*").contains(".before")) {
            endPreemption();
        }
    }

    @Override
    public void close() {
        login.close();
    }
}
