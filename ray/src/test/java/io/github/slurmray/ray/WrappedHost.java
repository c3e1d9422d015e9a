package io.github.slurmray.ray;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostProcess;
import io.github.slurmray.core.Tunnel;
import java.util.function.BiFunction;

/** A host whose commands a test has a hand in. */
public record WrappedHost(Host host, BiFunction<Host, Command, CommandResult> run) implements Host {
    @Override
    public String name() {
        return host.name();
    }

    @Override
    public CommandResult run(Command command) {
        return run.apply(host, command);
    }

    @Override
    public HostProcess start(Command command) {
        return host.start(command);
    }

    @Override
    public Tunnel tunnel(String targetHost, int targetPort) {
        return host.tunnel(targetHost, targetPort);
    }

    @Override
    public void close() {
        host.close();
    }
}
