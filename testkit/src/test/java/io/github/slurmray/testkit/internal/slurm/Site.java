package io.github.slurmray.testkit.internal.slurm;

import io.github.slurmray.testkit.SlurmRelease;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** A model of the shipped site, with files of its own and a clock that the test moves. */
final class Site {
    static final Instant START = Instant.parse("2026-11-22T00:30:00Z");

    final SlurmModel model;
    final List<Effect> effects = new ArrayList<>();
    final Map<String, String> files = new HashMap<>();
    final Map<String, String> environment = new HashMap<>();

    Site(SlurmRelease release) {
        this(release, conf());
    }

    Site(SlurmRelease release, String conf) {
        this(release, conf, OptionalInt.empty(), OptionalInt.empty());
    }

    Site(SlurmRelease release, String conf, OptionalInt maxJobs, OptionalInt maxSubmit) {
        model = new SlurmModel(
                release,
                conf,
                new SlurmModel.People("hpcuser", 5001, List.of("project_2001234"), maxJobs, maxSubmit),
                () -> ZoneOffset.UTC,
                START);
    }

    static String conf() {
        try (InputStream in = SlurmModel.class.getResourceAsStream("slurm.conf")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a line of words; a word may stand in single quotes. */
    Reply run(String line) {
        List<String> words = new ArrayList<>();
        java.util.regex.Matcher m =
                java.util.regex.Pattern.compile("'([^']*)'|(\\S+)").matcher(line);
        while (m.find()) {
            words.add(m.group(1) != null ? m.group(1) : m.group(2));
        }
        Invocation call = invocation(words, Optional.empty());
        Reply reply = model.run(invocation(words, SlurmModel.reads(call).map(files::get)));
        effects.addAll(model.takeEffects());
        return reply;
    }

    private Invocation invocation(List<String> words, Optional<String> input) {
        return new Invocation(words.get(0), words.subList(1, words.size()), environment, "/home/hpcuser", input);
    }

    Reply.Answer answer(String line) {
        return (Reply.Answer) run(line);
    }

    /** Runs a line that has to work. */
    String out(String line) {
        Reply.Answer a = answer(line);
        if (a.status() != 0) {
            throw new AssertionError(line + ": " + a);
        }
        return a.out();
    }

    long submit(String options) {
        return Long.parseLong(out("sbatch --parsable -p test " + options).strip());
    }

    void advance(Duration d) {
        model.advanceTo(model.now().plus(d));
        effects.addAll(model.takeEffects());
    }

    /** The script ends by itself, and leaves nothing. */
    void end(long job, int status) {
        end(job, 0, status);
    }

    void end(long job, int run, int status) {
        model.batchEnded(job, run, status, 0, Duration.ofMillis(421));
        model.gone(job, run);
        effects.addAll(model.takeEffects());
    }
}
