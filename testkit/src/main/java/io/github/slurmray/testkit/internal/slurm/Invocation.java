package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.core.Shell;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    private static final Pattern ONE_WORD = Pattern.compile("[^\\s'\"\\\\]+");

    /** Copies the collections. */
    public Invocation {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    /**
     * Returns its words with blanks between them, for reading, not for a shell: only one with blanks, quotes or
     * backslashes is in single quotes.
     */
    public String line() {
        return Stream.concat(Stream.of(command), arguments.stream())
                .map(word -> ONE_WORD.matcher(word).matches() ? word : Shell.quote(word))
                .collect(Collectors.joining(" "));
    }

    String env(String name, String otherwise) {
        return environment.getOrDefault(name, otherwise);
    }

    String absolute(String path) {
        return path.startsWith("/") ? path : directory + "/" + path;
    }
}
