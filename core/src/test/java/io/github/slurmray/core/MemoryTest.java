package io.github.slurmray.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1048576",
        "3000, 3145728000",
        "1K, 1024",
        "16G, 17179869184",
        "16g, 17179869184",
        "10GB, 10737418240",
        "2T, 2199023255552",
        "' 5M ', 5242880"
    })
    void slurmsFormsAreRead(String text, long bytes) {
        assertThat(Memory.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "G", "-1G", "1.5G", "1P", "16 G", "sixteen", "0", "0G", "1GiB"})
    void everythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Memory.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAmountThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> Memory.parse("9223372036854775807T")).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Memory.ofGiB(Long.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void aRequestNeverShrinks() {
        assertThat(new Memory(1).toMiBCeil()).isEqualTo(1);
        assertThat(new Memory(1L << 20).toMiBCeil()).isEqualTo(1);
        assertThat(new Memory((1L << 20) + 1).toMiBCeil()).isEqualTo(2);
        assertThat(new Memory((1L << 30) + 1).toSlurm()).isEqualTo("1025M");
        assertThat(Memory.ofGiB(16)).hasToString("16G");
    }

    @RepeatedTest(50)
    void whatIsWrittenIsReadBack() {
        long seed = System.nanoTime();
        long mib = 1 + Math.floorMod(new Random(seed).nextLong(), 1L << 30);
        Memory memory = new Memory(mib << 20);

        assertThat(Memory.parse(memory.toSlurm())).as("seed %d", seed).isEqualTo(memory);
    }

    @Test
    void moreIsMore() {
        assertThat(Memory.ofGiB(2)).isGreaterThan(Memory.ofGiB(1));
    }
}
