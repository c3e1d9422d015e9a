package io.github.slurmray.ray.internal;

import io.github.slurmray.platforms.Finding;
import java.util.Map;
import java.util.Optional;

/** Findings name sbatch's options, as the site's documents do; users of the builders have said them otherwise. */
final class BuilderWords {
    private static final Map<String, String> BY_OPTION = Map.of(
            "--time", "timeLimit(…)",
            "--nodes", "nodes(…) of the worker groups",
            "--cpus-per-task × --ntasks-per-node", "cpus(…)",
            "--mem", "memory(…)",
            "--gres", "gpus(…)",
            "--gpus-per-node", "gpus(…)",
            "--partition", "partition(…)",
            "CPUs of the job", "cpus(…) on all nodes",
            "GPUs of the job", "gpus(…) on all nodes",
            "memory of the job", "memory(…) on all nodes");

    /** Findings about no single option. */
    private static final Map<String, String> BY_RULE =
            Map.of("account-missing", "account(…)", "partition-missing", "partition(…)");

    private BuilderWords() {}

    /** Returns the finding with what the builders call the thing in front. */
    static Finding with(Finding finding) {
        return finding.option()
                .map(BY_OPTION::get)
                .or(() -> Optional.ofNullable(BY_RULE.get(finding.rule())))
                .map(call -> finding.saying(call + ": " + finding.message()))
                .orElse(finding);
    }
}
