package io.github.slurmray.testkit.internal.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The processes of one emulation, found by the mark in their environment, or in that of an ancestor. */
final class ProcessTable {
    /** Names the emulation. */
    static final String MARK = "SLURMRAY_EMBEDDED";

    /** Names the job and its run. */
    static final String JOB = "SLURMRAY_EMBEDDED_JOB";

    /** Set for what srun started. */
    static final String STEP = "SLURMRAY_EMBEDDED_STEP";

    private static final Path PROC = Path.of("/proc");

    private ProcessTable() {}

    /** A process of the emulation. */
    record Entry(long pid, String job, String node, boolean inStep) {}

    /** Reads the table. A process without an environment of its own counts as what its parent is. */
    static List<Entry> read(String id) {
        Map<Long, Long> parents = new LinkedHashMap<>();
        Map<Long, Entry> marked = new HashMap<>();
        String mark = MARK + "=" + id;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path dir : all) {
                long pid = Long.parseLong(dir.getFileName().toString());
                parent(dir).ifPresent(p -> parents.put(pid, p));
                String text = text(pid, "environ");
                // most are somebody else's, and this is done often
                if (text.contains(mark)) {
                    Map<String, String> env = environment(text);
                    marked.put(
                            pid,
                            new Entry(
                                    pid,
                                    env.getOrDefault(JOB, ""),
                                    env.getOrDefault("SLURMD_NODENAME", ""),
                                    env.containsKey(STEP)));
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        List<Entry> found = new ArrayList<>();
        for (Long pid : parents.keySet()) {
            ancestor(pid, parents, marked).ifPresent(a -> found.add(new Entry(pid, a.job(), a.node(), a.inStep())));
        }
        return found;
    }

    private static Optional<Entry> ancestor(long pid, Map<Long, Long> parents, Map<Long, Entry> marked) {
        Long at = pid;
        for (int depth = 0; at != null && at > 1 && depth < 100; depth++) {
            Entry entry = marked.get(at);
            if (entry != null) {
                return Optional.of(entry);
            }
            at = parents.get(at);
        }
        return Optional.empty();
    }

    /** The parent of a process that is alive. */
    private static Optional<Long> parent(Path dir) {
        try {
            String stat = Files.readString(dir.resolve("stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3);
            return fields[0].equals("Z") || fields[0].equals("X")
                    ? Optional.empty()
                    : Optional.of(Long.parseLong(fields[1]));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The variables with which a process was started; none if it has gone or is somebody else's. */
    static Map<String, String> environment(long pid) {
        return environment(text(pid, "environ"));
    }

    private static Map<String, String> environment(String text) {
        Map<String, String> env = new LinkedHashMap<>();
        for (String entry : strings(text)) {
            int eq = entry.indexOf('=');
            if (eq > 0) {
                env.put(entry.substring(0, eq), entry.substring(eq + 1));
            }
        }
        return env;
    }

    /** The strings of a file that ends each with a NUL, one char for each byte. */
    static List<String> strings(long pid, String file) {
        return strings(text(pid, file));
    }

    private static List<String> strings(String text) {
        List<String> parts = new ArrayList<>(List.of(text.split("\0", -1)));
        parts.remove(parts.size() - 1);
        return parts;
    }

    /** A file of a process; empty if that has gone. */
    private static String text(long pid, String file) {
        try {
            return Files.readString(PROC.resolve(pid + "/" + file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
