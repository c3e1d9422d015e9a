package io.github.slurmray.testkit.corpus;

import io.github.slurmray.testkit.SlurmRelease;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The scenarios of {@code scenarios.txt}: command lines that are run on a real and on the emulated Slurm.
 *
 * @param scenarios in the file's order
 */
record Corpus(List<Scenario> scenarios) {
    /**
     * Commands that are run one after the other, in a directory of their own.
     *
     * @param title what it is about
     * @param steps in order
     */
    record Scenario(String title, List<Step> steps) {}

    /** Something in a scenario. */
    sealed interface Step {}

    /** Prepares or awaits something; has to succeed, and isn't compared. */
    record Preparation(String text) implements Step {}

    /** Happens to the cluster, not by a command: {@code controller stops}. */
    record Event(String text) implements Step {}

    /** A command line whose answer is compared. */
    record Line(String text, List<Known> known) implements Step {
        Optional<Known> known(SlurmRelease release) {
            return known.stream().filter(k -> k.releases().contains(release)).findFirst();
        }
    }

    /**
     * A difference that is known and stays.
     *
     * @param releases where there is one
     * @param unsupported whether the emulation says that it doesn't support this
     * @param reason why it stays
     */
    record Known(List<SlurmRelease> releases, boolean unsupported, String reason) {}

    static Corpus load() {
        return parse(resource("scenarios.txt"));
    }

    /** Reads a file beside this class. */
    static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Corpus.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Corpus parse(String text) {
        List<Scenario> scenarios = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
            if (line.startsWith("## ")) {
                steps = new ArrayList<>();
                scenarios.add(new Scenario(line.substring(3), steps));
            } else if (line.startsWith("$ ")) {
                steps.add(new Line(line.substring(2), new ArrayList<>()));
            } else if (line.startsWith(": ")) {
                steps.add(new Preparation(line.substring(2)));
            } else if (line.startsWith("@ ")) {
                steps.add(new Event(line.substring(2)));
            } else if (line.startsWith("  ") && !steps.isEmpty() && steps.get(steps.size() - 1) instanceof Line last) {
                last.known().add(known(line.strip()));
            } else if (!line.startsWith("# ")) {
                throw new IllegalArgumentException("no line of a corpus: " + line);
            }
        }
        return new Corpus(scenarios);
    }

    /**
     * Reads {@code differs: reason}, {@code unsupported: reason}, or such with a release, as {@code differs 22.05:
     * reason}.
     */
    private static Known known(String text) {
        String[] parts = text.split(": ", 2);
        String[] words = parts[0].split(" ", 2);
        if (parts.length < 2 || !List.of("differs", "unsupported").contains(words[0])) {
            throw new IllegalArgumentException("no known difference: " + text);
        }
        List<SlurmRelease> releases = words.length == 1 ? List.of(SlurmRelease.values()) : List.of(release(words[1]));
        return new Known(releases, words[0].equals("unsupported"), parts[1]);
    }

    /** @param text such as {@code 22.05} or {@code 22.05.8} */
    static SlurmRelease release(String text) {
        for (SlurmRelease r : SlurmRelease.values()) {
            if (r.name()
                    .equals("V" + text.replaceFirst("^(\\d+\\.\\d+).*", "$1").replace('.', '_'))) {
                return r;
            }
        }
        throw new IllegalArgumentException("no release of Slurm: " + text);
    }
}
