package io.github.slurmray.testkit.internal.embedded;

import io.github.slurmray.testkit.internal.slurm.SlurmModel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All parts of one emulation, made in order and ended in the other. */
public final class Emulation implements AutoCloseable {
    private final Place place;
    private final Faults faults = new Faults();
    private final Engine engine;
    private final SshFront ssh;
    private final Path site;
    private final Deque<Runnable> ends = new ArrayDeque<>();

    /**
     * Starts everything.
     *
     * @param models makes the Slurm
     * @param user who logs in
     * @param commands is told every command of Slurm's
     * @param requests is told every command that comes over SSH
     * @param like the site that it is made like, if any
     * @param ray the virtual environment with Ray; without one there is a stand-in
     * @param modules lines of shell by the name of the module
     * @param rayModules which of them bring Ray
     */
    public Emulation(
            Supplier<SlurmModel> models,
            String user,
            Consumer<String> commands,
            Consumer<String> requests,
            Optional<String> like,
            Optional<Path> ray,
            Map<String, List<String>> modules,
            Set<String> rayModules) {
        // in a JVM's first start, loading MINA's classes takes as long as all the rest
        CompletableFuture<LoginServer> server = aside(LoginServer::new);
        SlurmModel model = models.get();
        Optional<RaySource> real = ray.map(RaySource::of);
        place = new Place();
        String id = UUID.randomUUID().toString();
        Supervisor supervisor = new Supervisor(id, place);
        ends.push(supervisor::close);
        try {
            engine = new Engine(model, id, place);
            ends.push(engine::close);
            Door door = new Door(engine, place, faults, UUID.randomUUID().toString(), commands);
            ends.push(door::close);
            UserKeys keys = new UserKeys(user, place.root(), place.home(), engine::now);
            CompletableFuture<SshFront> front =
                    aside(() -> new SshFront(done(server), user, id, place, keys, requests));
            ends.push(() -> done(front).close());
            place.install(door.port(), door.secret(), model.nodes());
            RaySource source =
                    real.orElseGet(() -> RaySource.standIn(place.root().resolve("ray")));
            Map<String, List<String>> lines = new LinkedHashMap<>(modules);
            rayModules.forEach(name -> lines.put(name, source.moduleLines()));
            site = place.root().resolve("site.json");
            Place.write(site, Bytes.of(SiteFile.text(model, like, source, place.installModules(lines))), "rw-------");
            ssh = done(front);
        } catch (RuntimeException | Error e) {
            endAfter(e);
            throw e;
        }
    }

    private void endAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            // what couldn't be started can't be ended either, and says the same
            if (e != failure) {
                failure.addSuppressed(e);
            }
        }
    }

    private static <T> CompletableFuture<T> aside(Supplier<T> work) {
        return CompletableFuture.supplyAsync(
                work, task -> Machine.daemon(task, "slurmray-embedded-start").start());
    }

    /** Waits for it, whatever interrupts. */
    static <T> T done(CompletableFuture<T> work) {
        try {
            return work.join();
        } catch (CompletionException e) {
            // in its own words
            throw e.getCause() instanceof RuntimeException own ? own : e;
        }
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

    /** Ends all parts, the last one first, whatever goes wrong with one of them. */
    @Override
    public synchronized void close() {
        RuntimeException failure = null;
        while (!ends.isEmpty()) {
            try {
                ends.pop().run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
