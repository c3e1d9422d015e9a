package io.github.slurmray.testkit.internal.embedded;

import io.github.slurmray.core.Shell;
import io.github.slurmray.testkit.internal.slurm.Invocation;
import io.github.slurmray.testkit.internal.slurm.Reply;
import io.github.slurmray.testkit.internal.slurm.SlurmModel;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the commands of the emulated Slurm ask what to do. A command sends a secret, its process id and its directory;
 * who asks for what is read from that process. The answer is the path of a shell text, which the command runs. A file
 * that it is to read is opened by the command itself, since its name may mean something there only, and since that may
 * take as long as it likes.
 */
final class Door implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Door.class);
    private static final String STDIN = "/dev/stdin";

    /** Longer than any path, so that nobody who doesn't know the secret fills the memory. */
    private static final int MAX_QUESTION = 8192;

    /** More than any Slurm takes for a script. */
    private static final int MAX_SCRIPT = 1 << 26;

    /** The exit status where the emulation can't answer, as where it doesn't know something. */
    private static final int MISTAKE = 255;

    private final Engine engine;
    private final Place place;
    private final Faults faults;
    private final String secret;
    private final Consumer<String> received;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong answers = new AtomicLong();
    private final ExecutorService threads =
            Executors.newCachedThreadPool(r -> Machine.daemon(r, "slurmray-embedded-command"));

    Door(Engine engine, Place place, Faults faults, String secret, Consumer<String> received) {
        this.engine = engine;
        this.place = place;
        this.faults = faults;
        this.secret = secret;
        this.received = received;
        try {
            server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    String secret() {
        return secret;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException | java.util.concurrent.RejectedExecutionException e) {
                LOG.debug("no more commands: {}", e.getMessage());
            }
        }
    }

    private void serve(Socket socket) {
        Path file = answer();
        try (socket) {
            socket.setTcpNoDelay(true);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String[] words = untilNul(in).split(" ", 3);
            if (words.length != 3 || !words[0].equals(secret) || !words[1].matches("\\d{1,9}")) {
                return;
            }
            long pid = Long.parseLong(words[1]);
            Invocation question = invocation(pid, words[2], Optional.empty());
            // read before the model is asked, since it may take long to come
            Optional<String> input = SlurmModel.reads(question);
            boolean opened = input.isPresent() && (input.get().equals(STDIN) || opens(input.get(), socket, in));
            Invocation call = opened
                    ? invocation(pid, words[2], Optional.of(drained(Path.of("/proc/" + pid + "/fd/0"))))
                    : question;
            received.accept(Bytes.text(call.line()));
            Reply reply = run(call);
            faults.beforeAnswer(call.command());
            Place.write(file, text(reply), "rw-------");
            send(socket, Bytes.of(file));
            finish(reply, socket, in);
        } catch (IOException | UncheckedIOException | IllegalStateException e) {
            LOG.debug("a command wasn't answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
            delete(file);
        }
    }

    private Path answer() {
        return place.root().resolve("answers").resolve(answers.incrementAndGet() + ".sh");
    }

    private static String untilNul(BufferedReader in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = in.read(); c > 0 && text.length() < MAX_QUESTION; c = in.read()) {
            text.append((char) c);
        }
        return text.toString();
    }

    /** Lets a command open a file as its standard input, and returns whether it could. */
    private boolean opens(String name, Socket socket, BufferedReader in) throws IOException {
        Path file = answer();
        try {
            Place.write(
                    file,
                    "if exec <" + Shell.quote(name) + "; then echo yes; else echo no; fi 2>/dev/null >&3\n"
                            + "IFS= read -r -u 3 answer && . \"$answer\"\n",
                    "rw-------");
            send(socket, Bytes.of(file));
            return "yes".equals(in.readLine());
        } finally {
            delete(file);
        }
    }

    /** What the model answers. A mistake of its own is told to who asked, who else would take it for the end. */
    private Reply run(Invocation call) {
        try {
            return engine.run(call);
        } catch (RuntimeException e) {
            if (server.isClosed()) {
                throw e;
            }
            LOG.warn("the emulated Slurm made a mistake at {} {}", call.command(), call.arguments(), e);
            return new Reply.Answer("", call.command() + ": the emulated Slurm made a mistake: " + e + "\n", MISTAKE);
        }
    }

    private static void send(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("can't delete {}", file, e);
        }
    }

    /** Reads a command's question off its process, whose command line is {@code bash -p …/bin/sbatch …}. */
    private static Invocation invocation(long pid, String directory, Optional<String> input) throws IOException {
        List<String> line = ProcessTable.strings(pid, "cmdline");
        if (line.size() < 3) {
            throw new IOException("process " + pid + " has gone");
        }
        String path = line.get(2);
        Map<String, String> environment = ProcessTable.environment(pid);
        environment.put(ProcessTable.UMASK, ProcessTable.umask(pid));
        return new Invocation(
                path.substring(path.lastIndexOf('/') + 1), line.subList(3, line.size()), environment, directory, input);
    }

    /** Reads a file that may be a pipe, which has no size and no position. */
    private static String drained(Path file) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] some = new byte[8192];
        try (InputStream in = new FileInputStream(file.toFile())) {
            for (int n = in.read(some); n >= 0 && bytes.size() < MAX_SCRIPT; n = in.read(some)) {
                bytes.write(some, 0, n);
            }
        } catch (IOException e) {
            LOG.debug("can't read standard input", e);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    private String text(Reply reply) {
        if (reply instanceof Reply.Answer a) {
            return (a.out().isEmpty() ? "" : "printf %s " + Shell.quote(a.out()) + "\n")
                    + (a.err().isEmpty() ? "" : "printf %s " + Shell.quote(a.err()) + " >&2\n") + "exit " + a.status()
                    + "\n";
        }
        if (reply instanceof Reply.AwaitJob a) {
            return "printf %s " + Shell.quote(a.out()) + "\nIFS= read -r -u 3 status\nexit \"${status:-1}\"\n";
        }
        return stepText((Reply.RunStep) reply);
    }

    private String stepText(Reply.RunStep step) {
        StringBuilder s = new StringBuilder("task() {\n  case $1 in\n");
        for (int i = 0; i < step.tasks().size(); i++) {
            Map<String, String> env = new LinkedHashMap<>(step.tasks().get(i).environment());
            env.putAll(engine.machine().marks(step.job(), step.run()));
            env.put(ProcessTable.STEP, step.step());
            env.put("TMPDIR", place.temporaryDirectory(env.getOrDefault("SLURMD_NODENAME", "none")));
            s.append("    ")
                    .append(i)
                    .append(") ulimit -S -x ")
                    .append(ProcessTable.softLimit(Machine.key(step.job(), step.run())))
                    .append(" 2>/dev/null; exec env ")
                    .append(Quoted.assignments(env))
                    .append(" \"${command[@]}\" ;;\n");
        }
        String names = step.tasks().stream()
                .map(t -> Shell.quote(t.environment().getOrDefault("SLURMD_NODENAME", "")))
                .collect(Collectors.joining(" "));
        String warnings = step.warnings().isEmpty() ? "" : "printf %s " + Shell.quote(step.warnings()) + " >&2\n";
        return s + "  esac\n}\n" + warnings + "step_id=" + step.job() + "." + step.step() + "\nwhen_ending="
                + Shell.quote(step.whenEnding()) + "\ncommand=("
                + Quoted.words(step.command()) + ")\nnames=(" + names
                + ")\ntasks="
                + step.tasks().size() + "\nworkdir=" + Shell.quote(step.workDir()) + "\nkill_on_bad_exit="
                + (step.killOnBadExit() ? "yes" : "no") + "\n" + Place.resource("step.sh");
    }

    /** Stays with a command that isn't done with its answer. */
    private void finish(Reply reply, Socket socket, BufferedReader in) throws IOException, InterruptedException {
        if (reply instanceof Reply.AwaitJob a) {
            send(socket, Integer.toString(engine.await(a.job())));
        } else if (reply instanceof Reply.RunStep step) {
            int status = 137;
            Duration cpu = Duration.ZERO;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("end ")) {
                    status = Integer.parseInt(line.substring(4));
                } else {
                    cpu = Machine.times(line);
                }
            }
            engine.stepEnded(step, status, cpu);
        }
        // until the command has read the text
        while (in.read() >= 0) {
            LOG.trace("a command says more than it should");
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            threads.shutdownNow();
        }
    }
}
