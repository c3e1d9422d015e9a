package io.github.slurmray.testkit.internal.embedded;

import io.github.slurmray.core.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Where the Ray of an emulation comes from.
 *
 * @param name what the site file calls it
 * @param setup lines of shell that make it available
 * @param virtualEnvironment the environment that has it, unless it is the stand-in
 * @param version its version
 */
record RaySource(String name, List<String> setup, Optional<Path> virtualEnvironment, String version) {
    private static final String STAND_IN_VERSION = "2.60.0";
    private static final String FACTS = ".dist-info";

    /** Installs the stand-in in a directory. */
    static RaySource standIn(Path directory) {
        Path bin = directory.resolve("bin");
        Path facts = directory.resolve("lib/ray-" + STAND_IN_VERSION + FACTS + "");
        try {
            Files.createDirectories(bin);
            Files.createDirectories(facts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Place.write(bin.resolve("ray"), Place.resource("ray.py"), "rwx------");
        Place.write(
                facts.resolve("METADATA"),
                "Metadata-Version: 2.1\nName: ray\nVersion: " + STAND_IN_VERSION + "\n",
                "rw-------");
        return new RaySource(
                "stand-in",
                List.of(
                        "export FAKE_RAY_START_SECONDS=${FAKE_RAY_START_SECONDS:-0}",
                        "export PATH=" + Shell.quote(bin.toString()) + ":$PATH PYTHONPATH="
                                + Shell.quote(directory.resolve("lib").toString())),
                Optional.empty(),
                STAND_IN_VERSION);
    }

    /** Returns the lines of a module that makes it available. */
    List<String> moduleLines() {
        return virtualEnvironment
                .map(v -> List.of(
                        "source " + Shell.quote(v.resolve("bin/activate").toString())))
                .orElse(setup);
    }

    /** Finds the one of a virtual environment. */
    static RaySource of(Path virtualEnvironment) {
        Path home = virtualEnvironment.toAbsolutePath().normalize();
        Path lib = home.resolve("lib");
        if (Files.isExecutable(home.resolve("bin/ray")) && Files.isDirectory(lib)) {
            for (Path python : children(lib, "python3*")) {
                for (Path facts : children(python.resolve("site-packages"), "ray-*" + FACTS)) {
                    String name = facts.getFileName().toString();
                    String version = name.substring("ray-".length(), name.length() - FACTS.length());
                    return new RaySource("ray/" + version, List.of(), Optional.of(home), version);
                }
            }
        }
        throw new IllegalArgumentException("there is no Ray in " + home + "; make one by: python3 -m venv " + home
                + " && " + home + "/bin/pip install 'ray[default]'");
    }

    private static List<Path> children(Path directory, String glob) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, glob)) {
            return StreamSupport.stream(found.spliterator(), false).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
