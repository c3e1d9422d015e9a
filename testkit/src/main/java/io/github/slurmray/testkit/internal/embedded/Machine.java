package io.github.slurmray.testkit.internal.embedded;

import io.github.slurmray.core.Shell;
import io.github.slurmray.testkit.internal.slurm.Effect;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs jobs as processes of this machine. */
final class Machine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Machine.class);
    private static final long WATCH_MILLIS = 25;
    private static final Pattern TIMES = Pattern.compile("(\\d+)m(\\d+)[.,](\\d{3})s (\\d+)m(\\d+)[.,](\\d{3})s");

    /** What is told of the jobs. Called from threads of the machine. */
    interface Listener {
        void batchEnded(long job, int run, int status, int signal, Duration cpuTime);

        void launchFailed(long job, int run);

        void gone(long job, int run);
    }

    private final String id;
    private final Place place;
    private final Listener listener;
    private final ScheduledExecutorService inOrder =
            Executors.newSingleThreadScheduledExecutor(r -> daemon(r, "slurmray-embedded-processes"));
    private final ExecutorService readers = Executors.newCachedThreadPool(r -> daemon(r, "slurmray-embedded-batch"));
    private final ScheduledFuture<?> watching;
    private final Map<Long, Running> running = new ConcurrentHashMap<>();

    /** The jobs that are to end; only for the thread that does things in order. */
    private final Map<String, Effect.Watch> watched = new LinkedHashMap<>();

    /** A batch script's processes: what runs it, and, once it is known, itself. */
    private static final class Running {
        final Effect.Start start;
        volatile long script;

        Running(Effect.Start start) {
            this.start = start;
        }
    }

    Machine(String id, Place place, Listener listener) {
        this.id = id;
        this.place = place;
        this.listener = listener;
        watching = inOrder.scheduleWithFixedDelay(this::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    static Thread daemon(Runnable body, String name) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Does what the controller wants, in its order, and returns at once. */
    void perform(List<Effect> effects) {
        for (Effect effect : effects) {
            inOrder.execute(() -> {
                try {
                    perform(effect);
                } catch (IOException | RuntimeException e) {
                    LOG.warn("the emulated Slurm couldn't {}", effect.getClass().getSimpleName(), e);
                    if (effect instanceof Effect.Start start) {
                        // or it would run for ever
                        running.remove(start.job());
                        listener.launchFailed(start.job(), start.run());
                    }
                }
            });
        }
    }

    private void perform(Effect effect) throws IOException {
        if (effect instanceof Effect.Start start) {
            start(start);
        } else if (effect instanceof Effect.Signal signal) {
            signal(signal);
        } else if (effect instanceof Effect.Watch watch) {
            watched.put(key(watch.job(), watch.run()), watch);
        } else if (effect instanceof Effect.Note note) {
            note(note);
        } else if (effect instanceof Effect.PowerCut cut) {
            kill("KILL", entries(e -> e.node().equals(cut.node())));
        }
    }

    static String key(long job, int run) {
        return job + "." + run;
    }

    // ---------------------------------------------------------------- batch scripts

    private void start(Effect.Start start) throws IOException {
        Path dir = Files.createDirectories(
                place.root().resolve("spool").resolve(String.format(Locale.ROOT, "job%05d", start.job())));
        Path script = dir.resolve("slurm_script");
        Place.write(script, start.script(), "rwx------");
        Path settings = dir.resolve("settings");
        Place.write(settings, settings(start, script), "rw-------");
        ProcessBuilder builder = new ProcessBuilder(
                "setsid",
                "bash",
                "-p",
                "-c",
                ProcessTable.marking(id, key(start.job(), start.run())) + Place.resource("stepd.sh"),
                "slurmstepd",
                settings.toString());
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/local/bin:/usr/bin:/bin");
        builder.environment().putAll(marks(start.job(), start.run()));
        builder.environment().put("SLURMD_NODENAME", start.environment().getOrDefault("SLURMD_NODENAME", ""));
        Running job = new Running(start);
        running.put(start.job(), job);
        Process process = builder.start();
        readers.execute(() -> follow(process, job));
    }

    Map<String, String> marks(long job, int run) {
        return Map.of(ProcessTable.MARK, id, ProcessTable.JOB, key(job, run));
    }

    private String settings(Effect.Start start, Path script) {
        Map<String, String> env = new LinkedHashMap<>(start.environment());
        String umask = Optional.ofNullable(env.remove(ProcessTable.UMASK)).orElse(ProcessTable.USUAL_UMASK);
        env.keySet().removeIf(k -> k.equals(ProcessTable.STEP) || k.equals("OLDPWD") || k.equals("_"));
        env.put("PWD", start.workDir());
        env.put("TMPDIR", place.temporaryDirectory(env.getOrDefault("SLURMD_NODENAME", "none")));
        env.putAll(marks(start.job(), start.run()));
        List<String> words = new ArrayList<>(List.of(Bytes.of(script)));
        words.addAll(start.arguments());
        return "umask=" + Shell.quote(umask) + "\nworkdir=" + Shell.quote(start.workDir()) + "\nstdin="
                + Shell.quote(start.stdin()) + "\nstdout="
                + Shell.quote(start.stdout()) + "\nstderr=" + Shell.quote(start.stderr()) + "\nappend="
                + (start.append() ? "yes" : "no") + "\nover_quota=" + (place.overQuota() ? "yes" : "no")
                + "\ncommand=(env -i " + Quoted.assignments(env) + " "
                + Quoted.words(words) + ")\n";
    }

    /** Reads what stepd.sh reports until it ends. */
    private void follow(Process process, Running job) {
        Effect.Start start = job.start;
        int status = 0;
        boolean signaled = true;
        boolean ended = false;
        Duration cpu = Duration.ZERO;
        try (BufferedReader reports =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = reports.readLine(); line != null; line = reports.readLine()) {
                String[] words = line.split(" ", -1);
                if (line.startsWith("pid ")) {
                    job.script = Long.parseLong(words[1]);
                } else if (line.equals("failed")) {
                    listener.launchFailed(start.job(), start.run());
                    return;
                } else if (line.startsWith("end ")) {
                    ended = true;
                    status = Integer.parseInt(words[1]);
                    signaled = words[2].equals("yes");
                } else {
                    cpu = times(line);
                }
            }
            int code = process.waitFor();
            status = ended ? status : code;
        } catch (IOException e) {
            LOG.debug("the reports of job {} broke off", start.job(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } finally {
            running.remove(start.job(), job);
        }
        boolean bySignal = signaled && status > 128;
        listener.batchEnded(start.job(), start.run(), bySignal ? 0 : status, bySignal ? status - 128 : 0, cpu);
    }

    /** Reads a line of bash's {@code times}; the last one is about the children. */
    static Duration times(String line) {
        Matcher m = TIMES.matcher(line);
        if (!m.matches()) {
            return Duration.ZERO;
        }
        long millis = 0;
        for (int i : new int[] {1, 4}) {
            millis += Long.parseLong(m.group(i)) * 60_000
                    + Long.parseLong(m.group(i + 1)) * 1000
                    + Long.parseLong(m.group(i + 2));
        }
        return Duration.ofMillis(millis);
    }

    // ---------------------------------------------------------------- signals

    private List<ProcessTable.Entry> entries(Predicate<ProcessTable.Entry> which) {
        return ProcessTable.read(id).stream().filter(which).toList();
    }

    private static boolean isOf(ProcessTable.Entry e, long job) {
        return e.job().startsWith(job + ".");
    }

    private void signal(Effect.Signal s) throws IOException {
        switch (s.target()) {
            case BATCH -> {
                Running job = running.get(s.job());
                if (job != null && job.script != 0) {
                    kill(s.signal(), Set.of(job.script));
                }
            }
            case STEPS -> kill(s.signal(), entries(e -> isOf(e, s.job()) && e.inStep()));
            case ALL -> {
                List<ProcessTable.Entry> all = entries(e -> isOf(e, s.job()));
                kill(s.signal(), all);
                if (s.signal().equals("STOP")) {
                    stopLater(s.job(), all);
                }
                if (s.signal().equals("TERM")) {
                    // what is stopped could not end
                    kill("CONT", all);
                }
            }
        }
    }

    /** Stops what the processes of a job started while they were being stopped. */
    private void stopLater(long job, List<ProcessTable.Entry> stopped) throws IOException {
        Set<ProcessTable.Entry> known = new HashSet<>(stopped);
        for (List<ProcessTable.Entry> more = entries(e -> isOf(e, job) && !known.contains(e));
                !more.isEmpty();
                more = entries(e -> isOf(e, job) && !known.contains(e))) {
            kill("STOP", more);
            known.addAll(more);
        }
    }

    /** The oldest first, as they stand in a cgroup: a shell whose child is killed before it would say so. */
    private static void kill(String signal, List<ProcessTable.Entry> whom) throws IOException {
        kill(signal, whom.stream().map(ProcessTable.Entry::pid).collect(Collectors.toCollection(TreeSet::new)));
    }

    private static void kill(String signal, Set<Long> pids) throws IOException {
        if (pids.isEmpty()) {
            return;
        }
        List<String> words = new ArrayList<>(List.of("kill", "-s", signal));
        pids.forEach(p -> words.add(Long.toString(p)));
        Process process = new ProcessBuilder("sh", "-c", Quoted.words(words))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks which of the jobs that are to end have no process any more. */
    private void watch() {
        try {
            if (watched.isEmpty()) {
                return;
            }
            Set<String> alive = entries(e -> !e.job().isEmpty()).stream()
                    .map(ProcessTable.Entry::job)
                    .collect(Collectors.toSet());
            List<Effect.Watch> gone = watched.entrySet().stream()
                    .filter(e -> !alive.contains(e.getKey()))
                    .map(Map.Entry::getValue)
                    .filter(w -> !running.containsKey(w.job()))
                    .toList();
            gone.forEach(w -> watched.remove(key(w.job(), w.run())));
            gone.forEach(w -> listener.gone(w.job(), w.run()));
        } catch (RuntimeException e) {
            LOG.warn("the emulated Slurm couldn't look after its jobs", e);
        }
    }

    private void note(Effect.Note note) throws IOException {
        Running job = running.get(note.job());
        Path stderr = job == null ? Path.of("/") : Bytes.path(job.start.stderr());
        // opening a pipe would wait for its reader, and all other jobs with it
        if (Files.isRegularFile(stderr)) {
            Files.writeString(stderr, note.text() + "\n", StandardCharsets.ISO_8859_1, StandardOpenOption.APPEND);
        }
    }

    /** Looks after no job any more, and reports no end. It is the supervisor that kills what runs. */
    @Override
    public void close() {
        watching.cancel(false);
        inOrder.shutdownNow();
        readers.shutdownNow();
    }
}
