package io.github.slurmray.ray;

import io.github.slurmray.core.Retry;
import io.github.slurmray.core.SlurmRayException;
import java.util.stream.Collectors;

/** A plan has errors, so it wasn't launched; nothing was sent. */
public class PlanRefusedException extends SlurmRayException {
    private static final long serialVersionUID = 1L;

    private final transient LaunchPlan plan;

    /**
     * Creates the exception.
     *
     * @param plan the plan with its errors
     */
    public PlanRefusedException(LaunchPlan plan) {
        super(
                plan.errors().stream()
                        .map(f -> f.rule() + ": " + f.message())
                        .collect(Collectors.joining("\n", "the plan of " + plan.id() + " can't be launched:\n", "")),
                null,
                Retry.POINTLESS);
        this.plan = plan;
    }

    /**
     * Returns the plan that was refused.
     *
     * @return the plan
     */
    public LaunchPlan plan() {
        return plan;
    }
}
