package io.github.slurmray.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WallTimeTest {
    @ParameterizedTest
    @CsvSource({
        "30, PT30M",
        "90, PT90M",
        "30:15, PT30M15S",
        "1:02:03, PT1H2M3S",
        "00:15:00, PT15M",
        "2-0, PT48H",
        "1-12, PT36H",
        "1-12:30, PT36H30M",
        "1-12:30:05, PT36H30M5S",
        "' 10 ', PT10M",
        "0:1, PT1S"
    })
    void slurmsFormsAreRead(String text, Duration limit) {
        assertThat(WallTime.parse(text).limit()).hasValue(limit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UNLIMITED", "unlimited", "INFINITE", "Infinite"})
    void noLimitIsRead(String text) {
        assertThat(WallTime.parse(text)).isEqualTo(WallTime.UNLIMITED);
        assertThat(WallTime.parse(text).limit()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0:0", "0-0", "-5", "1:2:3:4", "1-2:3:4:5", "1d", "1.5", "1-", "-1", ":30", "1 2"})
    void everythingElseIsRefused(String text) {
        assertThatThrownBy(() -> WallTime.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "PT15M, 00:15:00",
        "PT23H59M59S, 23:59:59",
        "PT24H, 1-00:00:00",
        "PT100H, 4-04:00:00",
        "PT0.1S, 00:00:01"
    })
    void aLimitIsWrittenAsSlurmWritesIt(Duration limit, String text) {
        assertThat(WallTime.of(limit)).hasToString(text);
    }

    @RepeatedTest(100)
    void whatIsWrittenIsReadBack() {
        long seed = System.nanoTime();
        WallTime time = WallTime.of(Duration.ofSeconds(1 + new Random(seed).nextInt(100_000_000)));

        assertThat(WallTime.parse(time.toSlurm())).as("seed %d", seed).isEqualTo(time);
        assertThat(WallTime.parse(time.toSlurm()).hashCode()).isEqualTo(time.hashCode());
    }

    @Test
    void noLimitIsLongerThanAny() {
        assertThat(WallTime.UNLIMITED).isGreaterThan(WallTime.of(Duration.ofDays(10_000)));
        assertThat(WallTime.of(Duration.ofHours(1))).isLessThan(WallTime.of(Duration.ofHours(2)));
        assertThat(WallTime.UNLIMITED).isEqualByComparingTo(WallTime.parse("INFINITE"));
    }

    @Test
    void slurmReadsTheSameDigitsWhateverTheUsersLanguage() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        try {
            assertThat(WallTime.parse("1-02:03:04").toSlurm()).isEqualTo("1-02:03:04");
        } finally {
            Locale.setDefault(before);
        }
    }
}
