package io.github.slurmray.ray.internal;

import io.github.slurmray.core.LocalHost;
import io.github.slurmray.ray.ClusterId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A login node with programs named like Slurm's, which keep their jobs in files. Nothing runs: a test says by hand what
 * a job writes into its run directory, and what Slurm says of it.
 */
final class FakeSlurm {
    private final Path root;

    FakeSlurm(Path root) throws IOException {
        this.root = root;
        for (String directory : List.of("bin", "home", "jobs", "names")) {
            Files.createDirectories(root.resolve(directory));
        }
        sbatch("");
        program("squeue", """
                for a in "$@"; do case $a in [0-9]*) ids=$(echo "$a" | tr , ' ') ;; esac; done
                known=no
                for id in $ids; do
                  [ -f "$JOBS/$id" ] || continue
                  known=yes
                  printf '%s\\037%s\\037%s\\037%s\\037%s\\037cn1\\037None\\037%s\\n' "$id" "$id" "$(cat "$JOBS/$id")" \\
                    1763800000 1763900000 "$(cat "$JOBS/../names/$id")"
                done
                [ $known = yes ] || { echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1; }
                """);
        program("scancel", """
                for id; do :; done
                for a in "$@"; do case $a in --name=*) [ "${a#--name=}" = "$(cat "$JOBS/../names/$id")" ] || exit 0 ;; esac; done
                case $(cat "$JOBS/$id")$* in
                  # a real one tries for a minute and more
                  SUSPENDED*--batch*) echo "scancel: error: Signal 15 on job $id: Job is currently suspended" >&2; exit 1 ;;
                esac
                case $* in *--batch*) echo COMPLETED >"$JOBS/$id" ;; *) echo CANCELLED >"$JOBS/$id" ;; esac
                """);
        program("scontrol", "exit 1");
        accounting(false);
    }

    /** Sets what sbatch does before it takes the job. */
    void sbatch(String before) throws IOException {
        program("sbatch", before + """

                id=100
                while ! (set -C; echo RUNNING >"$JOBS/$id") 2>/dev/null; do id=$((id + 1)); done
                for script; do :; done
                sed -n 's/^#SBATCH --job-name=//p' "$script" >"$JOBS/../names/$id"
                echo $id
                """);
    }

    /** Whether there is a database; it knows no job. */
    void accounting(boolean there) throws IOException {
        program("sacct", there ? "exit 0" : "echo 'Slurm accounting storage is disabled' >&2; exit 1");
    }

    private void program(String name, String text) throws IOException {
        Path file = Files.writeString(root.resolve("bin").resolve(name), "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    LocalHost host() {
        return LocalHost.builder()
                .home(root.resolve("home"))
                .environment("PATH", root.resolve("bin") + ":" + System.getenv("PATH"))
                .environment("JOBS", root.resolve("jobs").toString())
                .build();
    }

    /** What Slurm says of a job from now on. */
    void says(Object job, String state) throws IOException {
        Files.writeString(root.resolve("jobs/" + job), state + "\n");
    }

    /** What Slurm says of a job from now on, and which one it is. */
    void says(Object job, String state, String name) throws IOException {
        Files.writeString(root.resolve("names/" + job), name + "\n");
        says(job, state);
    }

    String state(Object job) throws IOException {
        return Files.readString(root.resolve("jobs/" + job)).strip();
    }

    void forgets(Object job) throws IOException {
        Files.delete(root.resolve("jobs/" + job));
    }

    /** The ids of all jobs that were submitted. */
    List<String> jobs() {
        try (var files = Files.list(root.resolve("jobs"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file(String name) {
        return root.resolve(name);
    }

    Path run(ClusterId id) {
        return root.resolve("home/.slurmray/" + id);
    }

    /** The job writes an event, as cluster.sh does. */
    void event(ClusterId id, String type, String... keysAndValues) throws IOException {
        StringBuilder line =
                new StringBuilder("{\"v\":1,\"at\":1763800001.5,\"node\":\"cn1\",\"type\":\"" + type + "\"");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            line.append(",\"")
                    .append(keysAndValues[i])
                    .append("\":\"")
                    .append(keysAndValues[i + 1])
                    .append('"');
        }
        Files.writeString(
                run(id).resolve("events.jsonl"),
                line.append("}\n"),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** The job has come so far that all nodes have joined, and Ray's dashboard is on a port of this machine. */
    void joined(ClusterId id, int dashboard) throws IOException {
        event(id, "started", "job", "100", "restarts", "0", "nodes", "cn1");
        // an address that isn't a loopback one, and leads to this machine all the same
        event(
                id,
                "environment",
                "ray",
                "2.60.0",
                "guarded",
                "yes",
                "address",
                "0.0.0.0",
                "gcs",
                "1",
                "dashboard",
                Integer.toString(dashboard),
                "dashboardHost",
                "0.0.0.0");
        event(id, "joined", "role", "head", "address", "0.0.0.0", "attempt", "1");
        event(id, "all-joined", "nodes", "1", "seconds", "4");
    }
}
