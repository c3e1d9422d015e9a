/** How the ray module does what its public package promises. */
package io.github.slurmray.ray.internal;
