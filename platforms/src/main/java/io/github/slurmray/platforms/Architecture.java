package io.github.slurmray.platforms;

/** The architecture of a node's processors. */
public enum Architecture {
    /** 64-bit Intel and AMD. */
    X86_64,
    /** 64-bit ARM. */
    AARCH64
}
