package io.github.slurmray.testkit;

/** The releases of Slurm whose words and formats {@link EmbeddedSlurm} speaks. */
public enum SlurmRelease {
    /** Slurm 22.05, as Debian 12 has it. */
    V22_05("22.05.8"),
    /** Slurm 24.11, as Debian 13 has it. */
    V24_11("24.11.5");

    private final String version;

    SlurmRelease(String version) {
        this.version = version;
    }

    /**
     * Returns the full version.
     *
     * @return such as {@code 22.05.8}
     */
    public String version() {
        return version;
    }
}
