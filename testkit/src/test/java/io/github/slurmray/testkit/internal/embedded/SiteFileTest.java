package io.github.slurmray.testkit.internal.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.testkit.SlurmRelease;
import io.github.slurmray.testkit.internal.slurm.SlurmModel;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The site file of an emulation, whatever stands in its values. */
class SiteFileTest {
    private static final String CONF = "NodeName=n1 CPUs=4 RealMemory=1000\nPartitionName=p Nodes=n1\n";

    private static String text(Optional<String> like, String home) {
        SlurmModel model = new SlurmModel(
                SlurmRelease.V24_11,
                CONF,
                new SlurmModel.People("alice", 1, List.of(), OptionalInt.empty(), OptionalInt.empty()),
                () -> ZoneOffset.UTC,
                Instant.EPOCH);
        RaySource ray = new RaySource("ray/2.60.0", List.of(), Optional.of(Path.of(home)), "2.60.0");
        return SiteFile.text(model, like, ray, "source " + home + "/@slurm@.sh");
    }

    @Test
    void aSignOfAGapInAValueIsAPartOfIt() {
        assertThat(text(Optional.empty(), "/home/alice@example.org/venv"))
                .contains("\"virtualEnvironment\": \"/home/alice@example.org/venv\"")
                .contains("{\"init\": \"source /home/alice@example.org/venv/@slurm@.sh\"}")
                .contains("\"p\": {\"default\": false,");
    }

    @Test
    void whatComesFromTheOtherSiteIsLeftOut() {
        assertThat(text(Optional.of("lumi-c"), "/venv"))
                .contains("\"extends\": \"lumi-c\"")
                .doesNotContain("\"slurm\"")
                .doesNotContain("\"partitions\"");
    }
}
