package io.github.slurmray.testkit.internal.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.testkit.SlurmRelease;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers that nobody means, and things done to nodes that are only occupied. */
class UnreasonableRequestsTest {
    private final Site site = new Site(SlurmRelease.V22_05);

    @ParameterizedTest
    @CsvSource({
        "-n 99999999 -c 999, More processors requested than permitted",
        "-N 2 --ntasks-per-node=999999999 -c 9, More processors requested than permitted",
        "-a 0-9999999, Invalid job array specification"
    })
    void aRequestThatNoMachineCouldCountUpToIsRefusedAsAnyThatIsTooLarge(String options, String words) {
        assertThat(site.answer("sbatch -p test " + options + " --wrap x").err())
                .isEqualTo("sbatch: error: Batch job submission failed: " + words + "\n");
    }

    @ParameterizedTest
    @CsvSource({"%4j, 0001", "%0004j, 0001", "%99999999999j, 0000000001"})
    void theNumberInAFileNameIsFilledUpToTenDigits(String pattern, String name) {
        site.submit("-o " + pattern + " --wrap x");
        assertThat(((Effect.Start) site.effects.get(0)).stdout()).isEqualTo("/home/hpcuser/" + name);
    }

    @Test
    void aWidthOfZeroIsNone() {
        site.submit("-J a --wrap x");
        assertThat(site.out("sacct -n -X -o JobID%0,JobName%3")).isEqualTo("1              a \n");
        assertThat(site.out("sacctmgr -n show user format=User%0")).isEqualTo("   hpcuser \n");
    }

    @Test
    void aColumnOfGigabytesIsNotEmulated() {
        site.submit("--wrap x");
        assertThat(site.answer("squeue -o %.2000000000i").err())
                .isEqualTo("squeue: emulated Slurm doesn't support fields wider than 10000, such as 2000000000\n");
    }

    @Test
    void aNodeWithoutSocketsIsNamed() {
        assertThatThrownBy(() -> new Site(SlurmRelease.V22_05, "NodeName=a Sockets=0\nPartitionName=p Nodes=a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sockets of slurm.conf must be at least 1, but was 0");
    }

    @Test
    void occupiedNodesThatWereSuspendedAreFreeSoMuchLater() {
        long job = site.model.occupy("test", 1, Duration.ofHours(1));
        site.model.suspend(job);
        site.advance(Duration.ofHours(2));
        site.model.resume(job);
        site.advance(Duration.ofMinutes(59));
        assertThat(site.out("squeue -h -o %T")).isEqualTo("RUNNING\n");
        site.advance(Duration.ofMinutes(1));
        assertThat(site.out("squeue -h -o %T")).isEmpty();
    }

    @Test
    void nodesThatAreOnlyOccupiedHaveNoProcessToRunOutOfMemory() {
        long job = site.model.occupy("test", 1, Duration.ofHours(1));
        assertThatThrownBy(() -> site.model.outOfMemory(job))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("job " + job + " has no processes");
        assertThat(site.model.takeEffects()).isEmpty();
        assertThat(site.out("squeue -h -o %T")).isEqualTo("RUNNING\n");
    }
}
