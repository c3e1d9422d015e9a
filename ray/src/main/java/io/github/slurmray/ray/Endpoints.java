package io.github.slurmray.ray;

import io.github.slurmray.core.Secret;
import java.net.URI;
import java.util.Optional;

/**
 * Where a cluster's dashboard and Jobs API can be reached.
 *
 * @param local by this program and others on its machine, through a tunnel that lives as long as the handle; empty if
 *     no way leads there
 * @param published on the cloud VM, by whatever can reach the address there; empty while it isn't up
 * @param token what every request must carry as {@code Authorization: Bearer …}; empty if this Ray has no tokens
 */
public record Endpoints(Optional<URI> local, Optional<URI> published, Optional<Secret> token) {}
