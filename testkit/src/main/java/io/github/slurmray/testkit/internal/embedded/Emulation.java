package io.github.slurmray.testkit.internal.embedded;

import io.github.slurmray.testkit.internal.slurm.SlurmModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** All parts of one emulation, made in order and ended in the other. */
public final class Emulation implements AutoCloseable {
    private final Place place;
    private final Supervisor supervisor;
    private final Faults faults = new Faults();
    private final Engine engine;
    private final Door door;
    private final SshFront ssh;
    private final Path site;
    private boolean closed;

    /**
     * Starts everything.
     *
     * @param model the Slurm
     * @param user who logs in
     * @param commands is told every command of Slurm's
     * @param requests is told every command that comes over SSH
     * @param like the site that it is made like, if any
     * @param ray the virtual environment with Ray; without one there is a stand-in
     * @param modules lines of shell by the name of the module
     */
    public Emulation(
            SlurmModel model,
            String user,
            Consumer<String> commands,
            Consumer<String> requests,
            Optional<String> like,
            Optional<Path> ray,
            Map<String, List<String>> modules) {
        Optional<RaySource> real = ray.map(RaySource::of);
        place = new Place();
        String id = UUID.randomUUID().toString();
        supervisor = new Supervisor(id, place);
        engine = new Engine(model, id, place);
        door = new Door(engine, place, faults, UUID.randomUUID().toString(), commands);
        place.install(door.port(), door.secret(), model.nodes());
        RaySource source = real.orElseGet(() -> RaySource.standIn(place.root().resolve("ray")));
        site = place.root().resolve("site.json");
        Place.write(site, SiteFile.text(model, like, source, place.installModules(modules)), "rw-------");
        ssh = new SshFront(user, id, place, engine::now, requests);
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

    /** Returns the site file. */
    public Path site() {
        return site;
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
