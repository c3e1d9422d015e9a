package io.github.slurmray.ray.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.LocalHost;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.ray.WrappedHost;
import io.github.slurmray.testkit.Leaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Leaks.class)
class RunDirectoryTest {
    @TempDir
    Path temporary;

    private Path home;
    private Host host;

    @BeforeEach
    void openHost() throws IOException {
        home = Files.createDirectory(temporary.resolve("home"));
        host = LocalHost.builder().home(home).build();
    }

    @AfterEach
    void closeHost() {
        host.close();
    }

    private RunDirectory directory() {
        return new RunDirectory(host, ".slurmray/ray-1");
    }

    private RunDirectory.Prepared prepare(Map<String, String> more) {
        return directory().prepare("{}\n", "#!/bin/bash\n", more, Optional.empty());
    }

    private Path local(String name) {
        return home.resolve(".slurmray/ray-1").resolve(name);
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(local(name)));
    }

    // ---------------------------------------------------------------- create

    @Test
    void itsFilesHaveExactlyTheirContentAndOnlyTheOwnerCanLook() throws IOException {
        Random random = new Random(20261122);
        Map<String, String> files = new LinkedHashMap<>();
        files.put("empty", "");
        files.put("no line break", "x");
        files.put("-n", "a name like an option");
        files.put("it's", "\n\n\0\u0001\r\n' \" $HOME `id` \\ 京 😀\n");
        files.put("large", Bash.oddText(random).repeat(50_000));

        assertThat(prepare(files)).isEqualTo(new RunDirectory.Prepared(true, Optional.empty()));
        files.put("plan.json", "{}\n");
        files.put("cluster.sh", "#!/bin/bash\n");

        for (Map.Entry<String, String> file : files.entrySet()) {
            assertThat(Files.readAllBytes(local(file.getKey())))
                    .as(file.getKey())
                    .isEqualTo(file.getValue().getBytes(UTF_8));
            assertThat(mode(file.getKey())).isEqualTo("rw-------");
        }
        assertThat(mode("")).isEqualTo("rwx------");
        assertThat(mode("logs")).isEqualTo("rwx------");
        assertThat(directory().exists()).isTrue();
    }

    @Test
    void aKeyPairIsMadeWhosePrivateHalfStaysOnTheSite() throws IOException {
        Optional<String> comment = Optional.of("slurmray:it's");
        String key = directory()
                .prepare("{}", "script", Map.of(), comment)
                .publicKey()
                .orElseThrow();

        assertThat(key).matches("ssh-ed25519 [A-Za-z0-9+/=]+");
        assertThat(Files.readString(local("publish_key.pub"))).isEqualTo(key + " slurmray:it's\n");
        assertThat(Files.readString(local("publish_key"))).startsWith("-----BEGIN OPENSSH PRIVATE KEY-----");
        assertThat(mode("publish_key")).isEqualTo("rw-------");
        assertThat(directory().prepare("{}", "script", Map.of(), comment))
                .as("asked again")
                .isEqualTo(new RunDirectory.Prepared(false, Optional.of(key)));
    }

    @Test
    void theDirectoryOfTheSameScriptIsLeftAsItWas() throws IOException {
        String script = "é".repeat(100_000);
        directory().prepare("first plan", script, Map.of("token", "first"), Optional.empty());

        assertThat(directory().prepare("another", script, Map.of("token", "x".repeat(100_000)), Optional.empty()))
                .isEqualTo(new RunDirectory.Prepared(false, Optional.empty()));
        assertThat(Files.readString(local("plan.json"))).isEqualTo("first plan");
        assertThat(Files.readString(local("token"))).isEqualTo("first");
    }

    @Test
    void whoeverFindsTheDirectoryThereMakesItYoungAgainForPrune() throws IOException {
        prepare(Map.of());
        Files.setLastModifiedTime(local("plan.json"), FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        Instant before = Instant.now().minusSeconds(1);

        prepare(Map.of());

        assertThat(Files.getLastModifiedTime(local("plan.json")).toInstant()).isAfter(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "#!/bin/bas", "#!/bin/bash\n\n", "#!/bin/bush\n"})
    void theDirectoryOfAnotherScriptIsRefusedAndLeftAsItWas(String other) throws IOException {
        prepare(Map.of("token", "first"));

        assertThatThrownBy(() -> directory().prepare("{}\n", other, Map.of("token", "second"), Optional.empty()))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("make run directory .slurmray/ray-1")
                .hasMessageContaining("another plan's");
        assertThat(Files.readString(local("token"))).isEqualTo("first");
    }

    @Test
    void aDirectoryThatIsNotWholeIsNotTakenForOne() throws IOException {
        prepare(Map.of());
        Files.delete(local("whole"));

        assertThatThrownBy(() -> prepare(Map.of()))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("half made")
                .hasMessageContaining("prune()");
    }

    @Test
    void aDirectoryThatCouldNotBeFilledIsNotThere() {
        assertThatThrownBy(() -> prepare(Map.of("no/such/place", "x"))).isInstanceOf(CommandFailedException.class);
        assertThat(local("")).doesNotExist();
        assertThat(home.resolve(".slurmray")).exists();
    }

    @Test
    void itsPathMayBeOddOrAbsolute() throws IOException {
        Path absolute = temporary.resolve("it's $HOME; *");
        RunDirectory odd = new RunDirectory(host, absolute.resolve("ray 1").toString());
        odd.prepare("{}", "script", Map.of(), Optional.empty());
        assertThat(odd.prepare("{}", "script", Map.of(), Optional.empty()).fresh())
                .isFalse();
        odd.write("owner", "me\n");

        assertThat(Files.readString(absolute.resolve("ray 1/owner"))).isEqualTo("me\n");
        assertThat(odd.read("owner")).isEqualTo("me\n");
        odd.remove();
        assertThat(absolute.resolve("ray 1")).doesNotExist();
    }

    @Test
    void aFileIsReplacedAsAWholeAndStaysSecret() throws IOException {
        prepare(Map.of("owner", "a long text"));
        directory().write("owner", "b");
        assertThat(directory().read("owner")).isEqualTo("b");
        assertThat(mode("owner")).isEqualTo("rw-------");
    }

    @Test
    void removingTwiceIsHarmless() {
        assertThat(directory().exists()).isFalse();
        prepare(Map.of());
        directory().remove();
        assertThat(directory().exists()).isFalse();
        assertThatCode(() -> directory().remove()).doesNotThrowAnyException();
    }

    /** The host, with a program of its own in the place of one of the machine's. */
    private Host hostWith(String program, String text) throws IOException {
        Path programs = Files.createDirectories(temporary.resolve("programs"));
        Path file = Files.writeString(programs.resolve(program), "#!/bin/sh\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return LocalHost.builder()
                .home(home)
                .environment("PATH", programs + ":" + System.getenv("PATH"))
                .build();
    }

    @Test
    void aRemovalThatIsCutLeavesThePlanAndNoMarkOfBeingWhole() throws IOException {
        prepare(Map.of("token", "t"));
        String stumbles =
                "case \"$*\" in *logs*) echo \"rm: cannot remove 'logs': Device or resource busy\" >&2; exit 1 ;; esac\n"
                        + "exec /bin/rm \"$@\"";
        try (Host busy = hostWith("rm", stumbles)) {
            assertThatThrownBy(() -> new RunDirectory(busy, ".slurmray/ray-1").remove())
                    .isInstanceOf(CommandFailedException.class)
                    .hasMessageContainingAll(".slurmray/ray-1", "busy");
        }
        assertThat(local("plan.json")).hasContent("{}");
        assertThat(local("whole")).doesNotExist();

        directory().remove();
        assertThat(local("")).doesNotExist();
    }

    @Test
    void theLastToBeRemovedTakesTheEmptyParentAlong() throws IOException {
        prepare(Map.of());
        RunDirectory second = new RunDirectory(host, ".slurmray/ray-2");
        second.prepare("{}", "script", Map.of(), Optional.empty());

        directory().remove();
        assertThat(home.resolve(".slurmray/ray-2/plan.json")).exists();
        second.remove();
        assertThat(home).isEmptyDirectory();
        second.remove();
    }

    @Test
    void aParentThatHasNotOurNameStaysThoughItIsEmpty() throws IOException {
        RunDirectory elsewhere =
                new RunDirectory(host, temporary.resolve("scratch/ray-1").toString());
        elsewhere.prepare("{}", "script", Map.of(), Optional.empty());
        elsewhere.remove();
        assertThat(temporary.resolve("scratch")).isEmptyDirectory();
    }

    @Test
    void manyThatPrepareAndRemoveAtOnceDoNotDisturbEachOther() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                RunDirectory one = new RunDirectory(host, ".slurmray/ray-" + i);
                calls.add(threads.submit(() -> {
                    one.prepare("{}", "script", Map.of(), Optional.empty());
                    one.remove();
                }));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void anEmptyAnswerIsNoPublicKey() {
        Host silent = new WrappedHost(
                host, (h, c) -> CommandResult.exited("login", c.description(), 0, new byte[0], new byte[0], false));
        assertThatThrownBy(() -> new RunDirectory(silent, "d").prepare("{}", "script", Map.of(), Optional.of("key")))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("no public key");
    }

    @Test
    void aFileThatIsNotThereIsAFailureThatNamesIt() {
        assertThatThrownBy(() -> directory().read("token"))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining(".slurmray/ray-1/token");
    }

    // ---------------------------------------------------------------- whose it is

    @Test
    void theLastToTakeItOwnsItUntilItGivesItBack() throws IOException {
        prepare(Map.of("owner", "a\n"));
        assertThat(directory().owner()).contains("a");
        assertThat(directory().take("b")).isTrue();
        assertThat(directory().owner()).contains("b");
        directory().giveBack("b");
        assertThat(directory().owner()).contains("a");
        assertThat(mode("owner")).isEqualTo("rw-------");
    }

    @Test
    void whoGivesBackWhatAnotherHasTakenChangesNoOwner() {
        prepare(Map.of("owner", "a\n"));
        directory().take("b");
        directory().take("c");
        directory().giveBack("b");
        assertThat(directory().owner()).contains("c");
        directory().giveBack("b");
        directory().giveBack("c");
        assertThat(directory().owner()).contains("a");
        directory().giveBack("a");
        assertThat(directory().owner()).isEmpty();
        directory().take("d");
        assertThat(directory().owner()).contains("d");
    }

    @Test
    void whatIsGoneCanNotBeTakenAndIsGivenBackWithoutAWord() {
        assertThat(directory().take("b")).isFalse();
        assertThatCode(() -> directory().giveBack("b")).doesNotThrowAnyException();
        assertThat(directory().owner()).isEmpty();
        assertThat(home.resolve(".slurmray")).doesNotExist();
    }

    @Test
    void onlyItsAbsenceMeansThatThereIsNoOwner() throws IOException {
        prepare(Map.of());
        assertThat(directory().owner()).isEmpty();
        Files.createDirectory(local("owner"));
        assertThatThrownBy(() -> directory().owner()).isInstanceOf(CommandFailedException.class);
        try (Host odd = hostWith("cat", "echo 'cat: owner: Stale file handle' >&2; exit 1")) {
            assertThatThrownBy(() -> new RunDirectory(odd, ".slurmray/ray-1").owner())
                    .isInstanceOf(CommandFailedException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "flock,rm -r \"$HOME/.slurmray/ray-1\"",
        "flock,rm owner",
        "mktemp,/bin/mktemp \"$@\"; rm owner",
        "mv,rm -r \"$HOME/.slurmray/ray-1\"; exec /bin/mv \"$@\""
    })
    void whatIsRemovedMeanwhileIsGone(String program, String text) throws IOException {
        prepare(Map.of("owner", "a\n"));
        try (Host meanwhile = hostWith(program, text)) {
            RunDirectory directory = new RunDirectory(meanwhile, ".slurmray/ray-1");
            assertThat(directory.take("b")).isFalse();
            assertThatCode(() -> directory.giveBack("b")).doesNotThrowAnyException();
        }
    }

    @Test
    void manyThatTakeAndGiveAtOnceLoseNobody() throws Exception {
        prepare(Map.of("owner", "first\n"));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                String handle = "h" + i;
                boolean stays = i % 4 == 0;
                calls.add(threads.submit(() -> {
                    directory().take(handle);
                    if (!stays) {
                        directory().giveBack(handle);
                    }
                }));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        } finally {
            threads.shutdownNow();
        }
        List<String> owners = Files.readAllLines(local("owner"));
        assertThat(owners).containsExactlyInAnyOrder("first", "h0", "h4", "h8", "h12");
        assertThat(owners).endsWith("first");
    }

    // ---------------------------------------------------------------- logs

    private Path fetched() {
        Path into = temporary.resolve("fetched/here");
        directory().fetchLogs(into);
        return into;
    }

    @Test
    void logsOfAnyNameAndContentAreFetched() throws IOException {
        prepare(Map.of("events.jsonl", "{}\n{}\n", "token", "secret"));
        byte[] binary = new byte[100_000];
        new Random(7).nextBytes(binary);
        Files.write(local("logs/binary.log"), binary);
        Files.writeString(local("logs/empty.log"), "");
        Files.writeString(local("logs/cn 1's $HOME.log"), "no line break at the end");
        Files.writeString(local("logs/-n"), "12 logs/x\n");
        Files.writeString(local("logs/two\nlines"), "5 5\nlogs/evil");
        Files.createDirectory(local("logs/directory"));

        Path into = fetched();

        assertThat(Files.readString(into.resolve("events.jsonl"))).isEqualTo("{}\n{}\n");
        assertThat(Files.readAllBytes(into.resolve("logs/binary.log"))).isEqualTo(binary);
        assertThat(into.resolve("logs/empty.log")).isEmptyFile();
        assertThat(into.resolve("logs/cn 1's $HOME.log")).hasContent("no line break at the end");
        assertThat(Files.readString(into.resolve("logs/-n"))).isEqualTo("12 logs/x\n");
        assertThat(Files.readString(into.resolve("logs/two\nlines"))).isEqualTo("5 5\nlogs/evil");
        assertThat(into.resolve("token")).doesNotExist();
        assertThat(into.resolve("logs/directory")).doesNotExist();
    }

    @Test
    void aLogsNameMayHaveLettersThatThisProgramsLocaleLacks() throws IOException {
        prepare(Map.of());
        host.run(Command.shell("cd .slurmray/ray-1/logs && printf 'ü' >'Zürich.log'"))
                .orThrow();

        Path into = fetched();

        try (var logs = Files.list(into.resolve("logs"))) {
            assertThat(logs.toList())
                    .singleElement()
                    .satisfies(l -> assertThat(Files.readString(l)).isEqualTo("ü"));
        }
    }

    @Test
    void aLogThatGrowsMeanwhileIsCutAtTheSizeItHad() throws IOException {
        prepare(Map.of("events.jsonl", "{}\n"));
        // on this host counting a file makes it longer, as a job might in that moment
        Path programs = Files.createDirectory(temporary.resolve("programs"));
        Path wc = Files.writeString(
                programs.resolve("wc"), "#!/bin/sh\n/usr/bin/wc \"$@\"\nprintf more >>" + local("events.jsonl") + "\n");
        assertThat(wc.toFile().setExecutable(true)).isTrue();
        try (Host busy = LocalHost.builder()
                .home(home)
                .environment("PATH", programs + ":" + System.getenv("PATH"))
                .build()) {
            Path into = temporary.resolve("into");
            new RunDirectory(busy, ".slurmray/ray-1").fetchLogs(into);

            assertThat(Files.readString(into.resolve("events.jsonl"))).isEqualTo("{}\n");
            assertThat(Files.readString(local("events.jsonl"))).isEqualTo("{}\nmore");
        }
    }

    @Test
    void withoutLogsTheDirectoryIsEmpty() {
        prepare(Map.of());
        assertThat(fetched()).isEmptyDirectory();
    }

    @Test
    void aClusterThatIsNotThereHasNoLogs() {
        assertThatThrownBy(() -> fetched()).isInstanceOf(CommandFailedException.class);
    }

    private static byte[] sent(String name, String content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes((name.getBytes(UTF_8).length + " " + content.getBytes(UTF_8).length + "\n" + name + content)
                .getBytes(UTF_8));
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "logs/../../x", "/tmp/slurmray-evil", "", ".", "logs/.."})
    void aNameThatLeadsOutOfTheDirectoryIsRefused(String name) {
        Path into = temporary.resolve("into");
        assertThatThrownBy(() -> RunDirectory.unpack(sent(name, "evil"), false, into))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("leads out of the directory");
        assertThat(temporary.resolve("x")).doesNotExist();
        assertThat(Path.of("/tmp/slurmray-evil")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "1", "1 1", "a b\n", "1 1\n", "1 5\nfabc", "-1 4\nabcd", "1 -4\nabcd", "99999999999 1\na"})
    void garbledLogsAreRefused(String garbled) {
        Path into = temporary.resolve("into");
        assertThatThrownBy(() -> RunDirectory.unpack(garbled.getBytes(UTF_8), false, into))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("garbled");
    }

    @Test
    void ofLogsThatAreTooLargeTheFirstAreKept() throws IOException {
        byte[] one = sent("logs/a", "whole");
        byte[] two = sent("logs/b", "this one is cut");
        byte[] all = new byte[one.length + two.length - 4];
        System.arraycopy(one, 0, all, 0, one.length);
        System.arraycopy(two, 0, all, one.length, two.length - 4);
        Path into = temporary.resolve("into");

        RunDirectory.unpack(all, true, into);

        assertThat(Files.readString(into.resolve("logs/a"))).isEqualTo("whole");
        assertThat(Files.readString(into.resolve("logs/b"))).isEqualTo("this one is");
    }
}
