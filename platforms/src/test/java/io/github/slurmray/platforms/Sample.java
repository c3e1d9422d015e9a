package io.github.slurmray.platforms;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Published outputs of the sites' own commands. */
final class Sample {
    private Sample() {}

    static String of(String name) {
        try (InputStream in =
                Objects.requireNonNull(Sample.class.getResourceAsStream("printed/" + name + ".txt"), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
