package io.github.slurmray.ray.internal;

import io.github.slurmray.platforms.Finding;
import java.util.Map;
import java.util.Optional;

/** Findings name sbatch's options, as the site's documents do; users of the builders have said them otherwise. */
final class BuilderWords {
    private static final Map<String, String> BY_OPTION = Map.of(
            "--time", "timeLimit(…)",
            "--nodes", "nodes(…) of the worker groups",
            "--cpus-per-task", "cpus(…)",
            "--mem", "memory(…)",
            "--gres", "gpus(…)",
            "--gpus-per-node", "gpus(…)",
            "--partition", "partition(…)");

    /** Findings about no single option. */
    private static final Map<String, String> BY_RULE = Map.of(
            "account-missing", "account(…)",
            "partition-missing", "partition(…)",
            "job-cpus", "cpus(…) on all nodes",
            "job-gpus", "gpus(…) on all nodes",
            "job-gpus-min", "gpus(…) on all nodes",
            "job-memory", "memory(…) on all nodes",
            "node-memory", "memory(…)",
            "memory-unknown", "memory(…)");

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
