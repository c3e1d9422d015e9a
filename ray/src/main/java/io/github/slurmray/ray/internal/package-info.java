/** How clusters are planned, launched and watched, and Ray's HTTP APIs behind the public types. Not API. */
package io.github.slurmray.ray.internal;
