package io.github.slurmray.testkit;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** OpenSSH's own clients, as users have them. They must be installed: without them these tests fail. */
final class OpenSsh {
    private OpenSsh() {}

    /** What a client printed, on one stream and the other, and its status. */
    record Result(String out, String err, int status) {}

    /** The words that make ssh log in, and nothing of the user's own configuration. */
    static List<String> words(EmbeddedSlurm slurm, Path key, String program, String... options) {
        List<String> words = new ArrayList<>(List.of(
                program,
                "-F",
                "/dev/null",
                "-i",
                key.toString(),
                "-o",
                "BatchMode=yes",
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "UserKnownHostsFile=" + slurm.knownHosts(),
                "-o",
                "GlobalKnownHostsFile=/dev/null",
                "-o",
                "Port=" + slurm.port()));
        words.addAll(List.of(options));
        words.add(slurm.user() + "@" + slurm.host());
        return words;
    }

    static Result run(List<String> words, String stdin) throws IOException, InterruptedException {
        File out = File.createTempFile("ssh", ".out");
        File err = File.createTempFile("ssh", ".err");
        try {
            Process process = new ProcessBuilder(words)
                    .redirectOutput(out)
                    .redirectError(err)
                    .start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(stdin.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(words + " hangs: " + Files.readString(err.toPath()));
            }
            return new Result(Files.readString(out.toPath()), Files.readString(err.toPath()), process.exitValue());
        } finally {
            Files.delete(out.toPath());
            Files.delete(err.toPath());
        }
    }
}
