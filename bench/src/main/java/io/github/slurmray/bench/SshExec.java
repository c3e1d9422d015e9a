package io.github.slurmray.bench;

import io.github.slurmray.core.Command;
import io.github.slurmray.lab.Lab;
import io.github.slurmray.ssh.SshHost;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Milliseconds for {@code true} over a connection that is open. */
final class SshExec {
    private static final String OURS = "slurmray";
    private static final String OPENSSH = "OpenSSH ControlMaster";
    private static final String BARE = "bare channel";
    private static final String FRAMED = "bare channel, framed text";
    private static final double GOAL = 0.5;
    private static final int WARM_UP = 50;

    private SshExec() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = Options.of(Set.of("runs"), args);
        int runs = options.number("runs", options.quick() ? 100 : 400);
        Lab lab = Lab.running();
        Map<String, Timed> contenders = new LinkedHashMap<>();
        Map<String, List<Double>> values = new LinkedHashMap<>();
        try (SshHost host = SshHost.builder(Lab.LOGIN1)
                        .user(Lab.USER)
                        .identity(lab.key())
                        .knownHosts(lab.knownHosts())
                        .build();
                ControlMaster master = new ControlMaster(lab);
                BareChannels bare = new BareChannels(lab)) {
            Command nothing = Command.of("true");
            contenders.put(OURS, () -> nanos(() -> host.run(nothing).orThrow()));
            contenders.put(OPENSSH, master::run);
            contenders.put(BARE, () -> nanos(() -> bare.run("true")));
            // what the library's frame is made of, without the library
            contenders.put(
                    FRAMED,
                    () -> nanos(() -> bare.run("exec /bin/sh -c 'cd;echo 0123456789abcdef\"\"0123456789abcdefE >&2;"
                            + "echo 0123456789abcdef\"\"0123456789abcdefO $$;eval \"shift;$1\"' sh 'true'")));
            for (int i = -WARM_UP; i < runs; i++) {
                for (Map.Entry<String, Timed> contender : contenders.entrySet()) {
                    double millis = contender.getValue().run() / 1e6;
                    if (i >= 0) {
                        values.computeIfAbsent(contender.getKey(), k -> new ArrayList<>())
                                .add(Math.round(millis * 1000) / 1000.0);
                    }
                }
            }
        }
        Report report = new Report("ssh-exec", options);
        report.add(Row.comparing("`true`, one after the other", "ms", values, OURS, OPENSSH, Optional.of(GOAL)));
        report.add(Row.comparing(
                "what framing adds: slurmray ÷ bare channel",
                "ms",
                Map.of(OURS, values.getOrDefault(OURS, List.of()), BARE, values.getOrDefault(BARE, List.of())),
                OURS,
                BARE,
                Optional.empty()));
        report.publish();
    }

    /** Runs a command once and returns the nanoseconds it took. */
    private interface Timed {
        long run() throws IOException, InterruptedException;
    }

    private interface Work {
        void run() throws IOException;
    }

    private static long nanos(Work work) throws IOException {
        long begin = System.nanoTime();
        work.run();
        return System.nanoTime() - begin;
    }

    /** OpenSSH with a master connection; a shell of its own starts the clients and takes the time. */
    private static final class ControlMaster implements AutoCloseable {
        private final Path directory = Files.createTempDirectory("bench");
        private final Path socket = directory.resolve("master");
        private final String destination = Lab.USER + "@" + Lab.LOGIN1;
        private final Process clients;
        private final OutputStream requests;
        private final BufferedReader answers;

        ControlMaster(Lab lab) throws IOException, InterruptedException {
            ssh(
                    "-M",
                    "-N",
                    "-f",
                    "-i",
                    lab.key().toString(),
                    "-o",
                    "IdentitiesOnly=yes",
                    "-o",
                    "BatchMode=yes",
                    "-o",
                    "UserKnownHostsFile=" + lab.knownHosts(),
                    "-o",
                    "StrictHostKeyChecking=yes");
            clients = new ProcessBuilder(
                            Report.root()
                                    .resolve("bench/contenders/control-master.sh")
                                    .toString(),
                            socket.toString(),
                            destination)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            requests = clients.getOutputStream();
            answers = clients.inputReader(StandardCharsets.UTF_8);
        }

        private void ssh(String... options) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>(List.of("ssh", "-F", "/dev/null", "-S", socket.toString()));
            command.addAll(List.of(options));
            command.add(destination);
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException("ssh: status " + process.exitValue() + " of " + String.join(" ", command));
            }
        }

        long run() throws IOException {
            requests.write('\n');
            requests.flush();
            String micros = answers.readLine();
            if (micros == null) {
                throw new IOException("ssh through the master has failed");
            }
            return Long.parseLong(micros) * 1000;
        }

        @Override
        public void close() {
            try {
                requests.close();
                if (!clients.waitFor(5, TimeUnit.SECONDS)) {
                    clients.destroy();
                }
                ssh("-O", "exit");
                Files.deleteIfExists(socket);
                Files.delete(directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
