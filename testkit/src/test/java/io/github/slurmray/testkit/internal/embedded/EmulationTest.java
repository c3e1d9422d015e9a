package io.github.slurmray.testkit.internal.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.SlurmModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a command says when something is wrong with the emulation itself. */
class EmulationTest {
    private static final String CONF = "NodeName=n1 CPUs=4 RealMemory=1000\nPartitionName=p Nodes=n1\n";

    private static Emulation withoutTimeZones() {
        return new Emulation(
                () -> new SlurmModel(
                        SlurmRelease.V24_11,
                        CONF,
                        new SlurmModel.People("alice", 1, List.of(), OptionalInt.empty(), OptionalInt.empty()),
                        () -> {
                            throw new IllegalStateException("no time zones");
                        },
                        Instant.now()),
                "alice",
                command -> {},
                request -> {},
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Set.of());
    }

    private static void say(Emulation emulation, String command, String option, String words, int status)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(emulation.place().bin().resolve(command).toString(), option).start();
        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(words);
        assertThat(process.waitFor()).isEqualTo(status);
    }

    @Test
    void aMistakeOfTheEmulationIsNotTakenForItsEnd() throws Exception {
        try (Emulation emulation = withoutTimeZones()) {
            String words =
                    "squeue: the emulated Slurm made a mistake: java.lang.IllegalStateException: no time zones\n";
            say(emulation, "squeue", "--long", words, 255);
            say(emulation, "squeue", "--noheader", "", 0);
        }
    }
}
