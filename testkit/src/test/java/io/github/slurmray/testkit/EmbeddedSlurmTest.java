package io.github.slurmray.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Jobs of the emulated Slurm as processes, and what is left of them. */
class EmbeddedSlurmTest extends OnAnEmulation {
    private static Path root(EmbeddedSlurm slurm) {
        return java.util.Objects.requireNonNull(slurm.home().getParent());
    }

    private String submit(String options, String script) {
        Login.Result r = sbatch(options, script);
        assertThat(r.err()).isEmpty();
        return r.out().strip();
    }

    private String state(String job) {
        return login.out("sacct -n -X -P -o State,ExitCode -j " + job).strip();
    }

    private void awaitLine(String file, String line) {
        soon().until(() -> read(file).contains(line));
    }

    private String read(String file) throws IOException {
        Path path = slurm.home().resolve(file);
        return Files.exists(path) ? Files.readString(path) : "";
    }

    @Test
    void aJobFindsItsEnvironmentAndLeavesItsOutput() throws IOException {
        Login.Result r = login.run(
                "export GREETING='hällo  world'; sbatch --wait -p all -N3 --ntasks-per-node=2 -c2 -J 'a b' -o out-%x-%j.txt",
                "#!/bin/bash\necho \"$GREETING|$SLURM_JOB_NAME|$SLURM_JOB_NODELIST|$SLURM_NTASKS|$PWD|$0\"; hostname; exit 3"
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(r.out()).isEqualTo("Submitted batch job 1\n");
        assertThat(r.status()).isEqualTo(3);
        assertThat(read("out-a b-1.txt"))
                .startsWith("hällo  world|a b|cn[1-3]|6|" + slurm.home() + "|")
                .endsWith("job00001/slurm_script\ncn1\n");
        assertThat(state("1")).isEqualTo("FAILED|3:0");
    }

    @Test
    void aStepRunsOnEachNodeUnderItsNameAndAddress() throws IOException {
        String job = submit("-p all -N3 -o out --wait", """
                srun sh -c 'echo $SLURM_PROCID $(hostname) $(hostname -i) $TMPDIR; exit $SLURM_PROCID'
                echo "step: $?"; getent ahostsv4 cn3 | head -n 1; ip -4 -o addr show dev emulated0; scontrol show hostnames | tr '\\n' ' '
                """);
        String home = root(slurm).toString();
        String net = net(login);
        assertThat(read("out").lines())
                .contains(
                        "0 cn1 " + net + "1 " + home + "/n/cn1",
                        "1 cn2 " + net + "2 " + home + "/n/cn2",
                        "2 cn3 " + net + "3 " + home + "/n/cn3",
                        "srun: error: cn3: task 2: Exited with exit code 2",
                        "step: 2",
                        String.format("%-15s STREAM cn3", net + "3"),
                        "2: emulated0    inet " + net + "1/8 scope host emulated0",
                        "cn1 cn2 cn3 ");
        assertThat(login.out("sacct -n -P -o JobID,State,ExitCode,NNodes -j " + job))
                .isEqualTo("1|COMPLETED|0:0|3\n1.batch|COMPLETED|0:0|1\n1.0|FAILED|2:0|3\n");
    }

    /** What the addresses of an emulation's nodes begin with. */
    private static String net(Login login) {
        String first = login.out("getent hosts cn1").split(" ", 2)[0];
        assertThat(first).matches("127\\.\\d+\\.\\d+\\.1");
        return first.substring(0, first.length() - 1);
    }

    @Test
    void theNodesOfTwoEmulationsHaveAddressesOfTheirOwn() {
        try (EmbeddedSlurm other = EmbeddedSlurm.start();
                Login otherLogin = new Login(other)) {
            assertThat(net(otherLogin)).isNotEqualTo(net(login));
        }
    }

    @Test
    void bytesPassThroughAStepUnharmed() {
        String job = submit("-p all -o /dev/null", "sleep 100");
        byte[] bytes = new byte[3_000_000];
        new Random(5).nextBytes(bytes);
        soon().until(() -> state(job).startsWith("RUNNING"));
        Login.Result r = login.run("srun --overlap --jobid=" + job + " -N1 -n1 -w cn1 cat", bytes);
        assertThat(r.bytes()).isEqualTo(bytes);
        assertThat(r.status()).isZero();
    }

    @Test
    void eachTaskOfAStepReadsAllOfTheInput() {
        String job = submit("-p all -N2 -o /dev/null", "sleep 100");
        soon().until(() -> state(job).startsWith("RUNNING"));
        Login.Result r = login.run("srun --overlap --jobid=" + job + " -N2 -n2 wc -c", new byte[200_000]);
        assertThat(r.out()).isEqualTo("200000\n200000\n");
    }

    @Test
    void whatAJobDetachesEndsWithIt() {
        String job = submit("-p all -o out", """
                setsid nohup sh -c 'echo $$ >pid; exec sleep 1000' >/dev/null 2>&1 &
                env -i /bin/sleep 1001 &
                wait
                """);
        soon().until(() -> !read("pid").isBlank());
        long pid = Long.parseLong(uncheckedRead("pid").strip());
        login.out("scancel " + job);
        soon().until(() -> state(job).startsWith("CANCELLED by "));
        soon().until(() -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
        assertThat(uncheckedRead("out")).contains("error: *** JOB " + job + " ON cn1 CANCELLED AT ");
    }

    private String uncheckedRead(String file) {
        try {
            return read(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aTimeLimitOfADayEndsAJobAtOnceAndWhatIgnoresThatIsKilled() {
        String job = submit("-p all -t 1-0 -o out", "trap 'echo got it' TERM; echo ready; while :; do sleep 0.1; done");
        awaitLine("out", "ready");
        slurm.advance(Duration.ofDays(1));
        awaitLine("out", "got it");
        assertThat(login.out("squeue -h -o %T -j " + job)).isEqualTo("COMPLETING\n");
        slurm.advance(Duration.ofSeconds(5));
        soon().until(() -> login.out("squeue -h -t all -o %T -j " + job).equals("TIMEOUT\n"));
        assertThat(state(job)).isEqualTo("TIMEOUT|0:0");
        assertThat(login.out("sacct -n -X -P -o Elapsed -j " + job)).startsWith("1-00:00:0");
    }

    @Test
    void anEndBySignalDiffersFromAStatusThatLooksLikeOne() {
        String signal = submit("-p all -o /dev/null", "kill -KILL $$");
        String status = submit("-p all -o /dev/null", "exit 137");
        soon().until(() -> state(signal).equals("FAILED|0:9"));
        // sacct takes off what makes a status look like a signal
        soon().until(() -> state(status).equals("FAILED|9:0"));
    }

    @Test
    void outputThatCannotBeOpenedFailsTheJob() {
        String job = submit("-p all -o /nonexistent/x.out", "true");
        soon().until(() -> state(job).equals("FAILED|0:53"));
    }

    @Test
    void aJobThatTheMachineCannotStartFails() throws IOException {
        Files.delete(root(slurm).resolve("spool"));
        Files.createFile(root(slurm).resolve("spool"));
        String job = submit("-p all -o out", "true");
        soon().until(() -> state(job).equals("FAILED|0:53"));
    }

    @Test
    void aRequeuedJobRunsAgain() {
        String job = submit("-p all --open-mode=append -o out", "echo \"run ${SLURM_RESTART_COUNT:-0}\"; sleep 100");
        awaitLine("out", "run 0");
        login.out("scontrol requeue " + job);
        soon().until(() -> login.out("squeue -h -o '%T %r' -j " + job).equals("PENDING BeginTime\n"));
        slurm.advance(Duration.ofSeconds(11));
        awaitLine("out", "run 1");
    }

    @Test
    void aSlowControllerHasDoneWhatItHasNotAnswered() {
        slurm.slowController(Duration.ofMillis(500));
        long begin = System.nanoTime();
        String job = submit("-p all -H", "true");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(450));
        slurm.slowController(Duration.ZERO);
        assertThat(login.out("squeue -h -o %A")).isEqualTo(job + "\n");
    }

    @Test
    void everythingThatItWasAskedIsKnown() {
        submit("-p all -H -J \"a b\"", "true");
        login.out("squeue -h");
        assertThat(slurm.received()).containsExactly("sbatch --parsable -p all -H -J 'a b'", "squeue -h");
        assertThat(slurm.requests()).containsExactly("sbatch --parsable -p all -H -J \"a b\"", "squeue -h");
    }

    @Test
    void whatCannotBeIsRefusedWithItsValue() {
        Duration negative = Duration.ofSeconds(-3);
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> slurm.advance(negative),
                () -> slurm.slowController(negative),
                () -> slurm.databaseLag(negative),
                () -> slurm.dropAfterSending(-3),
                () -> slurm.dropAfterReceiving(-3),
                () -> slurm.maxSessions(-3),
                () -> slurm.occupy("all", -3, Duration.ofHours(1)),
                () -> slurm.occupy("all", 1, negative),
                () -> slurm.preempt(-3),
                () -> EmbeddedSlurm.builder().maxJobs(-3),
                () -> EmbeddedSlurm.builder().user("-3"))) {
            assertThatThrownBy(call)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("-3");
        }
    }

    @Test
    void nothingIsLeftAfterClose() {
        submit("-p all -N2 -o out", "srun sh -c 'setsid sleep 1002 & wait' & setsid sleep 1003 & echo ready; wait");
        awaitLine("out", "ready");
        Path root = root(slurm);
        slurm.close();
        slurm.close();
        assertThat(processesThatName(root)).isEmpty();
        assertThat(root).doesNotExist();
        assertThatThrownBy(() -> slurm.advance(Duration.ZERO)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aStartThatFailsHalfwayLeavesNothing() {
        Set<String> threads = Leaks.threads();
        Set<ProcessHandle> children = ProcessHandle.current().children().collect(Collectors.toSet());
        EmbeddedSlurmBuilder builder = EmbeddedSlurm.builder().module("a".repeat(300), "true");

        assertThatThrownBy(builder::start)
                .isInstanceOf(java.io.UncheckedIOException.class)
                .hasMessageContaining("File name too long");

        // the supervisor ends when it has removed the directory
        soon().untilAsserted(() -> {
            assertThat(ProcessHandle.current().children()).isSubsetOf(children);
            assertThat(Leaks.threads()).isSubsetOf(threads);
        });
    }

    @Test
    void nothingIsLeftSoonAfterTheJvmIsKilled() throws IOException {
        String path = Stream.of("java.class.path", "jdk.module.path")
                .map(p -> System.getProperty(p, ""))
                .filter(p -> !p.isEmpty())
                .reduce((a, b) -> a + File.pathSeparator + b)
                .orElseThrow();
        Path tests = Path.of("target/test-classes").toAbsolutePath();
        Process jvm = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        path + File.pathSeparator + tests,
                        Victim.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
            Path root = Path.of(String.valueOf(said.readLine()));
            assertThat(processesThatName(root)).isNotEmpty();
            jvm.destroyForcibly();
            soon().until(() -> processesThatName(root).isEmpty() && !Files.exists(root));
        }
    }

    /** A program that is killed while a job of its Slurm runs. */
    static final class Victim {
        public static void main(String[] args) throws Exception {
            EmbeddedSlurm slurm = EmbeddedSlurm.start();
            Login login = new Login(slurm);
            login.run(
                    "sbatch -p all -o out",
                    "#!/bin/sh\nsetsid sleep 1004 & echo ready\nwait\n".getBytes(StandardCharsets.UTF_8));
            Path out = slurm.home().resolve("out");
            soon().until(() -> Files.exists(out) && Files.size(out) > 0);
            System.out.println(root(slurm));
            Thread.currentThread().join();
        }
    }

    /** All processes, of whatever kind, whose environment or command names a directory. */
    private static List<String> processesThatName(Path root) {
        List<String> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            for (Path dir :
                    (Iterable<Path>) all.filter(p -> p.getFileName().toString().matches("\\d+"))::iterator) {
                String text = content(dir.resolve("environ")) + content(dir.resolve("cmdline"));
                if (text.contains(root.toString())) {
                    found.add(dir + " " + content(dir.resolve("cmdline")).replace('\0', ' '));
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return found;
    }

    private static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void nothingListensBeyondLoopback() throws IOException {
        Set<String> sockets = new HashSet<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : open.toList()) {
                try {
                    sockets.add(Files.readSymbolicLink(descriptor).toString());
                } catch (NoSuchFileException e) {
                    // somebody else's, who has closed it meanwhile
                }
            }
        }
        List<String> addresses = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/self/net/" + table))) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields[3].equals("0A") && sockets.contains("socket:[" + fields[9] + "]")) {
                    addresses.add(fields[1].replaceFirst(":.*", ""));
                }
            }
        }
        // 127.x.y.z, ::ffff:127.x.y.z and ::1, as the kernel has them
        assertThat(addresses)
                .hasSizeGreaterThanOrEqualTo(2)
                .allMatch(a -> a.matches("(0{16}F{4}0{4})?.{6}7F|0{24}01000000"));
    }

    @Test
    void fiftyLiveSideBySideAndLeaveNothing() {
        Set<String> threads = Leaks.threads();
        List<EmbeddedSlurm> others = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                others.add(EmbeddedSlurm.start());
            }
            for (EmbeddedSlurm other : others) {
                try (Login one = new Login(other)) {
                    assertThat(one.out("sbatch --parsable -p all -o out --wrap 'echo $SLURM_JOB_ID; exec sleep 1006'"))
                            .isEqualTo("1\n");
                }
            }
            for (EmbeddedSlurm other : others) {
                Path out = other.home().resolve("out");
                soon().until(() -> Files.exists(out) && Files.readString(out).equals("1\n"));
            }
        } finally {
            others.forEach(EmbeddedSlurm::close);
        }
        assertThat(others)
                .allSatisfy(other -> assertThat(processesThatName(root(other))).isEmpty());
        soon().untilAsserted(() -> assertThat(Leaks.threads()).isSubsetOf(threads));
    }
}
