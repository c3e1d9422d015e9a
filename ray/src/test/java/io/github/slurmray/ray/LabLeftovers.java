package io.github.slurmray.ray;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.lab.Lab;
import io.github.slurmray.slurm.JobId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks the lab's hosts, as root, what is left of one cluster: jobs, processes, ports, keys, directories. Others may use
 * the lab at the same time, so only what belongs to this cluster counts.
 */
final class LabLeftovers {
    private static final List<String> NODES = List.of("cn1", "cn2", "cn3");
    private static final List<String> LOGINS = List.of("login1", "login2");
    // what the kernel and sshd need to notice that something is over
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private final Lab lab;
    private final ClusterId id;
    private final Optional<JobId> job;
    private final OptionalInt vmPort;

    private LabLeftovers(Lab lab, ClusterId id, Optional<JobId> job, OptionalInt vmPort) {
        this.lab = lab;
        this.id = id;
        this.job = job;
        this.vmPort = vmPort;
    }

    static LabLeftovers of(Lab lab, ClusterId id, Optional<JobId> job) {
        return new LabLeftovers(lab, id, job, OptionalInt.empty());
    }

    LabLeftovers onVmPort(int port) {
        return new LabLeftovers(lab, id, job, OptionalInt.of(port));
    }

    /** Nothing at all is left. */
    void assertNone() {
        assertNothing(true);
    }

    /** The job has left nothing in the queue and on the nodes; its handle is open still. */
    void assertNodesAreClean() {
        assertNothing(false);
    }

    // a look takes as long as the hosts take to answer, which is no fault of what is looked for: the last one counts
    // however long it took
    private void assertNothing(boolean everywhere) {
        List<String> left = find(everywhere);
        for (long end = System.nanoTime() + GRACE.toNanos(); !left.isEmpty() && System.nanoTime() < end; ) {
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            left = find(everywhere);
        }
        assertThat(left).as(what()).isEmpty();
    }

    private List<String> find(boolean everywhere) {
        List<String> left = new ArrayList<>();
        ask("ctl", "squeue -h -n " + id + " -o '%A %T'", left);
        for (String node : NODES) {
            // a process of the job has the job's id in its environment, whatever its name
            job.ifPresent(j -> ask(
                    node,
                    "ls -d /tmp/r-" + j + " /tmp/r-" + j + ".* 2>/dev/null; for e in /proc/[0-9]*/environ; do"
                            + " grep -qzx SLURM_JOB_ID=" + j + " $e 2>/dev/null && p=${e%/environ} &&"
                            + " echo \"process ${p#/proc/}: $(tr '\\0' ' ' <$p/cmdline | cut -c 1-150)\"; done; true",
                    left));
        }
        if (everywhere) {
            for (String login : LOGINS) {
                // the bracket keeps the question from finding itself
                ask(login, "pgrep -f '" + bracketed(id.value()) + "' | xargs -r ps -o pid=,comm= -p; true", left);
            }
            vmPort.ifPresent(port -> ask("vm", "ss -Hltn 'sport = :" + port + "'", left));
            ask("login1", "ls -d /home/hpcuser/.slurmray/" + id + " 2>/dev/null; true", left);
            ask("vm", "grep -s 'slurmray:" + id + "' /home/vmuser/.ssh/authorized_keys; true", left);
        }
        return left;
    }

    private String what() {
        return "left of " + id + job.map(j -> ", job " + j).orElse("");
    }

    private static String bracketed(String text) {
        int last = text.length() - 1;
        return text.substring(0, last) + "[" + text.charAt(last) + "]";
    }

    private void ask(String host, String text, List<String> left) {
        String found = lab.sh(host, text).strip();
        if (!found.isEmpty()) {
            left.add(host + ": " + found);
        }
    }
}
