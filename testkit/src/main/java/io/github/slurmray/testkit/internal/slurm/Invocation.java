package io.github.slurmray.testkit.internal.slurm;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A command as somebody called it.
 *
 * @param command its name, such as {@code sbatch}
 * @param arguments what follows
 * @param environment the variables of its process
 * @param directory where it runs
 * @param files the files that it can read
 */
public record Invocation(
        String command, List<String> arguments, Map<String, String> environment, String directory, Files files) {
    /** Copies the collections. */
    public Invocation {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    /** What a command can read. */
    public interface Files {
        /**
         * Reads a file.
         *
         * @param path absolute
         * @return its bytes as chars, empty if it can't be read
         */
        Optional<String> read(String path);

        /**
         * Reads standard input to its end.
         *
         * @return its bytes as chars
         */
        String stdin();
    }

    String env(String name, String otherwise) {
        return environment.getOrDefault(name, otherwise);
    }

    String absolute(String path) {
        return path.startsWith("/") ? path : directory + "/" + path;
    }
}
