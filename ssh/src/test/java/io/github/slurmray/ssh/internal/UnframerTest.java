package io.github.slurmray.ssh.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class UnframerTest {
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private final List<String> notes = new ArrayList<>();

    private Unframer looking(String marker) {
        return new Unframer(marker.getBytes(StandardCharsets.US_ASCII), notes::add, (bytes, offset, length) -> {
            passed.write(bytes, offset, length);
            return length;
        });
    }

    private static int feed(Unframer unframer, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return unframer.accept(bytes, 0, bytes.length);
    }

    @Test
    void everythingUpToTheMarkersLineIsDropped() {
        Unframer unframer = looking("abcE");

        assertThat(feed(unframer, "hello\nababcE 17\nout\nabcE 18\n")).isEqualTo(28);

        assertThat(passed).hasToString("out\nabcE 18\n");
        assertThat(notes).containsExactly(" 17");
        assertThat(unframer.seen()).isTrue();
    }

    @Test
    void withoutAMarkerTheNoiseCanBeTold() {
        Unframer unframer = looking("abcE");
        feed(unframer, "no ");
        feed(unframer, "entry\n");

        assertThat(unframer.seen()).isFalse();
        assertThat(unframer.noise()).isEqualTo("no entry");
        assertThat(passed.size()).isZero();
    }

    @Test
    void aSinkThatKeepsBytesIsNotAnsweredFor() {
        Unframer unframer =
                new Unframer("x".getBytes(StandardCharsets.US_ASCII), notes::add, (bytes, offset, length) -> 0);

        assertThat(feed(unframer, "noisex\nkept")).isEqualTo(7);
    }

    @RepeatedTest(20)
    void howeverTheBytesArriveTheResultIsTheSame() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        // few letters, so that the noise is full of the marker's beginnings
        String marker = letters(random, 8) + "E";
        String noise = letters(random, 500);
        byte[] data = new byte[random.nextInt(1000)];
        random.nextBytes(data);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes((noise + marker + "9\n").getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(data);
        byte[] bytes = all.toByteArray();

        Unframer unframer = looking(marker);
        for (int i = 0; i < bytes.length; ) {
            int n = Math.min(bytes.length - i, 1 + random.nextInt(7));
            assertThat(unframer.accept(bytes, i, n)).isEqualTo(n);
            i += n;
        }

        assertThat(passed.toByteArray()).as("seed %d", seed).isEqualTo(data);
        assertThat(notes).as("seed %d", seed).containsExactly("9");
    }

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(2)));
        }
        return text.toString();
    }
}
