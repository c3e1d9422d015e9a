package io.github.slurmray.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.CommandTimeoutException;
import io.github.slurmray.core.ConnectionLostException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostProcess;
import io.github.slurmray.core.InterruptedCallException;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.core.Shell;
import io.github.slurmray.core.Tunnel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Host} promises, as tests. To check an implementation, extend this class in a test and say how a
 * host is opened.
 *
 * <pre>{@code
 * class MyHostTest extends HostContract {
 *     protected Host open() {
 *         return new MyHost();
 *     }
 * }
 * }</pre>
 *
 * The host needs the usual POSIX tools; the tests leave nothing in its home directory.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class HostContract {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofSeconds(100);
    private static final int MIB = 1 << 20;

    private Host host;
    private String directory;

    /** For subclasses. */
    protected HostContract() {}

    /**
     * Opens the host under test.
     *
     * @return a new host, which the suite closes
     */
    protected abstract Host open();

    /**
     * Returns a host name by which the host under test can reach a service that listens on {@link #serviceAddress()} of
     * the machine that runs the tests.
     *
     * @return the loopback by default, which is right where both are one machine
     */
    protected String testMachine() {
        return "127.0.0.1";
    }

    /**
     * Returns the address on which the suite opens services for the host under test to reach.
     *
     * @return the loopback by default
     * @throws IOException if it can't be told
     */
    protected InetAddress serviceAddress() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    /**
     * Returns the host that a test uses.
     *
     * @return open until the test ends
     */
    protected final Host host() {
        return host;
    }

    /** Opens the host and a directory on it. */
    @BeforeEach
    void openHost() {
        host = open();
        directory = run("mktemp -d ./.contract.XXXXXX").strip();
    }

    /** Removes the directory and closes the host. */
    @AfterEach
    void closeHost() {
        try {
            if (directory != null) {
                host.run(Command.of("rm", "-rf", directory)).orThrow();
            }
        } catch (IllegalStateException closedByTheTest) {
            try (Host again = open()) {
                again.run(Command.of("rm", "-rf", directory)).orThrow();
            }
        } finally {
            host.close();
        }
    }

    private String run(String text) {
        return host.run(Command.shell(text)).orThrow().stdout();
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    // ---- run

    @Test
    void aResultHasStatusAndBothStreamsApart() {
        CommandResult result = host.run(Command.shell("echo out; echo err >&2; exit 3"));

        assertThat(result.status()).hasValue(3);
        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(result.stderr()).isEqualTo("err\n");
        assertThat(result.ok()).isFalse();
    }

    @Test
    void aCommandWithoutOutputHasNone() {
        CommandResult result = host.run(Command.of("true"));

        assertThat(result.ok()).isTrue();
        assertThat(result.stdoutBytes()).isEmpty();
        assertThat(result.stderrBytes()).isEmpty();
    }

    @Test
    void outputIsPassedByteForByte() {
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }

        assertThat(host.run(Command.of("cat").withStdin(every)).stdoutBytes()).isEqualTo(every);
        assertThat(host.run(Command.shell("cat >&2").withStdin(every)).stderrBytes())
                .isEqualTo(every);
    }

    @Test
    void muchInputAndMuchOutputAtOnceDontLock() {
        byte[] bytes = noise(10 * MIB);

        CommandResult result = host.run(Command.of("cat").withStdin(bytes));

        assertThat(result.stdoutBytes()).isEqualTo(bytes);
        assertThat(result.truncated()).isFalse();
    }

    @Test
    void muchOnBothStreamsAtOnceDoesntLock() {
        CommandResult result =
                host.run(Command.shell("head -c 3000000 /dev/zero & head -c 3000000 /dev/zero >&2; wait"));

        assertThat(result.stdoutBytes()).hasSize(3_000_000);
        assertThat(result.stderrBytes()).hasSize(3_000_000);
    }

    @Test
    void aCommandNeedNotReadItsInput() {
        assertThat(host.run(Command.of("true").withStdin(noise(5 * MIB))).ok()).isTrue();
    }

    @Test
    void inputEndsWithoutBeingGiven() {
        assertThat(host.run(Command.of("cat")).stdoutBytes()).isEmpty();
    }

    @Test
    void aCommandThatKillsItselfDoesntSucceed() {
        CommandResult result = host.run(Command.shell("kill -TERM $$; exec sleep 100"));

        // either form is honest: a signal, or what a shell makes of it
        assertThat(result.ok()).isFalse();
        assertThat(result.signal().orElse("TERM")).isEqualTo("TERM");
        assertThat(result.status().orElse(143)).isEqualTo(143);
        assertThatThrownBy(result::orThrow).isInstanceOf(CommandFailedException.class);
    }

    @Test
    void whatGoesBeyondTheCapIsDroppedAndSaidSo() {
        CommandResult result = host.run(
                Command.shell("head -c 5000000 /dev/zero; echo end >&2").withCap(1000));

        assertThat(result.ok()).isTrue();
        assertThat(result.stdoutBytes()).hasSize(1000);
        assertThat(result.stderr()).isEqualTo("end\n");
        assertThat(result.truncated()).isTrue();
        assertThat(host.run(Command.shell("printf abcd").withCap(4)).truncated())
                .isFalse();
    }

    @Test
    void aCommandStartsInTheHomeDirectory() {
        assertThat(run("pwd -P")).isEqualTo(run("cd \"$HOME\" && pwd -P"));
    }

    @Test
    void aCommandRunsInAPosixShell() {
        assertThat(run("set -- a 'b c'; for w do printf '<%s>' \"$w\"; done; f() { echo \"$#\"; }; f 1 2"))
                .isEqualTo("<a><b c>2\n");
        assertThat(run("echo $#")).isEqualTo("0\n");
    }

    @Test
    void aScriptOfManyLinesWithAHereDocumentRuns() {
        String script =
                "x='a\\b!'\n# it's a comment\ncat <<'EOF'\n\ttab \\ $HOME `x` \"q\" !! ü\nEOF\nprintf '%s\\n' \"$x\"\n";

        assertThat(run(script)).isEqualTo("\ttab \\ $HOME `x` \"q\" !! ü\na\\b!\n");
    }

    @Test
    void wordsReachTheProgramAsTheyAre() {
        List<String> words = List.of(
                "",
                " ",
                "a b",
                "it's",
                "\"",
                "\\",
                "\\n",
                "line\nbreak\n",
                "!",
                "!!",
                "$HOME",
                "`id`",
                "*",
                "~",
                "-n",
                "#",
                "ü€😀",
                "a\tb",
                "\u0001\u007f",
                "%s",
                "'\\''",
                ";",
                "&",
                "|",
                "a=b",
                "\r",
                "\\0041",
                "{a,b}");
        for (String word : words) {
            String echoed = host.run(Command.of("printf", "%s", word)).orThrow().stdout();
            assertThat(echoed).as(Shell.quote(word)).isEqualTo(word);
        }
    }

    @Test
    void randomWordsReachTheProgramAsTheyAre() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            int c = 1 + random.nextInt(i % 3 == 0 ? 0x2000 : 127);
            text.append((char) c);
        }
        String word = text.toString();

        assertThat(host.run(Command.of("printf", "%s", word)).orThrow().stdout())
                .as("seed %d", seed)
                .isEqualTo(word);
    }

    @Test
    void twentyCommandsAtOnceGetEachItsOwnResult() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(20);
        try {
            List<Future<String>> results = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Command command = Command.shell("sleep 0.2; echo " + i);
                results.add(pool.submit(() -> host.run(command).orThrow().stdout()));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(results.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(i + "\n");
            }
        } finally {
            pool.shutdownNow();
        }
    }

    // ---- ends

    @Test
    void aTimeoutEndsTheWholeProcessGroup() {
        Command command = Command.shell("echo $$ >" + directory + "/pid; sleep 1000 & sleep 1001; echo never")
                .withTimeout(Duration.ofSeconds(1));

        assertThatThrownBy(() -> host.run(command))
                .isInstanceOf(CommandTimeoutException.class)
                .hasMessageContaining(host.name());
        awaitGroupGone();
    }

    @Test
    void aTimeoutEndsAGroupThatIgnoresSigterm() {
        Command command = Command.shell("trap '' TERM; echo $$ >" + directory + "/pid; while :; do sleep 1; done")
                .withTimeout(Duration.ofSeconds(1));

        assertThatThrownBy(() -> host.run(command)).isInstanceOf(CommandTimeoutException.class);
        awaitGroupGone();
    }

    @Test
    void anInterruptEndsTheWholeProcessGroup() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                host.run(Command.shell("echo $$ >" + directory + "/pid; sleep 1000"));
            } catch (RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        awaitFile("pid");
        caller.interrupt();
        caller.join(SOON.toMillis());

        assertThat(thrown.get()).isInstanceOf(InterruptedCallException.class);
        assertThat(flag.get()).isTrue();
        awaitGroupGone();
    }

    private void awaitFile(String name) {
        await().atMost(SOON)
                .until(() -> host.run(Command.of("test", "-s", directory + "/" + name))
                        .ok());
    }

    private void awaitGroupGone() {
        String group = run("cat " + directory + "/pid").strip();
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(run("ps -e -o pgid=,stat=,args= | awk '$1 == " + group + " && $2 !~ /Z/'"))
                                .isEmpty());
    }

    // ---- start

    @Test
    void aStartedProcessTalksWhileItRuns() throws Exception {
        try (HostProcess process = host.start(Command.shell("while read -r l; do echo \"got $l\"; done; exit 4"))) {
            BufferedReader lines = reader(process.stdout());
            process.stdin().write("one\n".getBytes(StandardCharsets.UTF_8));
            process.stdin().flush();
            assertThat(lines.readLine()).isEqualTo("got one");
            process.stdin().write("two\n".getBytes(StandardCharsets.UTF_8));
            process.stdin().flush();
            assertThat(lines.readLine()).isEqualTo("got two");
            process.stdin().close();

            assertThat(lines.readLine()).isNull();
            assertThat(process.await(SOON).status()).hasValue(4);
        }
    }

    @Test
    void theInputOfAProcessThatHasEndedCanBeClosed() throws Exception {
        try (HostProcess process = host.start(Command.of("true"))) {
            process.await(SOON).orThrow();

            process.stdin().close();
        }
    }

    @Test
    void theBytesOfTheCommandComeFirstAndTheInputStaysOpen() throws Exception {
        Command command = Command.of("cat").withStdin("first\n");
        try (HostProcess process = host.start(command)) {
            BufferedReader lines = reader(process.stdout());
            assertThat(lines.readLine()).isEqualTo("first");
            process.stdin().write("second\n".getBytes(StandardCharsets.UTF_8));
            process.stdin().close();
            assertThat(lines.readLine()).isEqualTo("second");
            assertThat(lines.readLine()).isNull();
        }
    }

    @Test
    void theEndOfOutputIsSeenBeforeTheEndOfTheProcess() throws Exception {
        try (HostProcess process = host.start(Command.shell("echo x; exec >&- 2>&-; sleep 1; exit 5"))) {
            assertThat(process.stdout().readAllBytes()).isEqualTo(new byte[] {'x', '\n'});
            assertThat(process.await(SOON).status()).hasValue(5);
        }
    }

    @Test
    void aSlowReaderHoldsTheProcessBackAndLosesNothing() throws Exception {
        byte[] bytes = noise(20 * MIB);
        host.upload(bytes, directory + "/big", 0600);
        try (HostProcess process =
                host.start(Command.shell("cat " + directory + "/big; echo done >" + directory + "/done"))) {
            assertThat(process.stdout().read()).isEqualTo(bytes[0] & 0xff);
            // the host does other work meanwhile
            for (int i = 0; i < 20; i++) {
                assertThat(host.run(Command.of("test", "-e", directory + "/done"))
                                .ok())
                        .isFalse();
            }
            byte[] rest = process.stdout().readAllBytes();
            assertThat(rest).hasSize(bytes.length - 1);
            assertThat(rest[rest.length - 1]).isEqualTo(bytes[bytes.length - 1]);
            assertThat(process.await(SOON).ok()).isTrue();
        }
    }

    @Test
    void theLastOfStandardErrorIsKept() {
        Command command = Command.shell("i=0; while [ $i -lt 2000 ]; do echo \"line $i\" >&2; i=$((i+1)); done; exit 1")
                .withCap(100);
        try (HostProcess process = host.start(command)) {
            CommandResult result = process.await(SOON);
            assertThat(result.stderrBytes()).hasSize(100);
            assertThat(result.stderr()).endsWith("line 1998\nline 1999\n");
            assertThat(result.truncated()).isTrue();
            assertThat(result.stdoutBytes()).isEmpty();
        }
    }

    @Test
    void awaitingTooShortLeavesTheProcessRunning() throws Exception {
        try (HostProcess process = host.start(Command.shell("read -r x; echo \"$x\""))) {
            assertThatThrownBy(() -> process.await(Duration.ofMillis(300))).isInstanceOf(CommandTimeoutException.class);
            process.stdin().write("still here\n".getBytes(StandardCharsets.UTF_8));
            process.stdin().flush();
            assertThat(reader(process.stdout()).readLine()).isEqualTo("still here");
            assertThat(process.await(SOON).ok()).isTrue();
        }
    }

    @Test
    void closingAProcessEndsItsGroupAndItsStreams() {
        HostProcess process = host.start(Command.shell("echo $$ >" + directory + "/pid; sleep 1000 & sleep 1001"));
        awaitFile("pid");
        CompletableFuture<Throwable> reading = CompletableFuture.supplyAsync(() -> {
            try {
                return new AssertionError("read " + process.stdout().read());
            } catch (IOException e) {
                return e;
            }
        });

        process.close();
        process.close();

        awaitGroupGone();
        // a reader isn't left waiting: it gets the end, since the process ended, or an error, since it was closed
        assertThat(reading).succeedsWithin(SOON);
    }

    // ---- files

    @Test
    void anUploadedFileComesBackTheSame() {
        byte[] bytes = noise(MIB);
        String path = directory + "/it's a \"file\"\nof 2 lines!";

        host.upload(bytes, path, 0640);

        assertThat(host.download(path, MIB)).isEqualTo(bytes);
        assertThat(run("ls -l " + Shell.quote(directory))).contains("-rw-r-----");
        assertThat(run("ls -A " + Shell.quote(directory) + " | wc -l").strip()).isEqualTo("2");
    }

    @Test
    void aFileOf64MibGoesBothWays() {
        byte[] bytes = noise(64 * MIB);

        host.upload(bytes, directory + "/large", 0600);

        assertThat(host.download(directory + "/large", 64 * MIB)).isEqualTo(bytes);
    }

    @Test
    void anUploadReplacesAFileAsAWhole() {
        host.upload("old and longer".getBytes(StandardCharsets.UTF_8), directory + "/f", 0600);
        run("ln " + directory + "/f " + directory + "/other");

        host.upload("new".getBytes(StandardCharsets.UTF_8), directory + "/f", 0644);

        assertThat(host.downloadText(directory + "/f", 100)).isEqualTo("new");
        // a reader that has the old file open still has the old file
        assertThat(host.downloadText(directory + "/other", 100)).isEqualTo("old and longer");
        assertThat(run("ls -A " + directory)).isEqualTo("f\nother\n");
    }

    @Test
    void anEmptyFileIsAFile() {
        host.upload(new byte[0], directory + "/empty", 0600);

        assertThat(host.download(directory + "/empty", 0)).isEmpty();
    }

    @Test
    void anUploadIntoNoDirectoryFails() {
        assertThatThrownBy(() -> host.upload(new byte[3], directory + "/missing/f", 0600))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("missing")
                .hasMessageContaining(host.name());
    }

    @Test
    void aDownloadOfNothingFails() {
        assertThatThrownBy(() -> host.download(directory + "/missing", 10))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void aDownloadOfTooMuchFails() {
        host.upload(new byte[11], directory + "/f", 0600);

        assertThatThrownBy(() -> host.download(directory + "/f", 10)).isInstanceOf(ProtocolException.class);
        assertThat(host.download(directory + "/f", 11)).hasSize(11);
    }

    // ---- tunnels

    @Test
    void aTunnelCarriesMuchBothWaysAndTheEndOfEachWay() throws Exception {
        byte[] bytes = noise(8 * MIB);
        // the far side answers only when it has seen the end of what is sent to it
        try (ServerSocket service = new ServerSocket(0, 50, serviceAddress());
                Tunnel tunnel = host.tunnel(testMachine(), service.getLocalPort())) {
            assertThat(tunnel.state()).isEqualTo(Tunnel.State.UP);
            assertThat(tunnel.localAddress().getAddress().isLoopbackAddress()).isTrue();
            serve(service, socket -> {
                byte[] all = socket.getInputStream().readAllBytes();
                socket.getOutputStream().write(all);
            });
            try (Socket client = connect(tunnel)) {
                client.getOutputStream().write(bytes);
                client.shutdownOutput();
                assertThat(client.getInputStream().readAllBytes()).isEqualTo(bytes);
            }
        }
    }

    @Test
    void theFarSideMayEndFirstAndGoOnListening() throws Exception {
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        try (ServerSocket service = new ServerSocket(0, 50, serviceAddress());
                Tunnel tunnel = host.tunnel(testMachine(), service.getLocalPort())) {
            serve(service, socket -> {
                socket.getOutputStream().write("bye".getBytes(StandardCharsets.UTF_8));
                socket.shutdownOutput();
                byte[] all = socket.getInputStream().readAllBytes();
                if (all.length > 0) {
                    received.complete(all);
                }
            });
            try (Socket client = connect(tunnel)) {
                assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("bye");
                client.getOutputStream().write("and you".getBytes(StandardCharsets.UTF_8));
                client.shutdownOutput();
                assertThat(received.get(10, TimeUnit.SECONDS)).asString().isEqualTo("and you");
            }
        }
    }

    @Test
    void aTunnelCarriesManyConnectionsAtOnce() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(30);
        try (ServerSocket service = new ServerSocket(0, 50, serviceAddress());
                Tunnel tunnel = host.tunnel(testMachine(), service.getLocalPort())) {
            serve(service, socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                byte[] bytes = noise(100_000 + i);
                clients.add(pool.submit(() -> {
                    try (Socket client = connect(tunnel)) {
                        client.getOutputStream().write(bytes);
                        client.shutdownOutput();
                        assertThat(client.getInputStream().readAllBytes()).isEqualTo(bytes);
                    }
                    return null;
                }));
            }
            for (Future<?> client : clients) {
                client.get(60, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aConnectionToAPortWhereNothingListensIsClosed() throws Exception {
        int port;
        try (ServerSocket service = new ServerSocket(0, 50, serviceAddress())) {
            port = service.getLocalPort();
        }
        try (Tunnel tunnel = host.tunnel(testMachine(), port)) {
            try (Socket client = connect(tunnel)) {
                assertThat(endOf(client.getInputStream())).isLessThan(0);
            }
            assertThat(tunnel.state()).isEqualTo(Tunnel.State.UP);
        }
    }

    @Test
    void closingATunnelCutsItsConnectionsAndFreesItsPort() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 50, serviceAddress())) {
            Tunnel tunnel = host.tunnel(testMachine(), service.getLocalPort());
            serve(service, socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
            try (Socket client = connect(tunnel)) {
                client.getOutputStream().write(7);
                assertThat(client.getInputStream().read()).isEqualTo(7);

                tunnel.close();
                tunnel.close();

                assertThat(endOf(client.getInputStream())).isLessThan(0);
            }
            assertThat(tunnel.state()).isEqualTo(Tunnel.State.CLOSED);
            assertThat(tunnel.whenClosed().toCompletableFuture()).succeedsWithin(SOON);
            assertThatThrownBy(() -> connect(tunnel).close()).isInstanceOf(IOException.class);
        }
    }

    private interface Service {
        void answer(Socket socket) throws IOException;
    }

    private static void serve(ServerSocket service, Service answer) {
        Thread thread = new Thread(() -> {
            while (!service.isClosed()) {
                try {
                    Socket socket = service.accept();
                    Thread one = new Thread(() -> {
                        try (socket) {
                            answer.answer(socket);
                        } catch (IOException broken) {
                            // the test sees it at its own end
                        }
                    });
                    one.setDaemon(true);
                    one.start();
                } catch (IOException closed) {
                    return;
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static Socket connect(Tunnel tunnel) throws IOException {
        Socket socket = new Socket(
                tunnel.localAddress().getAddress(), tunnel.localAddress().getPort());
        socket.setSoTimeout((int) LONG.toMillis());
        return socket;
    }

    /** Returns -1 at the end of the stream and -2 at a reset. */
    private static int endOf(InputStream stream) {
        try {
            return stream.read();
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the connection was left open", e);
        } catch (IOException reset) {
            return -2;
        }
    }

    // ---- close

    @Test
    void closingTwiceIsHarmlessAndUseAfterwardsIsAMistake() {
        host.close();
        host.close();

        assertThatThrownBy(() -> host.run(Command.of("true"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> host.start(Command.of("true"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> host.tunnel("127.0.0.1", 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingEndsEverythingThatRuns() throws Exception {
        HostProcess process = host.start(Command.shell("echo $$ >" + directory + "/pid; sleep 1000"));
        Tunnel tunnel = host.tunnel(testMachine(), 9);
        awaitFile("pid");

        host.close();

        assertThat(tunnel.state()).isEqualTo(Tunnel.State.CLOSED);
        assertThat(endOf(process.stdout())).isLessThan(0);
        host = open();
        awaitGroupGone();
    }

    @Test
    void closingEndsManyStubbornProcessesTogether() throws Exception {
        List<HostProcess> processes = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            HostProcess process = host.start(
                    Command.shell("trap '' TERM; echo $$ >>" + directory + "/pids; echo; while :; do sleep 1; done"));
            assertThat(process.stdout().read()).isEqualTo('\n');
            processes.add(process);
        }
        long begin = System.nanoTime();

        host.close();

        // two seconds of grace for each would be sixteen for all
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
        assertThat(processes).allSatisfy(p -> assertThat(endOf(p.stdout())).isLessThan(0));
        host = open();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(run("for p in $(cat " + directory
                                + "/pids); do kill -0 $p 2>/dev/null && ps -o stat= -p $p | grep -v Z; done; :"))
                        .isEmpty());
    }

    @Test
    void aCallThatIsInFlightWhenTheHostIsClosedSaysThatItWasCut() throws Exception {
        CompletableFuture<Throwable> running = CompletableFuture.supplyAsync(() -> {
            try {
                return new AssertionError(
                        "ended with " + host.run(Command.shell("echo $$ >" + directory + "/pid; sleep 1000")));
            } catch (RuntimeException e) {
                return e;
            }
        });
        awaitFile("pid");

        host.close();

        assertThat(running.get(10, TimeUnit.SECONDS)).isInstanceOf(ConnectionLostException.class);
        host = open();
        awaitGroupGone();
    }

    private static BufferedReader reader(InputStream stream) {
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }
}
