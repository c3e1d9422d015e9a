package io.github.slurmray.slurm;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.LocalHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/**
 * Programs named like Slurm's in a directory of their own, which keep their jobs in a file. What sbatch does is shell
 * text that the test gives; {@code accept} in it takes the job, {@code answer} prints its id.
 */
final class FakeSlurm {
    private final Path root;

    FakeSlurm(Path root) {
        this.root = root;
        try {
            Files.createDirectories(root.resolve("bin"));
            Files.createDirectories(root.resolve("home"));
            Files.createDirectories(root.resolve("jobs"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sbatch("accept; answer");
        squeue(
                "for f in \"$JOBS\"/*; do [ ! -f \"$f\" ] || printf '%s\\037%s\\n' \"${f##*/}\" \"$(cat \"$f\")\"; done");
        sacct("exit 0");
        program("scontrol", "echo 'MinJobAge               = 300 sec'");
    }

    /** Sets what sbatch does. */
    void sbatch(String text) {
        // an id is taken by making its file, so that two sbatch at once get two
        program("sbatch", """
                for a in "$@"; do case $a in --comment=*) comment=${a#--comment=} ;; *) script=$a ;; esac; done
                accept() { id=100; while ! (set -C; echo "$comment" >"$JOBS/$id") 2>/dev/null; do id=$((id + 1)); done; }
                answer() { echo "$id"; }
                """ + text);
    }

    void squeue(String text) {
        program("squeue", text);
    }

    void sacct(String text) {
        program("sacct", text);
    }

    void program(String name, String text) {
        try {
            Path file = root.resolve("bin").resolve(name);
            Path fresh = root.resolve("bin").resolve(name + ".new");
            Files.writeString(fresh, "#!/bin/sh\n" + text + "\n");
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The login node. */
    Host host() {
        return host(Map.of());
    }

    Host host(Map<String, String> more) {
        LocalHost.Builder host = LocalHost.builder()
                .home(home())
                .environment("PATH", root.resolve("bin") + ":" + System.getenv("PATH"))
                .environment("JOBS", root.resolve("jobs").toString());
        more.forEach(host::environment);
        return host.build();
    }

    Path home() {
        return root.resolve("home");
    }

    Path record(SubmissionToken token) {
        return home().resolve(token.recordDirectory());
    }

    /** The ids of all jobs that sbatch has taken. */
    List<String> jobs() {
        try (var files = Files.list(root.resolve("jobs"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String comment(String job) {
        return read(root.resolve("jobs").resolve(job));
    }

    static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
