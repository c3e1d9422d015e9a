package io.github.slurmray.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Emulations that are started and closed in unlucky ways. */
class StartAndCloseTest {
    @Test
    void closingInAnInterruptedThreadLeavesNothing() {
        EmbeddedSlurm slurm = EmbeddedSlurm.start();
        try (Login login = new Login(slurm)) {
            login.out("sbatch -p test -o /dev/null --wrap 'sleep 1000'");
        }
        Thread.currentThread().interrupt();
        try {
            slurm.close();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(slurm.home()).doesNotExist();
    }

    @Test
    void whoeverClosesReturnsWhenAllIsGone() {
        EmbeddedSlurm slurm = EmbeddedSlurm.start();
        List<CompletableFuture<Boolean>> left = Stream.generate(() -> CompletableFuture.supplyAsync(() -> {
                    slurm.close();
                    return Files.exists(slurm.home());
                }))
                .limit(4)
                .toList();
        assertThat(left).allSatisfy(l -> assertThat(l.join()).isFalse());
    }

    @Test
    void aTimeThatHasNoNameIsRefusedAndHarmsNothing() {
        try (EmbeddedSlurm slurm = EmbeddedSlurm.start();
                Login login = new Login(slurm)) {
            for (Duration by : List.of(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofDays(365_000L * 9))) {
                assertThatThrownBy(() -> slurm.advance(by))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("the emulated clock goes to the year 9999, but was told to go by " + by);
            }
            slurm.advance(Duration.ofDays(3650));
            assertThat(login.out("sbatch --parsable -H -p test --wrap true")).isEqualTo("1\n");
        }
    }

    @Test
    void aNodeIsNoPathToAnotherDirectory() {
        assertThatThrownBy(() -> EmbeddedSlurm.builder()
                        .slurmConf("NodeName=../../x\nPartitionName=p Nodes=ALL\n")
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("but was '../../x'");
    }

    @Test
    void aHomeMayLieWhereNamesAreNotAscii(@org.junit.jupiter.api.io.TempDir Path directory) throws Exception {
        String before = System.getProperty("java.io.tmpdir");
        System.setProperty(
                "java.io.tmpdir",
                Files.createDirectory(directory.resolve("Jürgen")).toString());
        try (EmbeddedSlurm slurm =
                        EmbeddedSlurm.builder().module("gcc", "echo geladen: ü").start();
                Login login = new Login(slurm)) {
            assertThat(login.out("cat ../modules/gcc")).isEqualTo("echo geladen: ü\n");
            assertThat(login.out("sbatch --parsable --wait -p test -o out --wrap 'srun pwd; echo $TMPDIR'; cat out"))
                    .isEqualTo("1\n" + slurm.home() + "\n" + slurm.home().resolveSibling("n/cn1") + "\n");
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }
}
