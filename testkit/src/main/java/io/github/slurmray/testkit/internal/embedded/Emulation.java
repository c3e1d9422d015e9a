package io.github.slurmray.testkit.internal.embedded;

import io.github.slurmray.testkit.internal.slurm.SlurmModel;
import java.util.UUID;
import java.util.function.Consumer;

/** All parts of one emulation, made in order and ended in the other. */
public final class Emulation implements AutoCloseable {
    private final Place place = new Place();
    private final Supervisor supervisor;
    private final Faults faults = new Faults();
    private final Engine engine;
    private final Door door;
    private final SshFront ssh;
    private boolean closed;

    /**
     * Starts everything.
     *
     * @param model the Slurm
     * @param user who logs in
     * @param commands is told every command of Slurm's
     * @param requests is told every command that comes over SSH
     */
    public Emulation(SlurmModel model, String user, Consumer<String> commands, Consumer<String> requests) {
        String id = UUID.randomUUID().toString();
        supervisor = new Supervisor(id, place);
        engine = new Engine(model, id, place);
        door = new Door(engine, place, faults, UUID.randomUUID().toString(), commands);
        place.install(door.port(), door.secret(), model.nodes());
        ssh = new SshFront(user, id, place, requests);
    }

    /** Returns where the model lives. */
    public Engine engine() {
        return engine;
    }

    /** Returns the SSH server. */
    public SshFront ssh() {
        return ssh;
    }

    /** Returns what can go wrong. */
    public Faults faults() {
        return faults;
    }

    /** Returns the directory. */
    public Place place() {
        return place;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        ssh.close();
        door.close();
        engine.close();
        supervisor.close();
    }
}
