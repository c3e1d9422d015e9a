/** What the implementations of {@link io.github.slurmray.core.Host} share. Not for users. */
package io.github.slurmray.core.internal;
