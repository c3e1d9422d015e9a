package io.github.slurmray.ray.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandFailedException;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.LocalHost;
import io.github.slurmray.core.ProtocolException;
import io.github.slurmray.testkit.Leaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
        files.put("plan.json", "{}\n");

        assertThat(directory().create(files, Optional.empty())).isEmpty();

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
        String key = directory()
                .create(Map.of("plan.json", "{}"), Optional.of("slurmray:it's"))
                .orElseThrow();

        assertThat(key).matches("ssh-ed25519 [A-Za-z0-9+/=]+");
        assertThat(Files.readString(local("publish_key.pub"))).isEqualTo(key + " slurmray:it's\n");
        assertThat(Files.readString(local("publish_key"))).startsWith("-----BEGIN OPENSSH PRIVATE KEY-----");
        assertThat(mode("publish_key")).isEqualTo("rw-------");
    }

    @Test
    void aDirectoryThatIsThereIsLeftAsItWas() throws IOException {
        directory().create(Map.of("plan.json", "first"), Optional.empty());

        assertThatThrownBy(() -> directory().create(Map.of("plan.json", "second"), Optional.empty()))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("make run directory .slurmray/ray-1")
                .hasMessageContaining("exists");
        assertThat(Files.readString(local("plan.json"))).isEqualTo("first");
    }

    @Test
    void aDirectoryThatCouldNotBeFilledIsNotThere() {
        assertThatThrownBy(() -> directory().create(Map.of("no/such/place", "x"), Optional.empty()))
                .isInstanceOf(CommandFailedException.class);
        assertThat(local("")).doesNotExist();
        assertThat(home.resolve(".slurmray")).exists();
    }

    @Test
    void itsPathMayBeOddOrAbsolute() throws IOException {
        Path absolute = temporary.resolve("it's $HOME; *");
        RunDirectory odd = new RunDirectory(host, absolute.resolve("ray 1").toString());
        odd.create(Map.of("plan.json", "{}"), Optional.empty());
        odd.write("owner", "me\n");

        assertThat(Files.readString(absolute.resolve("ray 1/owner"))).isEqualTo("me\n");
        assertThat(odd.read("owner")).isEqualTo("me\n");
        odd.remove();
        assertThat(absolute.resolve("ray 1")).doesNotExist();
    }

    @Test
    void aFileIsReplacedAsAWholeAndStaysSecret() throws IOException {
        directory().create(Map.of("owner", "a long text"), Optional.empty());
        directory().write("owner", "b");
        assertThat(directory().read("owner")).isEqualTo("b");
        assertThat(mode("owner")).isEqualTo("rw-------");
    }

    @Test
    void removingTwiceIsHarmless() {
        assertThat(directory().exists()).isFalse();
        directory().create(Map.of("plan.json", "{}"), Optional.empty());
        directory().remove();
        assertThat(directory().exists()).isFalse();
        assertThatCode(() -> directory().remove()).doesNotThrowAnyException();
    }

    @Test
    void aFileThatIsNotThereIsAFailureThatNamesIt() {
        assertThatThrownBy(() -> directory().read("token"))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining(".slurmray/ray-1/token");
    }

    // ---------------------------------------------------------------- logs

    private Path fetched() {
        Path into = temporary.resolve("fetched/here");
        directory().fetchLogs(into);
        return into;
    }

    @Test
    void logsOfAnyNameAndContentAreFetched() throws IOException {
        directory().create(Map.of("events.jsonl", "{}\n{}\n", "token", "secret"), Optional.empty());
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
        directory().create(Map.of(), Optional.empty());
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
        directory().create(Map.of("events.jsonl", "{}\n"), Optional.empty());
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
        directory().create(Map.of("plan.json", "{}"), Optional.empty());
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
