package io.github.slurmray.testkit;

import io.github.slurmray.testkit.internal.embedded.Emulation;
import io.github.slurmray.testkit.internal.slurm.SlurmModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Describes an {@link EmbeddedSlurm}. For one thread. */
public final class EmbeddedSlurmBuilder {
    private SlurmRelease release = SlurmRelease.V24_11;
    private String conf = defaultConf();
    private String user = "alice";
    private List<String> accounts = List.of("project_1");
    private OptionalInt maxJobs = OptionalInt.empty();
    private OptionalInt maxSubmitJobs = OptionalInt.empty();
    private final Map<String, List<String>> modules = new LinkedHashMap<>();
    private final Set<String> rayModules = new LinkedHashSet<>();
    private @Nullable String like;
    private @Nullable Path virtualEnvironment;

    EmbeddedSlurmBuilder() {}

    private static String defaultConf() {
        try (InputStream in = Objects.requireNonNull(SlurmModel.class.getResourceAsStream("slurm.conf"))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sets whose words it speaks.
     *
     * @param newRelease the release, 24.11 by default
     * @return this builder
     */
    public EmbeddedSlurmBuilder release(SlurmRelease newRelease) {
        release = Objects.requireNonNull(newRelease, "release");
        return this;
    }

    /**
     * Sets nodes, partitions and limits.
     *
     * @param text the text of a slurm.conf; settings that the emulation doesn't act on are kept, and mean nothing
     * @return this builder
     */
    public EmbeddedSlurmBuilder slurmConf(String text) {
        conf = Objects.requireNonNull(text, "text");
        return this;
    }

    /**
     * Sets who logs in.
     *
     * @param name the user's name, alice by default; the processes are this JVM's user's all the same
     * @return this builder
     * @throws IllegalArgumentException if it has anything but letters, digits and {@code _ . -}, or begins with a
     *     digit, {@code .} or {@code -}
     */
    public EmbeddedSlurmBuilder user(String name) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_.-]*")) {
            throw new IllegalArgumentException(
                    "a user's name begins with a letter and has letters, digits and _.-, but was '" + name + "'");
        }
        user = name;
        return this;
    }

    /**
     * Sets what the user may charge; by default project_1 alone.
     *
     * @param names the accounts, the default one first; if it is called with none, any name will do
     * @return this builder
     */
    public EmbeddedSlurmBuilder accounts(String... names) {
        accounts = List.of(names);
        return this;
    }

    /**
     * Sets how many jobs of the user may run at once; by default as many as fit.
     *
     * @param max at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less
     */
    public EmbeddedSlurmBuilder maxJobs(int max) {
        maxJobs = OptionalInt.of(atLeastOne(max));
        return this;
    }

    /**
     * Sets how many jobs the user may have in the queue; by default there is no limit.
     *
     * @param max at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less
     */
    public EmbeddedSlurmBuilder maxSubmitJobs(int max) {
        maxSubmitJobs = OptionalInt.of(atLeastOne(max));
        return this;
    }

    /**
     * Lets {@link EmbeddedSlurm#site} have the facts of another site, so that plans are checked and priced as there.
     * Its partitions should then be those of the {@linkplain #slurmConf slurm.conf}, as of
     * {@code platform.slurmConf()}.
     *
     * @param platform the name of a site that slurmray ships, such as {@code lumi-c}
     * @return this builder
     */
    public EmbeddedSlurmBuilder like(String platform) {
        like = Objects.requireNonNull(platform, "platform");
        return this;
    }

    /**
     * Sets which Ray {@link EmbeddedSlurm#site} names. Without one it names a stand-in: a small {@code ray} that is up
     * in a moment, whose nodes find each other, and which runs the entrypoints of Ray jobs as plain processes; no
     * Python program can {@code import ray} from it.
     *
     * @param directory a Python virtual environment with {@code ray[default]}, 2.60 or later, since earlier ones can't
     *     be told a directory for each node
     * @return this builder
     */
    public EmbeddedSlurmBuilder ray(Path directory) {
        virtualEnvironment = Objects.requireNonNull(directory, "directory");
        return this;
    }

    /**
     * Adds a module, for {@code module load}. Login shells know {@code module}, and so do launched clusters, which
     * begin with the line that {@link EmbeddedSlurm#site} says; another batch script that is submitted by a command
     * over SSH knows it with {@code #!/bin/bash -l}. Of Lmod's other commands only {@code purge} is known, as long as
     * nothing is loaded.
     *
     * @param name such as {@code pytorch/2.5}
     * @param lines lines of bash that loading it runs
     * @return this builder
     * @throws IllegalArgumentException if the name has anything but letters, digits and {@code _ - . + /}, or if there
     *     are modules below that of this name, or this one is below another
     */
    public EmbeddedSlurmBuilder module(String name, String... lines) {
        if (!name.matches("[A-Za-z0-9_+][A-Za-z0-9_.+-]*(/[A-Za-z0-9_+][A-Za-z0-9_.+-]*)*")) {
            throw new IllegalArgumentException("a module's name has letters, digits and _-.+/, but was '" + name + "'");
        }
        for (String other : modules.keySet()) {
            if (other.startsWith(name + "/") || name.startsWith(other + "/")) {
                throw new IllegalArgumentException(
                        "a module has no others below it, but there are to be '" + other + "' and '" + name + "'");
            }
        }
        modules.put(name, List.of(lines));
        return this;
    }

    /**
     * Adds a module that brings the Ray of this emulation, the stand-in or that of {@link #ray}: for a program that
     * names the module of its site, as {@code RayEnvironment.builder().module("pytorch/2.5")} does, rather than take
     * what {@link EmbeddedSlurm#site} names.
     *
     * @param name such as {@code pytorch/2.5}
     * @return this builder
     * @throws IllegalArgumentException as of {@link #module}
     */
    public EmbeddedSlurmBuilder rayModule(String name) {
        module(name);
        rayModules.add(name);
        return this;
    }

    private static int atLeastOne(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("a limit of jobs must be at least 1, but was " + max);
        }
        return max;
    }

    /**
     * Starts it. Returns when it can be logged in to. May be called again, for another one.
     *
     * @return it, to be closed
     * @throws IllegalArgumentException if the slurm.conf can't be understood, or there is no Ray where it was said
     * @throws IllegalStateException where there is no {@code /proc}
     * @throws UncheckedIOException if nothing can be written below {@code java.io.tmpdir}, or there is no setsid
     */
    public EmbeddedSlurm start() {
        return new EmbeddedSlurm(this, user);
    }

    /**
     * Starts what stands behind an {@link EmbeddedSlurm}.
     *
     * @param commands is told every command of Slurm's
     * @param requests is told every command that comes over SSH
     */
    Emulation emulation(Consumer<String> commands, Consumer<String> requests) {
        return new Emulation(
                () -> new SlurmModel(
                        release,
                        conf,
                        new SlurmModel.People(user, uid(), accounts, maxJobs, maxSubmitJobs),
                        ZoneId::systemDefault,
                        Instant.now()),
                user,
                commands,
                requests,
                Optional.ofNullable(like),
                Optional.ofNullable(virtualEnvironment),
                modules,
                rayModules);
    }

    private static long uid() {
        try {
            return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
        } catch (IOException | UnsupportedOperationException e) {
            throw new IllegalStateException("the emulated Slurm runs on Linux only: there is no /proc/self", e);
        }
    }
}
