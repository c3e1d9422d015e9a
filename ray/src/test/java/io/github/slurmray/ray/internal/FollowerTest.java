package io.github.slurmray.ray.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.slurmray.core.Host;
import io.github.slurmray.core.HostProcess;
import io.github.slurmray.core.LocalHost;
import io.github.slurmray.testkit.Leaks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Leaks.class)
class FollowerTest {
    @TempDir
    Path home;

    private Host host;
    private volatile boolean over;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<String> owners = new CopyOnWriteArrayList<>();

    @BeforeEach
    void openHost() throws IOException {
        host = LocalHost.builder().home(home).build();
        Files.createDirectory(home.resolve("run"));
    }

    @AfterEach
    void closeHost() {
        host.close();
    }

    private Follower follow(Host through) {
        return new Follower(through, new RunDirectory(through, "run"), "test", new Follower.Listener() {
                    @Override
                    public void line(String line) {
                        lines.add(line);
                    }

                    @Override
                    public void owner(String handle) {
                        owners.add(handle);
                    }

                    @Override
                    public boolean isOver() {
                        return over;
                    }
                })
                .start();
    }

    private void write(String text) throws IOException {
        Files.writeString(home.resolve("run/events.jsonl"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void awaitLines(String... expected) {
        await().untilAsserted(() -> assertThat(lines).containsExactly(expected));
    }

    @Test
    void eachLineIsToldOnceWhetherItWasThereOrComesLater() throws IOException {
        write("one\ntwo\n");
        try (Follower follower = follow(host)) {
            awaitLines("one", "two");
            write("three\n");
            awaitLines("one", "two", "three");
            write("four\nfive\n");
            awaitLines("one", "two", "three", "four", "five");
            assertThat(follower.renew("x")).isTrue();
        }
    }

    @Test
    void aFileThatAppearsLaterIsFollowed() throws IOException {
        try (Follower follower = follow(host)) {
            // the first answer shows that it looks, in vain so far
            await().until(() -> follower.renew("x"));
            await().until(() -> Files.exists(home.resolve("run/lease")));
            assertThat(lines).isEmpty();
            write("first\n");
            awaitLines("first");
        }
    }

    @Test
    void aLineThatIsBeingWrittenIsNotToldBeforeItsEnd() throws IOException {
        write("whole\nhal");
        try (Follower follower = follow(host)) {
            awaitLines("whole");
            // it has looked again when it has renewed the lease
            await().until(() -> follower.renew("looked"));
            await().until(() -> Files.exists(home.resolve("run/lease")));
            awaitLines("whole");
            write("f a line\n");
            awaitLines("whole", "half a line");
        }
    }

    @Test
    void whoCatchesUpHasBeenToldAllThatWasWritten() throws Exception {
        try (Follower follower = follow(host)) {
            await().until(() -> follower.renew("x"));
            for (int i = 0; i < 5; i++) {
                write(i + "\n");
                assertThat(follower.catchUp(Duration.ofSeconds(20))).isTrue();
                assertThat(lines).hasSize(i + 1);
            }
        }
        assertThat(Files.readString(home.resolve("run/lease"))).isEqualTo("x\n");
    }

    @Test
    void nobodyCatchesUpWithoutAConnection() throws Exception {
        Follower follower = follow(host);
        follower.close();
        assertThat(follower.catchUp(Duration.ofMinutes(1))).isFalse();
    }

    @Test
    void linesMayHoldAnythingButALineBreak() throws IOException {
        write("{\"log\":\"a \\n b\"}\n\n  spaces  \nZürich 京 😀\nback\\slash %s $HOME\na\rb\n!not an owner\n");
        try (Follower follower = follow(host)) {
            awaitLines(
                    "{\"log\":\"a \\n b\"}",
                    "",
                    "  spaces  ",
                    "Zürich 京 😀",
                    "back\\slash %s $HOME",
                    "a\rb",
                    "!not an owner");
            assertThat(follower.renew("x")).isTrue();
        }
    }

    @Test
    void whoOwnsTheClusterIsToldAtFirstAndWhenItChanges() throws IOException {
        Path owner = home.resolve("run/owner");
        Files.writeString(owner, "handle-1\n");
        try (Follower follower = follow(host)) {
            await().untilAsserted(() -> assertThat(owners).containsExactly("handle-1"));
            new RunDirectory(host, "run").write("owner", "handle-2\n");
            await().untilAsserted(() -> assertThat(owners).containsExactly("handle-1", "handle-2"));
            Files.delete(owner);
            await().untilAsserted(() -> assertThat(owners).containsExactly("handle-1", "handle-2", ""));
            assertThat(follower.renew("x")).isTrue();
        }
    }

    @Test
    void theLeaseHoldsTheLastRenewal() {
        Path lease = home.resolve("run/lease");
        try (Follower follower = follow(host)) {
            await().until(() -> follower.renew("renewed a 1"));
            await().untilAsserted(() -> assertThat(lease).hasContent("renewed a 1"));
            assertThat(follower.renew("renewed \\n $HOME 2")).isTrue();
            await().untilAsserted(() -> assertThat(lease).hasContent("renewed \\n $HOME 2"));
        }
    }

    @Test
    void afterABrokenConnectionItGoesOnWhereItStopped() throws IOException {
        List<String> expected = new ArrayList<>();
        try (Follower follower = follow(host)) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 50; i++) {
                    String line = "line " + round + "." + i;
                    expected.add(line);
                    write(line + "\n");
                }
                await().untilAsserted(() -> assertThat(lines).isEqualTo(expected));
                endTheFollowingShell();
            }
            write("last\n");
            expected.add("last");
            await().untilAsserted(() -> assertThat(lines).isEqualTo(expected));
            assertThat(follower.renew("x")).isTrue();
        }
    }

