package io.github.slurmray.testkit.internal.slurm;

/** Something that real Slurm may know, and the emulation doesn't: it says so, and invents nothing. */
final class Unsupported extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The exit status of a command that asks for it. */
    static final int STATUS = 255;

    /** @param what such as {@code squeue --json} */
    Unsupported(String what) {
        super("emulated Slurm doesn't support " + what);
    }
}
