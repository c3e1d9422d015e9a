package io.github.slurmray.ssh.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Everything that a connection is made from.
 *
 * @param endpoint where to, as whom
 * @param identities the keys to offer, in order
 * @param knownHosts the file of host keys
 * @param connectTimeout how long opening a connection may take, name resolution and authentication included
 * @param keepAlive how often the link is tried
 */
public record Settings(
        Endpoint endpoint, List<Identity> identities, Path knownHosts, Duration connectTimeout, Duration keepAlive) {}
