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
 * @param input the bytes, as chars, of what {@link SlurmModel#reads} says that it reads; empty if that can't be opened
 */
public record Invocation(
        String command,
        List<String> arguments,
        Map<String, String> environment,
        String directory,
        Optional<String> input) {
    /** Copies the collections. */
    public Invocation {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    String env(String name, String otherwise) {
        return environment.getOrDefault(name, otherwise);
    }

    String absolute(String path) {
        return path.startsWith("/") ? path : directory + "/" + path;
    }
}
