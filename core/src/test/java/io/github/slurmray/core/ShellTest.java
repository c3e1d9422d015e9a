package io.github.slurmray.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShellTest {
    @TempDir
    Path directory;

    @Test
    void harmlessWordsStayReadable() {
        assertThat(Shell.quote("/home/alice/a-b_c.txt:1,2+3@4%5")).isEqualTo("/home/alice/a-b_c.txt:1,2+3@4%5");
    }

    @Test
    void theEmptyWordIsAWord() {
        assertThat(Shell.quote("")).isEqualTo("''");
    }

    @Test
    void whatAShellWouldExpandIsQuoted() {
        assertThat(List.of("~", "a=b", "*", "$x", "a b", "#", "\n", "é"))
                .allSatisfy(w -> assertThat(Shell.quote(w)).startsWith("'").endsWith("'"));
        assertThat(Shell.quote("it's")).isEqualTo("'it'\\''s'");
    }

    @Test
    void aNulIsRefused() {
        assertThatThrownBy(() -> Shell.quote("a\0b")).isInstanceOf(IllegalArgumentException.class);
    }

    @RepeatedTest(10)
    void theShellReadsRandomWordsBackAsTheyWere() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            words.add(word(random));
        }

        assertThat(echoed(words)).as("seed %d", seed).isEqualTo(words);
    }

    private static String word(Random random) {
        String special = "'\"\\$`!*?[]{}()<>|&;#~=%\n\t\r ";
        StringBuilder word = new StringBuilder();
        for (int n = random.nextInt(30); n > 0; n--) {
            switch (random.nextInt(4)) {
                case 0 -> word.append(special.charAt(random.nextInt(special.length())));
                case 1 -> word.append((char) ('a' + random.nextInt(26)));
                case 2 -> word.append((char) (1 + random.nextInt(127)));
                default -> word.appendCodePoint(0x80 + random.nextInt(0x1F600 - 0xE000 + 0x4000));
            }
        }
        return word.toString().replaceAll("[\\ud800-\\udfff]", "");
    }

    /** What printf, in a script of these quoted words, gives back. */
    private List<String> echoed(List<String> words) throws Exception {
        String script = "printf '%s\\0' " + words.stream().map(Shell::quote).collect(Collectors.joining(" "));
        Path file = Files.writeString(directory.resolve("script"), script);
        Process process = new ProcessBuilder("/bin/sh", file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        List<String> back = new ArrayList<>(List.of(output.split("\0", -1)));
        back.remove(back.size() - 1);
        return back;
    }
}
