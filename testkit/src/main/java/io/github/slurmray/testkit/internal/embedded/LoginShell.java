package io.github.slurmray.testkit.internal.embedded;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's login shell: runs commands, interactive shells and OpenSSH's SFTP server as sshd does, each in a session
 * of its own and in the home directory, on a terminal if the client asked for one. Safe for use by many threads.
 */
final class LoginShell implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoginShell.class);
    private static final String GERMAN = "de_DE.UTF-8";
    private static final List<Path> SFTP_SERVERS = List.of(
            Path.of("/usr/lib/openssh/sftp-server"),
            Path.of("/usr/libexec/openssh/sftp-server"),
            Path.of("/usr/lib/ssh/sftp-server"),
            Path.of("/usr/libexec/sftp-server"));

    private final String user;
    private final String id;
    private final Place place;
    private final Consumer<String> received;
    private final ExecutorService threads;
    private final ReadWriteLock starting = new ReentrantReadWriteLock();
    private boolean closed;
    private volatile boolean german;

    /** Makes the shell of a user, which is told the commands that are received. */
    LoginShell(String user, String id, Place place, Consumer<String> received, ExecutorService threads) {
        this.user = user;
        this.id = id;
        this.place = place;
        this.received = received;
        this.threads = threads;
    }

    /** Sets whether the user's language is German from the next login on. */
    void german(boolean speak) {
        german = speak;
    }

    /** Returns a command to be run. */
    Command command(String text) {
        return process((channel, environment) -> {
            received.accept(text);
            // by a file, since a JVM hands arguments over in its own locale's encoding
            Path file = Files.createTempFile(place.root().resolve("answers"), "command", "");
            Files.write(file, text.getBytes(StandardCharsets.UTF_8));
            return start(channel, environment, List.of("command", file.toString()));
        });
    }

    /** Returns an interactive shell. */
    Command interactive() {
        return process((channel, environment) -> {
            received.accept("-bash");
            return start(channel, environment, List.of("shell", ""));
        });
    }

    /** Returns OpenSSH's SFTP server, which speaks on its standard streams, if the machine has it. */
    static Optional<Path> sftpServer() {
        Optional<Path> found = SFTP_SERVERS.stream().filter(Files::isExecutable).findFirst();
        if (found.isEmpty()) {
            LOG.info("emulated Slurm doesn't support SFTP where OpenSSH's sftp-server isn't installed");
        }
        return found;
    }

    private LoginProcess process(LoginProcess.Starter starter) {
        return new LoginProcess(threads, (channel, environment) -> {
            starting.readLock().lock();
            try {
                if (closed) {
                    throw new IOException("the emulated login node is closed");
                }
                return starter.start(channel, environment);
            } finally {
                starting.readLock().unlock();
            }
        });
    }

    /** Starts nothing from now on: whoever ends the processes afterwards wouldn't find what only begins. */
    @Override
    public void close() {
        starting.writeLock().lock();
        try {
            closed = true;
        } finally {
            starting.writeLock().unlock();
        }
    }

    private Process start(ChannelSession channel, Environment environment, List<String> what) throws IOException {
        Map<String, String> asked = environment.getEnv();
        List<String> words = new ArrayList<>(List.of(
                "setsid",
                "bash",
                "-c",
                ProcessTable.marking(id, "") + Place.resource("login.sh"),
                "bash",
                place.bin().toString()));
        words.addAll(what);
        if (LoginProcess.onTerminal(channel, environment)) {
            words.add(asked.getOrDefault(Environment.ENV_LINES, "24"));
            words.add(asked.getOrDefault(Environment.ENV_COLUMNS, "80"));
        }
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.directory(place.home().toFile());
        Map<String, String> env = builder.environment();
        env.clear();
        String tools = german || place.overQuota() ? place.tools() + ":" : "";
        env.put("HOME", place.home().toString());
        env.put("USER", user);
        env.put("LOGNAME", user);
        env.put("SHELL", "/bin/bash");
        // so that bash does not read the start-up files by itself, as some builds do and others do not: login.sh does
        env.put("SHLVL", "1");
        env.put("PATH", tools + place.bin() + ":/usr/local/bin:/usr/bin:/bin");
        if (german) {
            env.put("LANG", GERMAN);
        }
        // what sshd accepts from its clients on most systems
        asked.forEach((name, value) -> {
            if (name.equals("LANG") || name.startsWith("LC_") || name.equals(Environment.ENV_TERM)) {
                env.put(name, value);
            }
        });
        InetSocketAddress client = address(channel.getSession().getIoSession().getRemoteAddress());
        InetSocketAddress server = address(channel.getSession().getIoSession().getLocalAddress());
        String from = client.getAddress().getHostAddress() + " " + client.getPort();
        env.put("SSH_CLIENT", from + " " + server.getPort());
        env.put("SSH_CONNECTION", from + " " + server.getAddress().getHostAddress() + " " + server.getPort());
        env.put(ProcessTable.MARK, id);
        return builder.start();
    }

    private static InetSocketAddress address(java.net.SocketAddress address) {
        return (InetSocketAddress) address;
    }
}
