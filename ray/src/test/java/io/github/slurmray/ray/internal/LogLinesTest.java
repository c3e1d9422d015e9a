package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LogLinesTest {
    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    private static List<String> cut(byte[] log, long skip, Random chunks) {
        List<String> lines = new ArrayList<>();
        LogLines cutter = new LogLines(skip, lines::add);
        int at = 0;
        while (at < log.length) {
            int next = Math.min(log.length, at + chunks.nextInt(9));
            cutter.feed(Arrays.copyOfRange(log, at, next));
            at = next;
        }
        cutter.end();
        return lines;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void linesDependOnTheBytesAloneAndReadingCanStopAndGoOnAnywhere(int seed) {
        Random random = new Random(seed);
        byte[] alphabet = {'a', 'b', '\n', '\r', '\n', (byte) 0xc3, (byte) 0xbc, (byte) 0xff};
        byte[] log = new byte[random.nextInt(60)];
        for (int i = 0; i < log.length; i++) {
            log[i] = alphabet[random.nextInt(alphabet.length)];
        }
        List<String> lines = cut(log, 0, random);

        assertThat(cut(log, 0, random)).isEqualTo(lines);
        int skip = random.nextInt(lines.size() + 1);
        assertThat(cut(log, skip, random)).isEqualTo(lines.subList(skip, lines.size()));
    }

    @Test
    void aLineWithoutEndComesInPiecesWhichCountAsLines() {
        byte[] log = new byte[2 * LogLines.MAX_LINE + 1];
        Arrays.fill(log, (byte) 'x');
        List<String> lines = new ArrayList<>();
        LogLines cutter = new LogLines(1, lines::add);
        cutter.feed(Arrays.copyOf(log, 1000));
        cutter.feed(Arrays.copyOfRange(log, 1000, log.length));
        cutter.end();

        assertThat(lines).extracting(String::length).containsExactly(LogLines.MAX_LINE, 1);
    }
}
