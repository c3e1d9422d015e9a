package io.github.slurmray.ray.internal;

import io.github.slurmray.core.Command;
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
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster's directory on the site, which is all that remains of it there: its plan, its script, its events, logs and
 * secrets. Only its owner can look into it.
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
    static final String DETACHED = "detached";

    // whole or not at all: what a connection that breaks leaves half made is removed
    private static final String MAKE = """
            set -e
            umask 077
            case $d in /*) ;; *) d=$PWD/$d ;; esac
            mkdir -p "${d%/*}"
            mkdir "$d" 2>/dev/null || { mkdir -p "${d%/*}"; mkdir "$d"; } # who tidied up took the empty parent away
            trap 'rm -rf "$d"' EXIT
            trap 'exit 1' HUP INT TERM PIPE
            cd "$d"
            mkdir logs
            put() { head -c "$1" >"$2"; [ "$(wc -c <"$2")" -eq "$1" ]; }
            """;

    private static final int MAX_TEXT = 1 << 20;
    private static final int MAX_LOGS = 64 << 20;

    /**
     * Makes the directory with these files, in one command; with a key pair if one is wanted, whose private half never
     * leaves the site.
     *
     * @param files names and texts
     * @param keyComment the comment of the key pair to make; empty for none
     * @return the public key, if one was made
     * @throws io.github.slurmray.core.CommandFailedException if the directory is there already, or can't be made
     */
    Optional<String> create(Map<String, String> files, Optional<String> keyComment) {
        StringBuilder script = new StringBuilder("d=" + Shell.quote(path) + "\n" + MAKE);
        ByteArrayOutputStream stdin = new ByteArrayOutputStream();
        files.forEach((name, text) -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            script.append("put ")
                    .append(bytes.length)
                    .append(' ')
                    .append(Shell.quote(name))
                    .append('\n');
            stdin.writeBytes(bytes);
        });
        keyComment.ifPresent(c -> script.append("ssh-keygen -q -t ed25519 -N '' -f publish_key -C ")
                .append(Shell.quote(c))
                .append(" </dev/null\ncat publish_key.pub\n"));
        script.append("trap - EXIT\n");
        CommandResult made = host.run(Command.shell(script.toString())
                        .describedAs("make run directory " + path)
                        .withStdin(stdin.toByteArray()))
                .orThrow();
        return keyComment.map(c -> {
            String[] words = made.stdout().strip().split(" ", -1);
            if (words.length < 2) {
                throw new ProtocolException(
                        "ssh-keygen on " + host.name() + " gave no public key: " + made.stdout(), null);
            }
            return words[0] + " " + words[1];
        });
    }

    String read(String name) {
        return host.downloadText(path + "/" + name, MAX_TEXT);
    }

    boolean exists() {
        return host.run(Command.of("test", "-e", path + "/" + PLAN)).ok();
    }

    /** Replaces a small file. */
    void write(String name, String text) {
        host.upload(text.getBytes(StandardCharsets.UTF_8), path + "/" + name, 0600);
    }

    /** Removes the directory with all that is in it; harmless if it isn't there. */
    void remove() {
        host.run(Command.of("rm", "-rf", "--", path)).orThrow();
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
