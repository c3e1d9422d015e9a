package io.github.slurmray.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of the README is code that is compiled and run. */
class ReadmeTest {
    private static final Path ROOT = Path.of(System.getProperty("slurmray.root", ".."));

    private static String source(String name) throws IOException {
        return Files.readString(ROOT.resolve("examples/src/main/java/io/github/slurmray/examples/" + name));
    }

    private static List<String> shown() throws IOException {
        return Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .map(m -> m.group(1))
                .toList();
    }

    @Test
    void allJavaOfTheReadmeIsHeldByATestOfThisClass() throws IOException {
        assertThat(shown()).hasSize(3);
    }

    @Test
    void theProgramOfTheReadmeIsTheOneThatIsCompiledAndRun() throws IOException {
        String program = source("TenLines.java").replaceFirst("package .*;", "").replaceFirst("(?s)/\\*\\*.*?\\*/", "");
        assertThat(withoutBlanks(shown().get(0))).isEqualTo(withoutBlanks(program));
    }

    @Test
    void theProgramOfTheReadmeCompilesAsItIsPasted(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("TenLines.java"), shown().get(0));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            complaints,
                            files,
                            null,
                            List.of("-proc:none", "-d", directory.toString(), "-classpath", classPath()),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            assertThat(compiled).as(complaints.toString()).isTrue();
        }
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    @Test
    void theShutdownHookOfTheReadmeIsTheOneThatIsCompiledAndRun() throws IOException {
        String hook = between(source("EndedBySignal.java"), "// README: begin", "// README: end");
        assertThat(withoutBlanks(shown().get(1))).isEqualTo(withoutBlanks(hook));
    }

    @Test
    void theTestOfTheReadmeIsTheOneThatIsCompiledAndRun() throws IOException {
        Path file = Path.of("src/test/java/io/github/slurmray/examples/UnitTestYourPipelineTest.java");
        assertThat(withoutBlanks(Files.readString(file))).contains(withoutBlanks(shown().get(2)));
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
