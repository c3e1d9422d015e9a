package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Shell;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster's directory on the site, which is all that remains of it there: its plan, its script, its events, logs and
 * secrets. Only its owner can look into it.
 *
 * <p>While the file {@code whole} is there, so is all else. It is made last and removed first; the plan is removed
 * last. A key is on the cloud VM only while the directory is whole.
 *
 * @param host a host that sees it
 * @param path absolute, or below the home directory
 */
public record RunDirectory(Host host, String path) {
    private static final Logger LOG = LoggerFactory.getLogger(RunDirectory.class);

    static final String PLAN = "plan.json";
    static final String SCRIPT = "cluster.sh";
    static final String TOKEN = "token";
    static final String LEASE = "lease";
    static final String OWNER = "owner";
    static final String KNOWN_HOSTS = "publish_known_hosts";

    /** Once it is there, the cluster needs no lease; nothing removes it. */
    static final String DETACHED = "detached";

    /** The status of owner.sh if the directory is gone. */
    private static final int GONE = 3;

    /** The status of remove-runs.sh if it has told of each whether it is gone, and one isn't. */
    private static final int SOME_LEFT = 1;

    // Whole or not at all: what a connection that breaks leaves half made is removed. One that is there already and has
    // the same script comes from an earlier launch of the same plan.
    private static final String MAKE = """
            set -e
            umask 077
            case $d in /*) ;; *) d=$PWD/$d ;; esac
            if [ -d "$d" ]; then
                if ! [ -e "$d/whole" ]; then
                    echo "$d is being made just now, or was left half made by a program that died: launch again in a" \
                        "moment; prune() removes what is left" >&2
                    exit 1
                fi
                head -c "$plan_size" >/dev/null
                if ! head -c "$script_size" | cmp -s - "$d/$script"; then
                    echo "$d exists, and is another plan's" >&2
                    exit 1
                fi
                cat >/dev/null
                touch "$d/plan.json" # by which prune tells how old it is
                echo there
                cat "$d/publish_key.pub" 2>/dev/null || :
                exit 0
            fi
            make() { mkdir -p "${d%/*}" && mkdir "$d"; }
            # Again, since whoever removes another directory takes the empty parent away, maybe just now.
            make 2>/dev/null || make 2>/dev/null || make 2>/dev/null || make
            trap 'rm -rf "$d"' EXIT
            trap 'exit 1' HUP INT TERM PIPE
            cd "$d"
            mkdir logs
            put() { head -c "$1" >"$2"; [ "$(wc -c <"$2")" -eq "$1" ]; }
            echo made
            """;

    private static final int MAX_TEXT = 1 << 20;
    private static final int MAX_LOGS = 64 << 20;

    /**
     * What {@link #prepare} found or made.
     *
     * @param fresh whether it was made by this call
     * @param publicKey the public half of its key pair, if it has one
     */
    record Prepared(boolean fresh, Optional<String> publicKey) {}

