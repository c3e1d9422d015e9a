package io.github.slurmray.slurm;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a real Slurm command printed: a file with the command, both streams and the exit status. */
record Sample(String stdout, String stderr, int status) {
    private static final Pattern FORM =
            Pattern.compile("\\A\\$ .*?\n--- stdout\n(.*?)--- stderr\n(.*?)--- rc=(\\d+) .*", Pattern.DOTALL);

    /** @param name such as 22.05/err_bad_qos */
    static Sample of(String name) {
        try (InputStream in = Objects.requireNonNull(Sample.class.getResourceAsStream(name + ".txt"), name)) {
            Matcher m = FORM.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            if (!m.matches()) {
                throw new IllegalStateException(name + " is no sample");
            }
            return new Sample(m.group(1), m.group(2), Integer.parseInt(m.group(3)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
