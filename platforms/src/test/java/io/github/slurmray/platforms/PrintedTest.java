package io.github.slurmray.platforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.slurmray.core.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What no site prints, given to each parser. */
@Timeout(20)
class PrintedTest {
    private static final Map<String, Function<String, Object>> PARSERS = Map.of(
            "csc-workspaces-roihu", Workspaces::parse,
            "lumi-workspaces", Workspaces::parse,
            "seff-puhti", Seff::parse,
            "csc-projects", CscProjects::parse);

    private static Stream<String> samples() {
        return PARSERS.keySet().stream().sorted();
    }

    private static Object parse(String sample, String output) {
        return Objects.requireNonNull(PARSERS.get(sample)).apply(output);
    }

    private static void parsesOrRefuses(String sample, String output) {
        Throwable thrown = catchThrowable(() -> parse(sample, output));
        assertThat(thrown)
                .satisfiesAnyOf(
                        t -> assertThat(t).isNull(),
                        t -> assertThat(t)
                                .isInstanceOf(ProtocolException.class)
                                .hasMessageStartingWith("this is no output of"));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aLineOfAMegabyteIsReportedCutAndChangesNothing(String sample) {
        String output = Sample.of(sample);
        for (String filler : List.of("x", "/", "9", "1/", " ", "(", "\u001b[", "| ", "-a: ", "n/a ")) {
            String line = filler.repeat((1 << 20) / filler.length());
            Object with = parse(sample, output + line + "\n");
            assertThat(with.toString()).hasSizeLessThan(20_000);
            assertThatThrownBy(() -> parse(sample, line + ".\n"))
                    .isInstanceOf(ProtocolException.class)
                    .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1_500));
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void anOutputThatIsCutAnywhereIsReadOrRefused(String sample) {
        String output = Sample.of(sample);
        for (int end = 0; end < output.length(); end++) {
            parsesOrRefuses(sample, output.substring(0, end));
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void binaryNoiseIsReadOrRefused(String sample) {
        byte[] original = Sample.of(sample).getBytes(StandardCharsets.UTF_8);
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] bytes = original.clone();
            for (int i = 0; i < 1 + seed % 40; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            parsesOrRefuses(sample, new String(bytes, StandardCharsets.UTF_8));
            parsesOrRefuses(sample, new String(bytes, StandardCharsets.ISO_8859_1));
        }
        byte[] noise = new byte[1 << 16];
        new Random(1).nextBytes(noise);
        parsesOrRefuses(sample, new String(noise, StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void linesInAnyOrderAreReadOrRefused(String sample) {
        List<String> lines = Sample.of(sample).lines().toList();
        for (long seed = 0; seed < 100; seed++) {
            List<String> shuffled = new ArrayList<>(lines);
            Collections.shuffle(shuffled, new Random(seed));
            parsesOrRefuses(sample, String.join("\n", shuffled));
        }
    }

    @Test
    void aLineIsSafeToShow() {
        assertThat(Printed.lines("\u001b[31mred\u001b[0m\r\n\ta\tb \n\u0000\u0007x\u202e\n \n"))
                .containsExactly("red", "a b", "??x?");
    }
}