    /**
     * Makes the directory with these files, in one command; with a key pair if one is wanted, whose private half never
     * leaves the site. A directory that an earlier launch of the same plan has made is left as it is.
     *
     * @param plan the text of {@link #PLAN}
     * @param script the text of {@link #SCRIPT}, by which a plan is known to be the same
     * @param more names and texts of other files
     * @param keyComment the comment of the key pair to make; empty for none
     * @return what there is now
     * @throws CommandFailedException if the directory is another plan's, or can't be made
     */
    Prepared prepare(String plan, String script, Map<String, String> more, Optional<String> keyComment) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(PLAN, plan);
        files.put(SCRIPT, script);
        files.putAll(more);
        StringBuilder program = new StringBuilder("d=" + Shell.quote(path) + " plan_size=" + size(plan)
                + " script_size=" + size(script) + " script=" + SCRIPT + "\n" + MAKE);
        ByteArrayOutputStream stdin = new ByteArrayOutputStream();
        files.forEach((name, text) -> {
            program.append("put ")
                    .append(size(text))
                    .append(' ')
                    .append(Shell.quote(name))
                    .append('\n');
            stdin.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        });
        keyComment.ifPresent(c -> program.append("ssh-keygen -q -t ed25519 -N '' -f publish_key -C ")
                .append(Shell.quote(c))
                .append(" </dev/null\ncat publish_key.pub\n"));
        program.append(": >whole\ntrap - EXIT\n");
        List<String> made = host.run(Command.shell(program.toString())
                        .describedAs("make run directory " + path)
                        .withStdin(stdin.toByteArray()))
                .orThrow()
                .lines();
        boolean fresh = !made.isEmpty() && made.get(0).equals("made");
        return new Prepared(fresh, keyComment.map(c -> publicKey(made)));
    }

    private static int size(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private String publicKey(List<String> made) {
        String last = made.isEmpty() ? "" : made.get(made.size() - 1);
        String[] words = last.strip().split(" ", -1);
        if (words.length < 2) {
            throw new ProtocolException(
                    "ssh-keygen on " + host.name() + " gave no public key: " + String.join("\n", made), null);
        }
        return words[0] + " " + words[1];
    }

    // ---------------------------------------------------------------- whose the cluster is

    /**
     * The handle that took the cluster over last and hasn't given it back; empty if nobody did, or all is gone.
     *
     * @throws CommandFailedException if that can't be read
     */
    Optional<String> owner() {
        return readIfThere(OWNER).flatMap(text -> text.lines().findFirst()).filter(o -> !o.isBlank());
    }

    /**
     * Makes a handle the owner.
     *
     * @return false if the directory is gone
     */
    boolean take(String handle) {
        return changeOwner("take", handle);
    }

    /** Makes the handle before this one the owner, if this one is it. Harmless if the directory is gone. */
    void giveBack(String handle) {
        changeOwner("give", handle);
    }

    private boolean changeOwner(String verb, String handle) {
        CommandResult result = host.run(Scripts.command("sh", "owner.sh", path, verb, handle));
        if (result.status().orElse(0) == GONE) {
            return false;
        }
        result.orThrow();
        return true;
    }

    // ---------------------------------------------------------------- its files

    String read(String name) {
        return host.downloadText(path + "/" + name, MAX_TEXT);
    }

    /**
     * Reads a file that may not be there. Only the word that it isn't makes it empty.
     *
     * @throws CommandFailedException if it can't be read
     */
    Optional<String> readIfThere(String name) {
        String file = path + "/" + name;
        CommandResult result = host.run(Command.shell("LC_ALL=C exec cat -- " + Shell.quote(file))
                .describedAs("read " + file)
                .withCap(MAX_TEXT));
        if (!result.ok() && result.stderr().strip().endsWith(": No such file or directory")) {
            return Optional.empty();
        }
        return Optional.of(result.orThrow().stdout());
    }

    boolean exists() {
        return host.run(Command.of("test", "-e", path + "/" + PLAN)).ok();
    }

    /** Replaces a small file. */
    void write(String name, String text) {
        host.upload(text.getBytes(StandardCharsets.UTF_8), path + "/" + name, 0600);
    }

    /**
     * Removes the directory with all that is in it, and an empty {@code .slurmray} above it; harmless if it isn't
     * there.
     */
    void remove() {
        removal(host, List.of(path)).orThrow();
    }

    /**
     * Removes many directories, in one command.
     *
     * @param paths as in {@link #path}
     * @return of those that are still there, why
     */
    static Map<String, String> removeAll(Host host, Collection<String> paths) {
        CommandResult result = removal(host, paths);
        if (result.status().orElse(SOME_LEFT + 1) > SOME_LEFT) {
            result.orThrow();
        }
        Map<String, String> left = new LinkedHashMap<>();
        paths.forEach(p -> left.put(p, host.name() + " didn't say that it is gone"));
        for (String line : result.lines()) {
            String[] words = line.split("\t", 2);
            if (words.length < 2) {
                continue;
            }
            if (words[1].isEmpty()) {
                left.remove(words[0]);
            } else {
                left.replace(words[0], words[1]);
            }
        }
        return left;
    }

    private static CommandResult removal(Host host, Collection<String> paths) {
        String what =
                paths.size() == 1 ? "run directory " + paths.iterator().next() : paths.size() + " run directories";
        String lines = paths.stream().map(p -> p + "\n").collect(Collectors.joining());
        return host.run(Scripts.command("sh", "remove-runs.sh")
                .describedAs("remove " + what)
                .withStdin(lines));
    }

    /**
     * Copies the logs and the events into a local directory; at most 64 MiB of them.
     *
     * @param into made if it isn't there
     * @throws ProtocolException if what came can't be understood, or would be written elsewhere
     */
    void fetchLogs(Path into) {
        // each file as two sizes, its name and its bytes; a log that grows meanwhile is cut at the size it had
        CommandResult logs = host.run(Command.shell("export LC_ALL=C; cd " + Shell.quote(path)
                                + " && for f in events.jsonl logs/*; do [ -f \"$f\" ] || continue; s=$(wc -c <\"$f\"); "
                                + "printf '%s %s\\n%s' \"${#f}\" \"$((s))\" \"$f\"; head -c \"$s\" \"$f\"; done")
                        .describedAs("fetch logs of " + path)
                        .withCap(MAX_LOGS))
                .orThrow();
        if (logs.truncated()) {
            LOG.warn(
                    "the logs of {} on {} are larger than {} bytes: the last ones are cut",
                    path,
                    host.name(),
                    MAX_LOGS);
        }
        unpack(logs.stdoutBytes(), logs.truncated(), into);
    }

    static void unpack(byte[] files, boolean truncated, Path into) {
        try {
            Files.createDirectories(into);
            ByteBuffer in = ByteBuffer.wrap(files);
            while (in.hasRemaining()) {
                String[] sizes = header(in).split(" ", 2);
                String name = new String(bytes(in, Integer.parseInt(sizes[0])), StandardCharsets.UTF_8);
                int size = Integer.parseInt(sizes[1]);
                Path file = resolve(into, name);
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
                Files.write(file, bytes(in, truncated ? Math.min(size, in.remaining()) : size));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't keep the logs in " + into, e);
        } catch (BufferUnderflowException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            if (!truncated) {
                throw new ProtocolException("the logs came garbled", e);
            }
        }
    }

    private static String header(ByteBuffer in) {
        StringBuilder line = new StringBuilder();
        for (char c = (char) in.get(); c != '\n'; c = (char) in.get()) {
            line.append(c);
        }
        return line.toString();
    }

    private static byte[] bytes(ByteBuffer in, int size) {
        if (size < 0 || size > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[size];
        in.get(bytes);
        return bytes;
    }

    private static Path resolve(Path into, String name) {
        Path file;
        try {
            file = into.resolve(name);
        } catch (InvalidPathException e) {
            // this program's locale has no such letters
            file = into.resolve(name.replaceAll("[^ -~]", "_"));
        }
        file = file.normalize();
        if (!file.startsWith(into.normalize()) || file.equals(into.normalize())) {
            throw new ProtocolException("a log's name leads out of the directory: " + name, null);
        }
        return file;
    }
}
