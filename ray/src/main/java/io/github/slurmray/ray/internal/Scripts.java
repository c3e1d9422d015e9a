package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The shell programs that lie beside the classes. */
final class Scripts {
    private Scripts() {}

    static String read(String name) {
        try (InputStream in = Scripts.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A command that runs a program with arguments; the program is an argument too, so standard input stays free. */
    static Command command(String shell, String script, String... arguments) {
        String name = script.replace(".sh", "");
        String words = Stream.concat(Stream.of("-c", read(script), name), Arrays.stream(arguments))
                .map(Shell::quote)
                .collect(Collectors.joining(" "));
        return Command.shell("exec " + shell + " " + words).describedAs(name + " " + String.join(" ", arguments));
    }
}
