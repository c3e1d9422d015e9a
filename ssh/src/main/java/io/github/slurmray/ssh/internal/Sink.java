package io.github.slurmray.ssh.internal;

/** Takes one of a command's streams, on a thread that must not be blocked. */
interface Sink {
    /**
     * Takes bytes.
     *
     * @return how many of them need no more room; the others are to be released later, see {@link ExecChannel#release}
     */
    int accept(byte[] bytes, int offset, int length);
}
