package io.github.slurmray.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** More jobs than run at once. How long a thousand take is bench/embedded's to say. */
class ManyJobsTest {
    @Test
    void ofTwoHundredJobsEachRunsOnceAndIsAccountedFor() {
        int jobs = 200;
        try (EmbeddedSlurm slurm = EmbeddedSlurm.start();
                Login login = new Login(slurm)) {
            String ids = login.out("printf '#!/bin/bash\\nmkdir ran-$SLURM_JOB_ID\\n' >job.sh; " + "for ((i = 0; i < "
                    + jobs + "; i++)); do sbatch --parsable -p test -n1 -o /dev/null job.sh || exit; done");
            Set<String> submitted = new TreeSet<>(ids.lines().toList());
            assertThat(submitted).hasSize(jobs);

            await().atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> login.out("squeue -h").isEmpty());

            List<String> accounted =
                    login.out("sacct -n -X -P -o JobID,State,ExitCode").lines().toList();
            assertThat(accounted)
                    .containsExactlyInAnyOrderElementsOf(
                            submitted.stream().map(id -> id + "|COMPLETED|0:0").collect(Collectors.toList()));
            // mkdir would have failed in a second run
            assertThat(IntStream.rangeClosed(1, jobs).mapToObj(i -> slurm.home().resolve("ran-" + i)))
                    .allMatch(Files::isDirectory);
        }
    }
}
