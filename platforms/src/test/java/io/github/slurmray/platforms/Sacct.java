package io.github.slurmray.platforms;

import io.github.slurmray.core.LocalHost;
import io.github.slurmray.slurm.Accounting;
import io.github.slurmray.slurm.JobId;
import io.github.slurmray.slurm.SlurmClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Collectors;

/** A program named sacct that knows one job. */
final class Sacct {
    private Sacct() {}

    /** What Slurm's client makes of the fields that it prints. */
    static Accounting prints(Path directory, Map<String, String> fields) throws IOException {
        Path sacct = directory.resolve("sacct");
        String cases = fields.entrySet().stream()
                .map(f -> "        %s) printf '%%s' '%s' ;;\n".formatted(f.getKey(), f.getValue()))
                .collect(Collectors.joining());
        // the program prints its fields in the order in which they are asked for
        Files.writeString(sacct, """
                #!/bin/sh
                for a in "$@"; do case $a in --format=*) format=${a#--format=} ;; esac; done
                [ -n "$format" ] || { echo Planned; exit 0; }
                IFS=,
                separator=
                for field in $format; do
                    printf '%%s' "$separator"
                    case $field in
                %s
                    esac
                    separator=$(printf '\\037')
                done
                echo
                """.formatted(cases));
        Files.setPosixFilePermissions(sacct, PosixFilePermissions.fromString("rwx------"));
        try (LocalHost host = LocalHost.builder()
                .home(directory)
                .environment("PATH", directory + ":" + System.getenv("PATH"))
                .build()) {
            return SlurmClient.over(host).accounting(new JobId(1));
        }
    }
}
