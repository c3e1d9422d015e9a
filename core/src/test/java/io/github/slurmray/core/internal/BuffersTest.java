package io.github.slurmray.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

class BuffersTest {
    @RepeatedTest(50)
    void oneKeepsTheFirstBytesAndTheOtherTheLast() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int cap = random.nextInt(200);
        CappedBuffer head = new CappedBuffer(cap);
        TailBuffer tail = new TailBuffer(cap);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int n = random.nextInt(20); n > 0; n--) {
            byte[] bytes = new byte[5 + random.nextInt(100)];
            random.nextBytes(bytes);
            int offset = random.nextInt(5);
            int length = random.nextInt(bytes.length - offset);
            head.add(bytes, offset, length);
            tail.add(bytes, offset, length);
            all.write(bytes, offset, length);
        }
        byte[] everything = all.toByteArray();
        int kept = Math.min(cap, everything.length);

        assertThat(head.bytes()).as("seed %d", seed).isEqualTo(Arrays.copyOf(everything, kept));
        assertThat(tail.bytes())
                .as("seed %d", seed)
                .isEqualTo(Arrays.copyOfRange(everything, everything.length - kept, everything.length));
        assertThat(head.truncated()).isEqualTo(everything.length > cap);
        assertThat(tail.truncated()).isEqualTo(everything.length > cap);
    }
}
