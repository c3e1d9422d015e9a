package io.github.slurmray.core;

/** Whether doing the same thing again may help. */
public enum Retry {
    /** Nothing reached the other side, or what did is harmless twice. */
    SAFE,
    /** The request may already have taken effect: look before repeating it. */
    UNKNOWN_EFFECT,
    /** It will fail again until somebody changes something. */
    POINTLESS
}
