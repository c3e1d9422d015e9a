package io.github.slurmray.examples;

import io.github.slurmray.testkit.EmbeddedSlurm;
import io.github.slurmray.testkit.EmbeddedSlurmBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs {@link LaunchRayCluster} against a Slurm that is emulated in this program: real SSH, real processes, a real Ray,
 * and three nodes that are addresses of this machine. {@code bin/demo} runs it.
 */
public final class WithoutASlurm {
    private WithoutASlurm() {}

    /**
     * Runs the example.
     *
     * @param args settings as {@code name=value}: {@code venv}, the virtual environment with Ray, and those of
     *     {@link Settings}
     */
    public static void main(String[] args) {
        EmbeddedSlurmBuilder emulation = EmbeddedSlurm.builder();
        List<String> settings = new ArrayList<>();
        for (String arg : args) {
            if (arg.startsWith("venv=")) {
                emulation.ray(Path.of(arg.substring("venv=".length())));
            } else {
                settings.add(arg);
            }
        }
        boolean ok;
        try (EmbeddedSlurm slurm = emulation.start()) {
            ok = LaunchRayCluster.run(site(slurm, settings), System.out);
        }
        System.exit(ok ? 0 : 1);
    }

    /** The settings by which the example finds the emulation; others come after them. */
    static Settings site(EmbeddedSlurm slurm, List<String> settings) {
        List<String> all = new ArrayList<>(List.of(
                "login=" + slurm.host(),
                "login-port=" + slurm.port(),
                "user=" + slurm.user(),
                "key=" + slurm.key(),
                "known-hosts=" + slurm.knownHosts(),
                "platform=" + slurm.site(),
                "account=project_1",
                "vm=none"));
        all.addAll(settings);
        return Settings.of(all.toArray(String[]::new));
    }
}
