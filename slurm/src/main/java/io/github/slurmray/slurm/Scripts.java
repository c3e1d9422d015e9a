package io.github.slurmray.slurm;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** The shell scripts that run on the host, kept as files beside this class, and the commands made of them. */
final class Scripts {
    private static final String COMMON = load("common.sh");
    private static final String SUBMIT = load("submit.sh");
    static final String RUNNER = load("run-sbatch.sh");
    private static final String SEARCH = load("search.sh");
    private static final String QUERY = load("query.sh");
    private static final String ACCOUNTING = load("accounting.sh");

    private final String path;

    /** @param commandDirectory where Slurm's commands are, if they are not on the PATH */
    Scripts(Optional<String> commandDirectory) {
        this.path = commandDirectory.orElse("");
    }

    /** A command, and the word by which the sections of its answer are known. */
    record Framed(Command command, String nonce) {}

    Framed submit(String record, int after, int size, long waitSeconds, String comment) {
        return framed(
                Map.of(
                        "record",
                        record,
                        "after",
                        Integer.toString(after),
                        "size",
                        Integer.toString(size),
                        "wait",
                        Long.toString(waitSeconds),
                        "comment",
                        comment,
                        "runner",
                        RUNNER),
                SUBMIT);
    }

    /** The same text, but for making attempts. */
    Framed look(String record, long waitSeconds) {
        return framed(
                Map.of("record", record, "after", "0", "wait", Long.toString(waitSeconds), "look", "yes"), SUBMIT);
    }

    Framed search(long minutes) {
        return framed(Map.of("minutes", Long.toString(minutes)), SEARCH);
    }

    Framed query(String jobs) {
        return framed(Map.of("jobs", jobs), QUERY);
    }

    Framed accounting(JobId job, String fields) {
        return framed(Map.of("job", job.toString(), "fields", fields), ACCOUNTING);
    }

    /** A plain command under the same environment as the scripts. */
    Command plain(String text) {
        return Command.shell(assignments(Map.of("nonce", "-")) + COMMON + text);
    }

    private Framed framed(Map<String, String> variables, String script) {
        String nonce = UUID.randomUUID().toString();
        String text = assignments(Map.of("nonce", nonce)) + assignments(variables) + COMMON + script;
        return new Framed(Command.shell(text), nonce);
    }

    private String assignments(Map<String, String> variables) {
        StringBuilder s = new StringBuilder();
        variables.forEach((name, value) ->
                s.append(name).append('=').append(Shell.quote(value)).append('\n'));
        return s.append("path=").append(Shell.quote(path)).append('\n').toString();
    }

    private static String load(String name) {
        try (InputStream in = Objects.requireNonNull(Scripts.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
