package io.github.slurmray.platforms;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The platforms that are shipped, and a user's own from their file. */
public final class Platforms {
    private Platforms() {}

    /**
     * Returns the lab: a real Slurm on one Linux machine, as {@code lab/lab up} makes it.
     *
     * @return the platform
     */
    public static Platform lab() {
        return shipped("lab");
    }

    /**
     * Reads a platform from a JSON file, such as a copy of a shipped one (they lie beside this class in the jar) under
     * another name.
     *
     * @param file the file, in UTF-8
     * @return the platform
     * @throws PlatformFileException if it can't be read, isn't JSON, or holds an unknown key or a wrong value
     */
    public static Platform load(Path file) {
        try {
            return PlatformFile.parse(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new PlatformFileException("can't read the platform file " + file + ": " + e, e);
        }
    }

    private static Platform shipped(String name) {
        String resource = name + ".json";
        try (InputStream in = Platforms.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + resource);
            }
            return PlatformFile.parse(in.readAllBytes(), resource);
        } catch (IOException e) {
            throw new PlatformFileException("can't read the shipped platform " + name, e);
        }
    }
}
