package io.github.slurmray.ssh.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownHostsTest {
    @TempDir
    Path directory;

    private KnownHosts hosts(String... lines) throws Exception {
        return KnownHosts.read(Files.write(directory.resolve("known_hosts"), List.of(lines)));
    }

    private static List<Integer> numbers(List<KnownHosts.Line> lines) {
        return lines.stream().map(KnownHosts.Line::number).toList();
    }

    @Test
    void linesAreFoundByNamePatternAndPort() throws Exception {
        KnownHosts hosts = hosts(
                "# login.example.org ssh-rsa AAAA",
                "",
                "login.example.org,10.0.0.1 ssh-ed25519 AAAA a comment",
                "*.example.org,!login.example.org ssh-ed25519 BBBB",
                "[login.example.org]:2222 ssh-ed25519 CCCC",
                "LOGIN?.Example.org\tssh-rsa\tDDDD",
                "broken",
                "login.example.org ssh-rsa ****",
                "@unknown login.example.org ssh-rsa AAAA");

        assertThat(numbers(hosts.about("login.example.org", 22))).containsExactly(3);
        assertThat(numbers(hosts.about("Login.EXAMPLE.org", 22))).containsExactly(3);
        assertThat(numbers(hosts.about("10.0.0.1", 22))).containsExactly(3);
        assertThat(numbers(hosts.about("login.example.org", 2222))).containsExactly(5);
        assertThat(numbers(hosts.about("login1.example.org", 22))).containsExactly(4, 6);
        assertThat(hosts.about("example.org", 22)).isEmpty();
    }

    @Test
    void markersAreKept() throws Exception {
        KnownHosts hosts = hosts(
                "@cert-authority *.example.org ssh-ed25519 AAAA",
                "@revoked * ssh-rsa BBBB",
                "a.example.org ssh-rsa CCCC");

        assertThat(hosts.about("a.example.org", 22))
                .extracting(KnownHosts.Line::kind)
                .containsExactly(KnownHosts.Kind.CERT_AUTHORITY, KnownHosts.Kind.REVOKED, KnownHosts.Kind.KEY);
    }

    @Test
    void aHashMadeBySshKeygenIsRecognised() throws Exception {
        // ssh-keygen -H of "host.example.org"
        KnownHosts hosts = hosts("|1|S2R8TbGSHfquzAGs0FGmmM2AaMc=|XDJc8XNIRlb7Uq+6YOdKQiHk/ek= ssh-ed25519 AAAA");

        assertThat(numbers(hosts.about("host.example.org", 22))).containsExactly(1);
        assertThat(hosts.about("other.example.org", 22)).isEmpty();
    }

    @Test
    void aFileThatDoesNotExistKnowsNobody() throws Exception {
        assertThat(KnownHosts.read(directory.resolve("none")).about("a", 22)).isEmpty();
    }
}
