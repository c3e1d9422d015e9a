package io.github.slurmray.testkit.corpus;

/** A Slurm that the corpus is run on. */
interface Target {
    /**
     * Runs shell text as the user on a login node, in the home directory.
     *
     * @return what it printed on standard output
     * @throws AssertionError if it fails
     */
    String shell(String text);

    /** Lets something happen that no command of the user's does. */
    void happen(String event);
}