    @Test
    void aLineThatABrokenConnectionCutsIsToldWholeAndOnce() throws IOException {
        // a bash whose output ends in the midst of the second line, the first time
        Path programs = Files.createDirectory(home.resolve("programs"));
        Path bash = Files.writeString(
                programs.resolve("bash"),
                "#!/bin/sh\nif mkdir " + home + "/cut 2>/dev/null; then printf 'one\\ntw'; exit 0; fi\n"
                        + "exec /bin/bash \"$@\"\n");
        assertThat(bash.toFile().setExecutable(true)).isTrue();
        write("one\ntwo\nthree\n");
        try (Host cutting = LocalHost.builder()
                        .home(home)
                        .environment("PATH", programs + ":" + System.getenv("PATH"))
                        .build();
                Follower follower = follow(cutting)) {
            awaitLines("one", "two", "three");
            assertThat(follower.renew("x")).isTrue();
        }
    }

    /** Ends the shell that this test started, as a lost connection would. */
    private void endTheFollowingShell() {
        List<ProcessHandle> shells = ProcessHandle.current()
                .descendants()
                .filter(p -> p.info().command().orElse("").endsWith("/bash"))
                .toList();
        assertThat(shells).isNotEmpty();
        shells.forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void aClosedFollowerTellsNothingAndRenewsNothing() throws IOException {
        write("one\n");
        Follower follower = follow(host);
        awaitLines("one");
        follower.close();
        follower.close();
        write("two\n");

        assertThat(follower.renew("x")).isFalse();
        assertThat(lines).containsExactly("one");
    }

    @Test
    void aFollowerWhoseHostIsClosedEnds() throws IOException {
        write("one\n");
        try (Follower follower = follow(host)) {
            awaitLines("one");
            host.close();
            await().until(() -> !follower.renew("x"));
        }
    }

    // ---------------------------------------------------------------- the script by itself

    private HostProcess script(int told, int silence) {
        return host.start(
                Scripts.command("bash", "follow.sh", "run", Integer.toString(told), Integer.toString(silence)));
    }

    private static BufferedReader reader(HostProcess process) {
        return new BufferedReader(new InputStreamReader(process.stdout(), StandardCharsets.UTF_8));
    }

    @Test
    void theScriptLeavesOutWhatWasToldAlready() throws IOException {
        write("one\ntwo\nthree\n");
        try (HostProcess process = script(2, 60)) {
            assertThat(reader(process).readLine()).isEqualTo("three");
        }
    }

    @Test
    void theScriptEndsWhenItsInputDoes() throws IOException {
        write("one\n");
        try (HostProcess process = script(0, 60)) {
            BufferedReader out = reader(process);
            assertThat(out.readLine()).isEqualTo("one");
            assertThat(out.readLine()).isEqualTo("!owner ");
            process.stdin().close();
            assertThat(out.readLine()).isNull();
            assertThat(process.await(Duration.ofSeconds(10)).ok()).isTrue();
        }
    }

    @Test
    void theOwnerIsToldAfterAllLinesThatAreThere() throws IOException {
        write("one\ntwo\n");
        Files.writeString(home.resolve("run/owner"), "handle-2\nhandle-1\n");
        try (HostProcess process = script(0, 60)) {
            BufferedReader out = reader(process);
            assertThat(List.of(out.readLine(), out.readLine(), out.readLine()))
                    .containsExactly("one", "two", "!owner handle-2");
        }
    }

    @Test
    void whatLooksLikeAWordOfTheScriptInTheFileIsALine() throws IOException {
        write("!told many\n!owner nobody\n!!\n");
        Files.writeString(home.resolve("run/owner"), "handle-1\n");
        try (Follower follower = follow(host)) {
            awaitLines("!told many", "!owner nobody", "!!");
            await().untilAsserted(() -> assertThat(owners).containsExactly("handle-1"));
            assertThat(follower.signOfLife()).isTrue();
        }
    }

    @Test
    void aRenewalNeedsNoRoomOnTheDisk() throws IOException {
        Path lease = home.resolve("run/lease");
        Files.writeString(lease, "launched\n" + "x".repeat(100));
        try (Follower follower = follow(host)) {
            await().until(() -> follower.renew("renewed 1"));
            await().untilAsserted(
                            () -> assertThat(Files.readAllLines(lease).get(0)).isEqualTo("renewed 1"));
        }
        // a file that had been emptied would have to get its block again
        assertThat(lease).hasSize(109);
    }

    @Test
    void theScriptEndsWhenNobodyGivesASignOfLife() throws IOException {
        write("one\n");
        try (HostProcess process = script(0, 1)) {
            BufferedReader out = reader(process);
            assertThat(out.readLine()).isEqualTo("one");
            assertThat(out.readLine()).isEqualTo("!owner ");
            assertThat(out.readLine()).isNull();
            assertThat(process.await(Duration.ofSeconds(10)).ok()).isTrue();
        }
    }

    @Test
    void anOrderThatComesInPiecesIsUnderstood() throws IOException {
        try (HostProcess process = script(0, 60)) {
            BufferedReader out = reader(process);
            assertThat(out.readLine()).isEqualTo("!owner ");
            order(process, "?1");
            // it has waited for the rest between the two
            write("one\n");
            assertThat(out.readLine()).isEqualTo("one");
            write("two\n");
            assertThat(out.readLine()).isEqualTo("two");
            order(process, "2\n");
            assertThat(out.readLine()).isEqualTo("!told 12");
        }
    }

    private static void order(HostProcess process, String text) throws IOException {
        process.stdin().write(text.getBytes(StandardCharsets.UTF_8));
        process.stdin().flush();
    }

    @Test
    void theScriptEndsWithTheDirectory() throws IOException {
        write("one\n");
        try (HostProcess process = script(0, 60)) {
            BufferedReader out = reader(process);
            assertThat(out.readLine()).isEqualTo("one");
            assertThat(out.readLine()).isEqualTo("!owner ");
            new RunDirectory(host, "run").remove();
            assertThat(out.readLine()).isNull();
        }
    }

    @Test
    void aSignOfLifeIsNoRenewal() throws IOException {
        Path lease = home.resolve("run/lease");
        try (Follower follower = follow(host)) {
            await().until(() -> follower.renew("renewed 1"));
            await().untilAsserted(() -> assertThat(lease).hasContent("renewed 1"));
            assertThat(follower.signOfLife()).isTrue();
            // the line after it is read after it
            write("one\n");
            awaitLines("one");
            assertThat(lease).hasContent("renewed 1");
        }
    }

    @Test
    void whenTheJobIsOverAndTheDirectoryGoneTheFollowerEnds() throws IOException {
        write("one\n");
        try (Follower follower = follow(host)) {
            awaitLines("one");
            over = true;
            new RunDirectory(host, "run").remove();
            await().untilAsserted(() -> assertThat(Leaks.threads()).noneMatch(t -> t.contains("follow-test")));
            assertThat(follower.renew("x")).isFalse();
        }
    }

    @Test
    void aLongFileIsToldWholeAndInOrder() throws IOException {
        List<String> expected =
                IntStream.range(0, 20_000).mapToObj(i -> "line " + i).toList();
        write(String.join("\n", expected) + "\n");
        try (Follower follower = follow(host)) {
            await().untilAsserted(() -> assertThat(lines.size()).isEqualTo(expected.size()));
            assertThat(lines).isEqualTo(expected);
            assertThat(follower.renew("x")).isTrue();
        }
    }
}
