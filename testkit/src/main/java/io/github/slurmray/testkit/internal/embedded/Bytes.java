package io.github.slurmray.testkit.internal.embedded;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Texts as Slurm has them, with one char for each byte, and as Java has them: pure functions. */
public final class Bytes {
    /** How this JVM reads and writes the names of files. */
    private static final Charset NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private Bytes() {}

    /** Returns the bytes of a text of Java's. */
    public static String of(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** Returns the bytes of a file's name. */
    static String of(Path path) {
        return new String(path.toString().getBytes(NAMES), StandardCharsets.ISO_8859_1);
    }

    /** Returns the text that bytes mean. */
    static String text(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Returns the file that bytes name. */
    static Path path(String bytes) {
        return Path.of(new String(bytes.getBytes(StandardCharsets.ISO_8859_1), NAMES));
    }
}
