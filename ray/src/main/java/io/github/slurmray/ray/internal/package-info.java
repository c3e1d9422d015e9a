/** How clusters are planned, launched and watched. Not API. */
package io.github.slurmray.ray.internal;
