package io.github.slurmray.ray;

import io.github.slurmray.core.Secret;
import java.net.URI;
import java.util.Optional;

/**
 * Where a cluster's dashboard and Jobs API can be reached, and from where.
 *
 * @param local for this program and others on its machine, through a tunnel that lives as long as the handle; empty if
 *     no way leads there
 * @param published as the cloud VM listens: for programs on the VM, and only for these while its address is a loopback
 *     one, as it is unless {@link CloudVm.Builder#privateAddress} said another (see {@link #publishedOnVmOnly()});
 *     empty while it isn't up. From the machine of this program, take {@code local}
 * @param token what every request must carry as {@code Authorization: Bearer …}; empty if this Ray has no tokens
 */
public record Endpoints(Optional<URI> local, Optional<URI> published, Optional<Secret> token) {
    /**
     * Tells whether {@link #published()} means something on the cloud VM itself only.
     *
     * @return true if it is a loopback address; false if it isn't, or nothing is published
     */
    public boolean publishedOnVmOnly() {
        return published
                .map(URI::getHost)
                .filter(h -> h.startsWith("127.") || h.equals("localhost"))
                .isPresent();
    }
}
