package io.github.slurmray.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final Path ROOT = Path.of(System.getProperty("slurmray.root", ".."));

    @Test
    void theProgramOfTheReadmeIsTheOneThatIsCompiledAndRun() throws IOException {
        String source =
                Files.readString(ROOT.resolve("examples/src/main/java/io/github/slurmray/examples/TenLines.java"));
        String program = between(source, "// README: begin", "// README: end");
        String shown = between(Files.readString(ROOT.resolve("README.md")), "```java", "```");
        assertThat(withoutBlanks(shown)).isEqualTo(withoutBlanks(program));
    }

    private static String between(String text, String begin, String end) {
        int from = text.indexOf(begin) + begin.length();
        return text.substring(from, text.indexOf(end, from));
    }

    // the formatter breaks lines in its own way
    private static String withoutBlanks(String text) {
        return text.replaceAll("\\s", "");
    }
}
