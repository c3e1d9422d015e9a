package io.github.slurmray.bench;

import io.github.slurmray.core.Command;
import io.github.slurmray.ssh.SshHost;
import io.github.slurmray.testkit.EmbeddedSlurm;

/**
 * Starts an emulated Slurm as the first that its JVM does, and prints after how many milliseconds it could be reached,
 * and after how many it had answered a command.
 */
final class ColdStart {
    private ColdStart() {}

    public static void main(String[] args) {
        long begin = System.nanoTime();
        try (EmbeddedSlurm slurm = EmbeddedSlurm.builder().start()) {
            slurm.port();
            System.out.println(Embedded.millis(begin));
            try (SshHost login = Embedded.login(slurm)) {
                login.run(Command.of("squeue")).orThrow();
                System.out.println(Embedded.millis(begin));
            }
        }
    }
}
