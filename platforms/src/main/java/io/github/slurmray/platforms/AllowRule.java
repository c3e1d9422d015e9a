package io.github.slurmray.platforms;

import io.github.slurmray.core.Cidr;
import java.util.List;
import java.util.Objects;

/**
 * That TCP connections from a network to some ports are let in.
 *
 * @param source where they come from
 * @param ports where they go to
 * @param of whose addresses these are: the names of sites, and {@code own} for the user's, in order
 */
public record AllowRule(Cidr source, PortRange ports, List<String> of) {
    /** Checks the parts. */
    public AllowRule {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(ports, "ports");
        of = List.copyOf(of);
    }
}
