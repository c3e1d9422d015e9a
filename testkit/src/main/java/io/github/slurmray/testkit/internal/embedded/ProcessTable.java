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
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processes of one emulation, found by the mark in their environment, or in that of an ancestor, or else by their
 * limit on file locks. Linux doesn't heed that limit, but a daemon that has cleared its environment and left its parent
 * and its session still has it: the hard one tells the emulation, the soft one the job.
 */
final class ProcessTable {
    /** Names the emulation. */
    static final String MARK = "SLURMRAY_EMBEDDED";

    /** Names the job and its run. */
    static final String JOB = "SLURMRAY_EMBEDDED_JOB";

    /** Set for what srun started. */
    static final String STEP = "SLURMRAY_EMBEDDED_STEP";

    /** By which sbatch hands its caller's umask to slurmstepd, which takes it away from a batch script. */
    static final String UMASK = "SLURM_UMASK";

    /** Where nobody says. */
    static final String USUAL_UMASK = "0022";

    private static final Path PROC = Path.of("/proc");
    /** What is older than this JVM isn't of its making, and is most of what runs on a machine. */
    private static final long SINCE =
            stat(PROC.resolve("self")).map(Stat::start).orElse(0L);

    private static final Pattern UMASK_LINE = Pattern.compile("(?m)^Umask:\\s+([0-7]+)$");
    private static final Pattern LIMIT = Pattern.compile("(?m)^Max file locks +(\\d+) +(\\d+) ");

    /** So many runs of a job have numbers of their own. */
    private static final long RUNS = 100_000;

    private ProcessTable() {}

    /** What is known of any process that is alive: its parent, and when it was started, in ticks. */
    private record Stat(long parent, long start) {}

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
                Optional<Stat> stat = stat(dir);
                if (stat.isEmpty() || stat.get().start() < SINCE) {
                    continue;
                }
                parents.put(pid, stat.get().parent());
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
            ancestor(pid, parents, marked)
                    .or(() -> byLimit(pid, id))
                    .ifPresent(a -> found.add(new Entry(pid, a.job(), a.node(), a.inStep())));
        }
        return found;
    }

    private static Optional<Entry> byLimit(long pid, String id) {
        Matcher m = LIMIT.matcher(text(pid, "limits"));
        if (!m.find() || !m.group(2).equals(Long.toString(limit(id)))) {
            return Optional.empty();
        }
        long soft = Long.parseLong(m.group(1));
        return Optional.of(new Entry(pid, soft == 0 ? "" : soft / RUNS + "." + soft % RUNS, "", false));
    }

    /** The hard limit of an emulation's processes: larger than all soft ones. */
    static long limit(String id) {
        return UUID.fromString(id).getMostSignificantBits() >>> 4 | 1L << 59;
    }

    /**
     * A line of bash that gives a shell and what it starts these limits.
     *
     * @param key the job's key, empty for a login
     */
    static String marking(String id, String key) {
        String soft = key.isEmpty() ? "0" : softLimit(key);
        return "{ ulimit -S -x " + soft + " && ulimit -H -x " + limit(id) + "; } 2>/dev/null\n";
    }

    /** The soft limit of a job's processes. */
    static String softLimit(String key) {
        String[] words = key.split("\\.", 2);
        return Long.toString(Long.parseLong(words[0]) * RUNS + Long.parseLong(words[1]));
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

    private static Optional<Stat> stat(Path dir) {
        try {
            String stat = Files.readString(dir.resolve("stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 21);
            return fields[0].equals("Z") || fields[0].equals("X")
                    ? Optional.empty()
                    : Optional.of(new Stat(Long.parseLong(fields[1]), Long.parseLong(fields[19])));
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

    /** The mask of permissions that a process takes from the files that it makes, in octal. */
    static String umask(long pid) {
        Matcher m = UMASK_LINE.matcher(text(pid, "status"));
        return m.find() ? m.group(1) : USUAL_UMASK;
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
