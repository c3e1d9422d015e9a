package io.github.slurmray.testkit.internal.slurm;

import java.util.List;

/** The controller's answer to a request that it doesn't take. */
final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> remarks;

    /**
     * Makes a refusal.
     *
     * @param reason in Slurm's words, such as {@code Invalid qos specification}
     * @param remarks what the command prints before it
     */
    Refused(String reason, String... remarks) {
        super(reason);
        this.remarks = List.of(remarks);
    }

    String reason() {
        return java.util.Objects.requireNonNull(getMessage());
    }

    List<String> remarks() {
        return remarks;
    }
}
