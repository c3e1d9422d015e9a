package io.github.slurmray.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** The running lab: its addresses, its keys, its hosts as root sees them, and its faults. See lab/README.md. */
public final class Lab {
    /** The first login node, as the test program reaches it. */
    public static final String LOGIN1 = "10.77.0.11";

    /** The second login node, as the test program reaches it. */
    public static final String LOGIN2 = "10.77.0.12";

    /** The cloud VM, as everybody reaches it. */
    public static final String VM = "10.77.0.5";

    /** The user on login and compute nodes. */
    public static final String USER = "hpcuser";

    /** Another user with the same key, for tests of isolation. */
    public static final String OTHER_USER = "hpcuser2";

    /** The user on the cloud VM. */
    public static final String VM_USER = "vmuser";

    /** The account that both users may charge. */
    public static final String ACCOUNT = "project_2001234";

    /** An account that exists and that neither user may charge. */
    public static final String FOREIGN_ACCOUNT = "project_2009999";

    private static final int VERB_SECONDS = 120;

    private final Path script;
    private final Path state;

    private Lab(Path script, Path state) {
        this.script = script;
        this.state = state;
    }

    /**
     * Returns the running lab.
     *
     * @return the lab
     * @throws IllegalStateException if it isn't up, with what to do
     */
    public static Lab running() {
        try {
            if (NetworkInterface.getByName("lab0") == null) {
                throw new IllegalStateException("the lab isn't up (no interface lab0): run 'lab/lab up' as root first");
            }
        } catch (SocketException e) {
            throw new IllegalStateException("can't look for the lab's interface", e);
        }
        Path root = Path.of(System.getProperty("slurmray.root", "."))
                .toAbsolutePath()
                .normalize();
        String state = System.getenv().getOrDefault("SLURMRAY_LAB", "/var/lib/slurmray-lab");
        return new Lab(root.resolve("lab/lab"), Path.of(state));
    }

    /**
     * Returns the seeds of the fault and race tests; to be named as a method source.
     *
     * @return three, or as many as the system property {@code slurmray.seeds} says ({@code bin/test --long})
     */
    public static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("slurmray.seeds", 3));
    }

    /**
     * Returns the private key that the login nodes accept for both users and the VM for its own.
     *
     * @return an ed25519 key in OpenSSH's format
     */
    public Path key() {
        return state.resolve("keys/id_ed25519");
    }

    /**
     * Returns the known_hosts file with the keys of the login nodes and the VM.
     *
     * @return the file
     */
    public Path knownHosts() {
        return state.resolve("keys/known_hosts");
    }

    /**
     * Runs a verb of {@code lab/lab} and waits for its end.
     *
     * @param verb the verb and its arguments
     * @return what it printed on both streams
     * @throws IllegalStateException if it fails or takes over two minutes, with its output
     */
    public String run(String... verb) {
        Output output = attempt(verb);
        if (output.status() != 0) {
            throw new IllegalStateException(
                    "lab " + String.join(" ", verb) + ": status " + output.status() + "\n" + output.text());
        }
        return output.text();
    }

    /**
     * Runs a verb of {@code lab/lab}, waits for its end and returns how it ended.
     *
     * @param verb the verb and its arguments
     * @return its status and what it printed on both streams
     */
    public Output attempt(String... verb) {
        List<String> command = new ArrayList<>();
        command.add(script.toString());
        command.addAll(List.of(verb));
        try {
            // by way of a file: a service that a verb starts may keep a pipe open for ever
            Path out = Files.createTempFile("lab", ".out");
            try {
                ProcessBuilder builder = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .redirectOutput(out.toFile());
                builder.environment().putAll(Map.of("SLURMRAY_LAB", state.toString()));
                Process process = builder.start();
                if (!process.waitFor(VERB_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException("lab " + String.join(" ", verb) + ": no end after " + VERB_SECONDS
                            + " s\n" + Files.readString(out));
                }
                return new Output(process.exitValue(), new String(Files.readAllBytes(out), StandardCharsets.UTF_8));
            } finally {
                Files.delete(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /**
     * Runs shell text as root inside a host.
     *
     * @param host such as {@code cn1}
     * @param text for {@code sh -c}
     * @return what it printed
     * @throws IllegalStateException if its status isn't 0
     */
    public String sh(String host, String text) {
        return run("exec", host, "sh", "-c", text);
    }

    /**
     * Runs shell text as a user inside a host.
     *
     * @param host such as {@code login1}
     * @param user such as {@link #USER}
     * @param text for {@code bash -c}
     * @return what it printed
     * @throws IllegalStateException if its status isn't 0
     */
    public String shAs(String host, String user, String text) {
        return run("as", host, user, "bash", "-c", text);
    }

    /**
     * How a verb ended.
     *
     * @param status its exit status
     * @param text what it printed on both streams
     */
    public record Output(int status, String text) {}
}
