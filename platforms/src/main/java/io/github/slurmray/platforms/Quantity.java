package io.github.slurmray.platforms;

import java.util.Arrays;
import java.util.Optional;

/** What of a job a site may bill, for the whole job and not for each node; the variables of a {@link Formula}. */
public enum Quantity {
    /** Its nodes. */
    NODES("nodes"),
    /** Its physical cores; hardware threads aren't billed. */
    CORES("cores"),
    /** Its GPUs as Slurm counts them (a GCD of LUMI is one), without slices. */
    GPUS("gpus"),
    /** Its slices of GPUs, such as {@code a100_1g.5gb}. */
    SLICES("slices"),
    /** Its memory in GiB. */
    MEMORY_GIB("memoryGiB"),
    /** The local or disaggregated disk that it has reserved, in GiB; 0 if none. */
    DISK_GIB("diskGiB");

    private final String word;

    Quantity(String word) {
        this.word = word;
    }

    /**
     * Returns its name in formulas.
     *
     * @return such as {@code memoryGiB}
     */
    public String word() {
        return word;
    }

    static Optional<Quantity> of(String word) {
        return Arrays.stream(values()).filter(q -> q.word.equals(word)).findFirst();
    }

    @Override
    public String toString() {
        return word;
    }
}
