package io.github.slurmray.ray.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.slurmray.core.Command;
import io.github.slurmray.core.CommandResult;
import io.github.slurmray.core.Host;
import io.github.slurmray.core.LocalHost;
import io.github.slurmray.ray.CloudVm;
import io.github.slurmray.ray.ClusterId;
import io.github.slurmray.ray.WrappedHost;
import io.github.slurmray.testkit.Leaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Leaks.class)
class VmKeysTest {
    private static final String KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabc+/=";
    private static final Instant EXPIRES = Instant.parse("2026-12-24T18:00:00Z");
    private static final String USERS =
            "# my keys\nssh-rsa AAAA me@home\n\n  \nfrom=\"10.0.0.0/8\" ssh-ed25519 BBBB work\n";

    @TempDir
    Path home;

    private Host vm;

    @BeforeEach
    void openHost() {
        vm = LocalHost.builder().home(home).build();
    }

    @AfterEach
    void closeHost() {
        vm.close();
    }

    private static ClusterId id(int n) {
        return new ClusterId(String.format("ray-2026-%04d", n));
    }

    /** Clusters whose run directories are gone already. */
    private Map<ClusterId, String> remove(ClusterId... ids) {
        Map<ClusterId, RunDirectory> clusters = new LinkedHashMap<>();
        for (ClusterId id : ids) {
            clusters.put(id, new RunDirectory(vm, "no/such/" + id));
        }
        return new VmKeys(vm).remove(clusters);
    }

    private void add(ClusterId id) {
        new VmKeys(vm).add(id, Samples.vm().build(), KEY, EXPIRES);
    }

    private Path file() {
        return home.resolve(".ssh/authorized_keys");
    }

    private void given(byte[] content, String mode) throws IOException {
        Files.createDirectories(file().getParent());
        Files.write(file(), content);
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(mode));
    }

    /** The ids of all clusters that have a key. */
    private List<ClusterId> keys() {
        return vm
                .run(
                        Command.shell(
                                "[ ! -e .ssh/authorized_keys ] || sed -n 's/.* slurmray:\\([a-z0-9-]*\\)$/\\1/p' .ssh/authorized_keys"))
                .orThrow()
                .lines()
                .stream()
                .map(ClusterId::new)
                .toList();
    }

    private String mode() throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file()));
    }

    /** The VM's own local time, as its system says it: not what a variable of some shell says. */
    private String localTime() {
        return vm.run(Command.shell("unset TZ; date -d @" + EXPIRES.getEpochSecond() + " +%Y%m%d%H%M%S"))
                .orThrow()
                .stdout()
                .strip();
    }

    private String line(ClusterId id) {
        return "restrict,port-forwarding,permitlisten=\"192.168.1.10:8280\",expiry-time=\"" + localTime() + "\" " + KEY
                + " slurmray:" + id + "\n";
    }

    @Test
    void theFirstKeyMakesTheFileForTheOwnerAlone() throws IOException {
        add(id(1));
        assertThat(Files.readString(file())).isEqualTo(line(id(1)));
        assertThat(mode()).isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void sshKeygenReadsTheLineAsAKeyWithOptions() {
        String key = vm.run(Command.shell("ssh-keygen -q -t ed25519 -N '' -f k -C x && cut -d' ' -f1,2 k.pub"))
                .orThrow()
                .stdout()
                .strip();
        new VmKeys(vm).add(id(1), Samples.vm().build(), key, EXPIRES);
        assertThat(vm.run(Command.shell("ssh-keygen -l -f .ssh/authorized_keys"))
                        .orThrow()
                        .stdout())
                .contains("slurmray:ray-2026-0001 (ED25519)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"UTC", "Europe/Helsinki", "America/New_York", "Asia/Kathmandu", "UTC0", "UTC+12", "nonsense"})
    void theExpiryIsInTheTimeZoneOfTheVmWhateverAShellIsTold(String zone) throws IOException {
        try (Host elsewhere =
                LocalHost.builder().home(home).environment("TZ", zone).build()) {
            new VmKeys(elsewhere).add(id(1), Samples.vm().build(), KEY, EXPIRES);
        }
        assertThat(Files.readString(file())).isEqualTo(line(id(1)));
    }

    @Test
    void addingAgainReplacesTheLineAndRemovingAgainIsHarmless() throws IOException {
        given(USERS.getBytes(UTF_8), "rw-------");
        add(id(1));
        add(id(2));
        add(id(1));
        assertThat(keys()).containsExactlyInAnyOrder(id(1), id(2));
        assertThat(Files.readString(file()).split("slurmray:ray-2026-0001", -1)).hasSize(2);

        remove(id(1));
        remove(id(1));
        assertThat(keys()).containsExactly(id(2));
        remove(id(2));
        assertThat(Files.readString(file())).isEqualTo(USERS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n",
                "ssh-rsa AAAA no line break at the end",
                "ssh-rsa AAAA me\n\n\n\n",
                "# slurmray:ray-2026-0001 is only spoken of\nssh-rsa AAAA ray-2026-0001\r\n",
                "ssh-rsa AAAA B\u00fcro\n",
                "a NUL: \0 and a tab\t\n"
            })
    void theUsersOwnLinesStayByteForByte(String lines) throws IOException {
        byte[] before = lines.getBytes(ISO_8859_1); // which is no UTF-8, and needn't be
        given(before, "rw-r-----");

        add(id(1));
        byte[] ours = line(id(1)).getBytes(UTF_8);
        byte[] expected = new byte[ours.length + before.length];
        System.arraycopy(ours, 0, expected, 0, ours.length);
        System.arraycopy(before, 0, expected, ours.length, before.length);
        assertThat(Files.readAllBytes(file())).isEqualTo(expected);
        assertThat(mode()).isEqualTo("rw-r-----");

        remove(id(1));
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
        assertThat(mode()).isEqualTo("rw-r-----");
    }

    @Test
    void severalKeysAreRemovedInOneCommand() throws IOException {
        given(USERS.getBytes(UTF_8), "rw-------");
        add(id(1));
        add(id(2));
        add(id(3));
        remove(id(3), id(4), id(1));
        assertThat(keys()).containsExactly(id(2));
    }

    @Test
    void anIdThatAnotherBeginsWithIsNotMistakenForIt() {
        ClusterId longer = new ClusterId(id(1) + "-more");
        add(id(1));
        add(longer);
        remove(id(1));
        assertThat(keys()).containsExactly(longer);
    }

    @Test
    void aFileThatIsALinkStaysOne() throws IOException {
        Path elsewhere = Files.writeString(home.resolve("keys of mine"), USERS);
        Files.createDirectories(file().getParent());
        Files.createSymbolicLink(file(), elsewhere);

        add(id(1));

        assertThat(file()).isSymbolicLink();
        assertThat(Files.readString(elsewhere)).isEqualTo(line(id(1)) + USERS);
    }

    @Test
    void lookingLeavesNothing() {
        assertThat(keys()).isEmpty();
        remove(id(1));
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void nothingButTheFileAndTheLockIsLeft() throws IOException {
        add(id(1));
        remove(id(1));
        try (var files = Files.list(file().getParent())) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("authorized_keys", ".slurmray.lock");
        }
    }

    @Test
    void aFullDiskChangesNothing() throws IOException {
        given(USERS.getBytes(UTF_8), "rw-------");
        // no file may grow beyond 512 bytes, and the signal that would say so is ignored
        String script = Scripts.command("sh", "vm-keys.sh", "add", id(1).value(), "a:1", "1", KEY.repeat(100))
                .text();
        assertThat(vm.run(Command.shell("trap '' XFSZ; ulimit -f 1; " + script)).ok())
                .isFalse();

        assertThat(Files.readString(file())).isEqualTo(USERS);
        try (var files = Files.list(file().getParent())) {
            assertThat(files.filter(f -> f.getFileName().toString().startsWith("authorized_keys.")))
                    .isEmpty();
        }
    }

    @Test
    void manyAtOnceLoseNothing() throws InterruptedException, ExecutionException, IOException {
        given(USERS.getBytes(UTF_8), "rw-------");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                ClusterId id = id(i);
                calls.add(threads.submit(() -> add(id)));
            }
            for (Future<?> call : calls) {
                call.get();
            }
            assertThat(keys())
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 24).mapToObj(VmKeysTest::id).toList());
            calls.clear();
            for (int i = 0; i < 24; i++) {
                ClusterId id = id(i);
                calls.add(threads.submit(() -> remove(id)));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(Files.readString(file())).isEqualTo(USERS);
    }

    // ---------------------------------------------------------------- which machine it is

    /** A machine with these host keys. */
    private Host machine(String... hostKeys) {
        return new WrappedHost(
                vm,
                (h, command) -> command.description().contains("host-keys")
                        ? CommandResult.exited(
                                "vm",
                                "host-keys",
                                0,
                                String.join("\n", hostKeys).getBytes(UTF_8),
                                new byte[0],
                                false)
                        : h.run(command));
    }

    private RunDirectory launched(String knownHosts) {
        RunDirectory directory = new RunDirectory(vm, "runs/" + id(1));
        directory.prepare("{}", "script", Map.of(RunDirectory.KNOWN_HOSTS, knownHosts), Optional.empty());
        return directory;
    }

    @Test
    void aMachineWithAnotherHostKeyThatHasNoSuchKeySaysNothingOfIt() {
        RunDirectory directory = launched("[vm]:2222 ssh-ed25519 AAAA\n[vm]:2222 ssh-rsa BBBB\n");
        Map<ClusterId, RunDirectory> cluster = Map.of(id(1), directory);

        for (Host wrong : List.of(
                machine("ssh-ed25519 AAA root@vm", "ssh-rsa AAAA"),
                machine("ssh-ed25519 CCCC", "ssh-rsa BBBB another of the same image"),
                machine("ssh-ed25519 AAAAA"),
                machine(""))) {
            assertThat(new VmKeys(wrong).remove(cluster))
                    .hasEntrySatisfying(
                            id(1),
                            why -> assertThat(why).contains(wrong.name(), "isn't the VM", directory.path(), "by hand"));
        }
        assertThat(new VmKeys(machine("ecdsa CCCC", "ssh-ed25519 AAAA root@vm", "ssh-rsa BBBB")).remove(cluster))
                .as("it was there, and somebody has removed it")
                .isEmpty();
    }

    @Test
    void whereTheKeyIsItIsRemovedWhateverHostKeysTheNodesWereToSee() {
        Map<ClusterId, RunDirectory> cluster = Map.of(id(1), launched("vm ssh-ed25519 AAAA\n"));
        add(id(1));

        assertThat(new VmKeys(machine("ssh-ed25519 BBBB")).remove(cluster)).isEmpty();
        assertThat(keys()).isEmpty();
    }

    @Test
    void aMachineThatDoesNotTellItsHostKeysSaysNothingOfIt() {
        Host mute = new WrappedHost(
                vm,
                (h, command) -> command.description().contains("host-keys")
                        ? CommandResult.exited("vm", "host-keys", 1, new byte[0], "no such file".getBytes(UTF_8), false)
                        : h.run(command));

        assertThat(new VmKeys(mute).remove(Map.of(id(1), launched("vm ssh-ed25519 AAAA\n"))))
                .hasEntrySatisfying(id(1), why -> assertThat(why).contains("no such file"));
    }

    @Test
    void aVmIsKnownByItsNameAndPort() {
        List<String> keys = List.of("ssh-ed25519 AAAA root@vm", "ssh-rsa BBBB", "garbage", "");
        CloudVm usual = CloudVm.builder("vm.example.org").user("u").port(1).build();
        assertThat(VmKeys.knownHosts(usual, keys))
                .isEqualTo("vm.example.org ssh-ed25519 AAAA\nvm.example.org ssh-rsa BBBB\n");
        assertThat(VmKeys.knownHosts(Samples.vm().build(), keys))
                .isEqualTo("[vm.example.org]:2222 ssh-ed25519 AAAA\n[vm.example.org]:2222 ssh-rsa BBBB\n");
    }
}
